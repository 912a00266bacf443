//! Tests of the tracker: lines are told to it frame by frame.

mod agreement;

use proptest::prelude::*;

use super::*;

/// Milliseconds from a frame to the next.
const FRAME_MS: u64 = 50;

/// A line that is shown: where its top left is, its text, and its confidence.
#[derive(Debug, Clone)]
struct Shown {
    quad: Quad,
    region: Option<usize>,
    part: bool,
    reading: Reading,
}

fn reading(text: &str, confidence: f32) -> Reading {
    let characters = text.chars().map(|character| Character { character, confidence, left: 0.0, right: 0.0 }).collect();
    Reading { text: text.to_owned(), confidence, characters, ..Reading::default() }
}

/// A line 20 pixels high and 10 a character wide.
fn shown(text: &str, x: f32, y: f32) -> Shown {
    let right = x + 10.0 * f32::from(u16::try_from(text.chars().count()).unwrap());
    let quad = Quad([[x, y], [right, y], [right, y + 20.0], [x, y + 20.0]]);
    Shown { quad, region: None, part: false, reading: reading(text, 0.97) }
}

fn sure(text: &str, confidence: f32) -> Shown {
    Shown { reading: reading(text, confidence), ..shown(text, 100.0, 100.0) }
}

fn options() -> TrackOptions {
    TrackOptions { window: 5, agree: 3, confidence_min: 0.9, ..TrackOptions::default() }
}

/// A tracker with the frames counted, which accepts every candidate.
struct Run {
    tracker: Tracker,
    frame: u64,
    accepted: Vec<(u64, u64, String)>,
    left: Vec<LeftLine>,
}

impl Run {
    fn new() -> Self {
        Self::with(options())
    }

    fn with(options: TrackOptions) -> Self {
        Self { tracker: Tracker::new(options), frame: 0, accepted: Vec::new(), left: Vec::new() }
    }

    fn update(&mut self, lines: &[Shown]) -> Update {
        let of = |line: &'_ Shown| (line.quad, line.region, line.part);
        let seen: Vec<Seen> = lines
            .iter()
            .map(|line| {
                let (quad, region, part) = of(line);
                let vote = if part { Vote::Withheld(Doubt::Part) } else { Vote::Cast };
                Seen { quad, reading: &line.reading, region, vote, confidence_min: None }
            })
            .collect();
        self.frame += 1;
        self.tracker.update(Duration::from_millis(self.frame * FRAME_MS), self.frame, &seen)
    }

    fn show(&mut self, lines: &[Shown]) -> &mut Self {
        let update = self.update(lines);
        for candidate in update.candidates {
            self.tracker.accept(candidate.track, &candidate.text);
            self.accepted.push((candidate.frame, candidate.track, candidate.text));
        }
        self.left.extend(update.left);
        self
    }

    fn texts(&self) -> Vec<&str> {
        self.accepted.iter().map(|(_, _, text)| text.as_str()).collect()
    }
}

#[test]
fn a_line_that_is_lost_for_some_frames_keeps_its_number() {
    let mut run = Run::new();
    for frame in 0..40 {
        let line = shown("LOT 12", 100.0, 100.0);
        if frame % 15 < 5 {
            run.show(&[line])
        } else {
            run.show(&[])
        };
    }
    assert_eq!(run.accepted, [(3, 1, "LOT 12".to_owned())]);
}

#[test]
fn a_line_that_is_found_again_elsewhere_is_not_reported_twice() {
    let mut run = Run::new();
    (0..5).for_each(|_| _ = run.show(&[shown("LOT 12", 100.0, 100.0)]));
    (0..5).for_each(|_| _ = run.show(&[]));
    // Its first reading there is a wrong one.
    run.show(&[shown("L0T 12", 300.0, 200.0)]);
    (0..40).for_each(|_| _ = run.show(&[shown("LOT 12", 300.0, 200.0)]));
    assert_eq!((run.texts(), run.tracker.count()), (vec!["LOT 12"], 1));
    (0..30).for_each(|_| _ = run.show(&[]));
    assert!(run.left.len() == 1 && run.left[0].track == 1, "{:?}", run.left);
}

#[test]
fn a_line_leaves_once_it_was_missing_for_long_and_the_next_one_alike_is_new() {
    let mut run = Run::new();
    (0..5).for_each(|_| _ = run.show(&[shown("LOT 12", 100.0, 100.0)]));
    (0..30).for_each(|_| _ = run.show(&[]));
    let seen = Duration::from_millis(5 * FRAME_MS);
    assert_eq!(run.left, [LeftLine { track: 1, region: None, text: "LOT 12".to_owned(), seen }]);
    (0..5).for_each(|_| _ = run.show(&[shown("LOT 12", 100.0, 100.0)]));
    assert_eq!(run.texts(), ["LOT 12", "LOT 12"]);
    assert_eq!((run.accepted[1].1, run.tracker.count()), (2, 1));
}

#[test]
fn two_lines_with_the_same_text_are_both_reported() {
    let mut run = Run::new();
    for _ in 0..10 {
        run.show(&[shown("LOT 12", 100.0, 100.0), shown("LOT 12", 100.0, 200.0)]);
    }
    assert_eq!(run.texts(), ["LOT 12", "LOT 12"]);
}

#[test]
fn time_in_which_no_frame_was_looked_at_is_no_absence() {
    let mut run = Run::new();
    (0..5).for_each(|_| _ = run.show(&[shown("LOT 12", 100.0, 100.0)]));
    run.frame += 1000;
    (0..5).for_each(|_| _ = run.show(&[shown("LOT 12", 100.0, 100.0)]));
    assert_eq!((run.texts(), run.left.len()), (vec!["LOT 12"], 0));
}

#[test]
fn a_label_that_moves_half_a_line_a_frame_keeps_its_lines() {
    let mut run = Run::new();
    for frame in 0_u8..30 {
        let y = 10.0 * f32::from(frame);
        let lines = ["LOT 4711", "EXP 2027-03", "LOT 4712"].into_iter().zip([0.0, 28.0, 56.0]);
        let lines: Vec<Shown> = lines.map(|(text, below)| shown(text, 50.0 + y, y + below)).collect();
        run.show(&lines);
    }
    assert_eq!((run.texts(), run.tracker.count()), (vec!["LOT 4711", "EXP 2027-03", "LOT 4712"], 3));
}

#[test]
fn labels_that_cross_keep_their_numbers() {
    let mut run = Run::new();
    for frame in 0_u8..60 {
        let way = 5.0 * f32::from(frame);
        run.show(&[shown("LEFT 1", way, 100.0), shown("RIGHT 2", 300.0 - way, 104.0)]);
    }
    assert_eq!((run.texts(), run.tracker.count()), (vec!["LEFT 1", "RIGHT 2"], 2));
}

#[test]
fn a_reading_upside_down_is_of_the_same_line() {
    let mut run = Run::new();
    for frame in 0..12 {
        let mut line = shown("8091", 100.0, 100.0);
        if frame % 4 == 3 {
            line = Shown { quad: line.quad.turned(), reading: reading("1608", 0.6), ..line };
        }
        run.show(&[line]);
    }
    assert_eq!((run.texts(), run.tracker.count()), (vec!["8091"], 1));
}

#[test]
fn a_part_of_a_line_does_not_vote_and_is_followed_and_told_once() {
    let (mut run, mut unsure) = (Run::new(), Vec::new());
    for frame in 0_u8..10 {
        unsure.extend(run.update(&[Shown { part: true, ..shown("12", 3.0 + f32::from(frame), 100.0) }]).unsure);
    }
    (0..10).for_each(|_| _ = run.show(&[shown("LOT 12", 13.0, 100.0)]));
    assert_eq!((run.texts(), run.tracker.count()), (vec!["LOT 12"], 1));
    let [Unsure { candidate, reason: Reason::Doubt(Doubt::Part) }] = &unsure[..] else { panic!("{unsure:?}") };
    assert_eq!((candidate.text.as_str(), candidate.frame, candidate.votes), ("12", 3, Votes { agree: 3, of: 3 }));
}

#[test]
fn a_region_is_one_line_wherever_its_label_lies() {
    let mut run = Run::new();
    let line = |text: &str, x: f32| Shown { region: Some(3), ..shown(text, x, 2.0 * x) };
    (0_u8..8).for_each(|frame| _ = run.show(&[line("1234", 70.0 * f32::from(frame))]));
    assert_eq!((run.texts(), run.tracker.count()), (vec!["1234"], 1));
    // Nothing is read: it is empty, and what was there leaves.
    let nothing = [line("", 0.0), Shown { reading: reading("77", 0.2), ..line("77", 0.0) }];
    (0..30).for_each(|frame| _ = run.show(&nothing[frame % 2..=frame % 2]));
    assert_eq!((run.left.len(), run.left[0].region, run.tracker.count()), (1, Some(3), 0));
}

#[test]
fn no_more_lines_are_followed_than_may_be() {
    let mut run = Run::with(TrackOptions { tracks_max: 4, ..options() });
    for frame in 0_u16..200 {
        let lines: Vec<Shown> =
            (0_u16..6).map(|at| shown("AB", 50.0 * f32::from(frame), 100.0 * f32::from(at))).collect();
        let update = run.update(&lines);
        assert!(run.tracker.count() <= 4);
        assert_eq!(update.passed_over, 6 - lines.len().min(if frame == 0 { 4 } else { 6 - update.passed_over }));
    }
}

#[test]
fn the_tracker_is_settled_once_nothing_more_can_come() {
    let mut run = Run::new();
    assert!(run.tracker.is_settled(), "there is nothing");
    for frame in 1..=5 {
        run.show(&[shown("LOT 12", 100.0, 100.0), sure("LOT 12", 0.5)]);
        assert_eq!(run.tracker.is_settled(), frame == 5, "{frame}");
    }
    run.show(&[]);
    assert!(!run.tracker.is_settled(), "it is missing");
}

#[test]
fn clearing_ends_all_lines_at_once() {
    let mut run = Run::new();
    (0..5).for_each(|_| _ = run.show(&[shown("A", 100.0, 100.0), shown("B", 100.0, 200.0)]));
    (0..1).for_each(|_| _ = run.show(&[shown("C", 100.0, 300.0)]));
    let left = run.tracker.clear(Duration::from_secs(1));
    assert_eq!(left.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(run.tracker.count(), 0);
}

proptest! {
    #[test]
    fn corners_that_jitter_by_three_pixels_change_nothing(
        moves in prop::collection::vec(prop::collection::vec(-3.0_f32..3.0, 8), 60),
    ) {
        let mut run = Run::new();
        for moved in moves.chunks_exact(3) {
            let lines: Vec<Shown> = moved.iter().zip(["LOT 4711", "LOT 4712", "47"]).zip([100.0, 128.0, 156.0]).map(
                |((moved, text), y)| {
                    let line = shown(text, 100.0, y);
                    let corner = |at: usize| [line.quad.0[at][0] + moved[2 * at], line.quad.0[at][1] + moved[2 * at + 1]];
                    Shown { quad: Quad(std::array::from_fn(corner)), ..line }
                },
            ).collect();
            run.show(&lines);
        }
        prop_assert_eq!(run.texts(), ["LOT 4711", "LOT 4712", "47"]);
        prop_assert_eq!(run.tracker.count(), 3);
    }

    #[test]
    fn the_order_of_a_frames_lines_does_not_matter(
        frames in prop::collection::vec(
            prop::collection::vec((0_usize..4, 0.0_f32..60.0, 0.0_f32..60.0, 0.4_f32..1.0), 0..5), 1..12,
        ),
        turn in 0_usize..5,
    ) {
        let (mut one, mut other) = (Run::new(), Run::new());
        for frame in frames {
            let line = |&(text, x, y, confidence): &(usize, f32, f32, f32)| {
                let text = ["A1", "B2", "A1B", "7"][text];
                Shown { reading: reading(text, confidence), ..shown(text, x, y) }
            };
            let mut lines: Vec<Shown> = frame.iter().map(line).collect();
            let update = one.update(&lines);
            let turn = turn.min(lines.len());
            lines.rotate_left(turn);
            lines.reverse();
            prop_assert_eq!(update, other.update(&lines));
        }
    }

    #[test]
    fn whatever_is_shown_lines_are_bounded_and_texts_change_between_reports(
        frames in prop::collection::vec(prop::collection::vec((0_usize..3, 0.0_f32..400.0), 0..4), 1..60),
    ) {
        let mut run = Run::with(TrackOptions { tracks_max: 8, confidence_min: 0.3, ..options() });
        for frame in frames {
            let lines: Vec<Shown> = frame.iter().map(|&(text, x)| shown(["A", "B", "AB"][text], x, x / 2.0)).collect();
            run.show(&lines);
            prop_assert!(run.tracker.count() <= 8);
        }
        let mut last = std::collections::BTreeMap::new();
        for (_, track, text) in &run.accepted {
            prop_assert_ne!(last.insert(track, text), Some(text));
        }
    }
}

#[test]
fn a_line_is_known_where_its_text_was_accepted() {
    let mut run = Run::new();
    let line = shown("LOT 12", 100.0, 100.0);
    let known = |run: &Run, text: &str, quad: &Quad| {
        run.tracker.is_known(Duration::from_millis((run.frame + 1) * FRAME_MS), quad, text)
    };
    run.show(std::slice::from_ref(&line));
    assert!(!known(&run, "LOT 12", &line.quad));
    (0..3).for_each(|_| _ = run.show(std::slice::from_ref(&line)));
    assert!(known(&run, "LOT 12", &line.quad) && !known(&run, "LOT 13", &line.quad));
    assert!(!known(&run, "LOT 12", &shown("LOT 12", 100.0, 200.0).quad));
}

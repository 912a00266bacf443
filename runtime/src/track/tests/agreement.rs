//! What readings must agree on, and when that is told.

use super::*;

#[test]
fn a_text_is_accepted_with_the_third_reading_and_never_again() {
    let mut run = Run::new();
    for _ in 0..20 {
        run.show(&[shown("LOT 12", 100.0, 100.0)]);
    }
    assert_eq!(run.accepted, [(3, 1, "LOT 12".to_owned())]);
}

#[test]
fn k_of_the_last_n_readings_must_have_the_text() {
    let options = TrackOptions { window: 4, agree: 3, confidence_min: 0.0, ..options() };
    for (readings, accepted) in
        [("AAA", Some(3)), ("ABAA", Some(4)), ("ABCAA", None), ("ABCAAA", Some(6)), ("AA", None)]
    {
        let mut run = Run::with(options.clone());
        for text in readings.chars() {
            run.show(&[shown(&text.to_string(), 100.0, 100.0)]);
        }
        let first = run.accepted.first().map(|(frame, ..)| *frame);
        assert_eq!(first, accepted, "{readings}");
    }
}

#[test]
fn doubtful_readings_are_told_once_however_many_agree_and_judged_when_they_are_sure() {
    let mut run = Run::new();
    let unsure: Vec<_> = (0..20).flat_map(|_| run.update(&[sure("12", 0.8)]).unsure).collect();
    let [Unsure { candidate, reason: Reason::Confidence(wanted) }] = &unsure[..] else { panic!("{unsure:?}") };
    assert!(candidate.text == "12" && candidate.confidence < *wanted);
    assert!(run.tracker.is_settled());
    (0..10).for_each(|_| _ = run.show(&[sure("12", 0.99)]));
    assert_eq!(run.texts(), ["12"]);
}

#[test]
fn what_was_rejected_is_not_told_to_be_unsure_and_another_text_is() {
    let mut run = Run::new();
    for confidence in [0.99, 0.99, 0.99, 0.8, 0.8, 0.8, 0.8, 0.8] {
        let update = run.update(&[sure("12", confidence)]);
        update.candidates.iter().for_each(|candidate| run.tracker.reject(candidate.track, &candidate.text));
        assert!(update.unsure.is_empty(), "{update:?}");
    }
    let unsure: Vec<_> = (0..5).flat_map(|_| run.update(&[sure("13", 0.8)]).unsure).collect();
    assert!(unsure.len() == 1 && unsure[0].candidate.text == "13", "{unsure:?}");
}

#[test]
fn a_text_that_changed_is_accepted_once_more_and_the_line_is_the_same() {
    let mut run = Run::new();
    for text in ["10", "10", "10", "10", "11", "11", "11", "11", "11", "11"] {
        run.show(&[shown(text, 100.0, 100.0)]);
    }
    assert_eq!(run.texts(), ["10", "11"]);
    assert_eq!(run.accepted[0].1, run.accepted[1].1);
    assert!(run.left.is_empty());
}

#[test]
fn what_takes_the_place_of_a_judged_text_is_there_for_as_many_frames_as_must_agree() {
    let mut run = Run::with(TrackOptions { window: 7, agree: 5, ..options() });
    (0..20).for_each(|_| _ = run.show(&[shown("10", 100.0, 100.0)]));
    for frame in 1..=7 {
        run.show(&[shown("11", 100.0, 100.0)]);
        assert_eq!(run.tracker.is_settled(), frame == 7, "{frame}: the first of another text are not all there is");
    }
    assert_eq!(run.accepted, [(5, 1, "10".to_owned()), (25, 1, "11".to_owned())]);
    // Those that were not judged count against it.
    (0..4).for_each(|_| _ = run.show(&[shown("12", 100.0, 100.0)]));
    (0..5).for_each(|_| _ = run.show(&[shown("13", 100.0, 100.0)]));
    assert_eq!(run.texts(), ["10", "11"]);
    (0..2).for_each(|_| _ = run.show(&[shown("13", 100.0, 100.0)]));
    assert_eq!(run.texts(), ["10", "11", "13"]);
    for _ in 0..5 {
        let update = run.update(&[shown("14", 100.0, 100.0)]);
        update.candidates.iter().for_each(|candidate| run.tracker.reject(candidate.track, &candidate.text));
    }
    (0..5).for_each(|_| _ = run.show(&[shown("15", 100.0, 100.0)]));
    assert_eq!(run.texts(), ["10", "11", "13", "15"]);
}

#[test]
fn a_rejected_text_stays_a_candidate_and_says_so() {
    let mut run = Run::new();
    let line = [shown("12", 100.0, 100.0)];
    (0..2).for_each(|_| assert!(run.update(&line).candidates.is_empty()));
    for expected in [false, true, true] {
        let update = run.update(&line);
        let [candidate] = &update.candidates[..] else { panic!("{update:?}") };
        assert_eq!(candidate.rejected_before, expected);
        run.tracker.reject(candidate.track, &candidate.text);
    }
    run.show(&line);
    assert_eq!(run.texts(), ["12"]);
    assert!(run.update(&line).candidates.is_empty());
}

#[test]
fn a_candidate_tells_what_was_read_in_its_frame() {
    let mut run = Run::new();
    let mut last = Update::default();
    for y in 0_u8..3 {
        last = run.update(&[shown("A1", 100.0, f32::from(y))]);
    }
    let [candidate] = &last.candidates[..] else { panic!("{last:?}") };
    assert_eq!((candidate.frame, candidate.votes), (3, Votes { agree: 3, of: 3 }));
    assert_eq!(candidate.quad, shown("A1", 100.0, 2.0).quad);
    assert_eq!(candidate.characters.iter().map(|c| c.character).collect::<String>(), "A1");
    assert!((candidate.confidence - 0.97).abs() < 1e-3);
}

use std::time::{Duration, SystemTime};

use super::*;
use crate::event::{Rejected, Votes};
use crate::image::decode;

/// A line that any model worth shipping reads, in a frame with room around it.
const LINE: &[u8] = include_bytes!("../../../tests/data/lines/batch.png");
const TEXT: &str = "B/N 97980";

fn model() -> Arc<Recognizer> {
    let shipped = include_bytes!("../../../models/labels-en-int8.onnx");
    Arc::new(Recognizer::from_bytes(shipped).unwrap())
}

/// The line in the middle of a frame.
fn scene() -> Gray {
    let line = decode(LINE).unwrap();
    let mut frame = Gray::filled(line.width + 120, line.height + 80, line.pixels[0]);
    for y in 0..line.height {
        let start = (40 + y) * frame.width + 60;
        frame.pixels[start..start + line.width].copy_from_slice(line.row(y));
    }
    frame
}

const REGION: &str = "[[regions]]\nname = \"lot\"\nrectangle = [60, 40, 172, 29]\n";

struct Camera {
    watch: Watch,
    counts: Counts,
    frames: u64,
}

impl Camera {
    fn new(config: &str) -> Self {
        let counts = Counts::default();
        let mut config = Config::parse(config).unwrap();
        // The line is printed small: it is not read as surely as the default wants.
        config.track.confidence_min = config.track.confidence_min.min(0.9);
        let watch = Watch::new(&config, model(), counts.clone()).unwrap();
        Self { watch, counts, frames: 0 }
    }

    /// Shows a picture in so many frames, thirty a second; what is told.
    fn show(&mut self, image: &Gray, frames: usize) -> Vec<Kind> {
        let show = |_| {
            let captured = stamp(Duration::from_millis(100_000 + 33 * self.frames));
            self.frames += 1;
            self.watch.frame(Frame { image, sequence: self.frames, captured })
        };
        (0..frames).flat_map(show).collect()
    }
}

fn stamp(monotonic: Duration) -> Stamp {
    Stamp { monotonic, wall: SystemTime::UNIX_EPOCH, synchronized: false }
}

#[track_caller]
fn reading(told: &[Kind]) -> &crate::event::Accepted {
    match told {
        [Kind::Reading(reading)] => reading,
        other => panic!("one reading is wanted, not {other:#?}"),
    }
}

#[test]
fn a_region_and_a_line_that_is_found_are_told_once_enough_frames_agree() {
    for (config, region) in [(REGION, Some("lot")), ("", None)] {
        let mut camera = Camera::new(config);
        assert!(camera.show(&scene(), 4).is_empty(), "four do not suffice");
        let told = camera.show(&scene(), 20);
        let reading = reading(&told);
        assert_eq!((reading.line.text.as_str(), reading.line.region.as_deref()), (TEXT, region));
        assert_eq!(reading.votes, Votes { agree: 5, of: 5 });
    }
}

#[test]
fn a_region_may_want_more_confidence_than_other_lines() {
    assert_eq!(reading(&Camera::new(REGION).show(&scene(), 10)).line.text, TEXT);
    let mut camera = Camera::new(&format!("{REGION}confidence-min = 1.0\n"));
    let told = camera.show(&scene(), 20);
    let [Kind::Rejected(Rejected { line, rule: "confidence", reason })] = &told[..] else { panic!("{told:?}") };
    assert_eq!(line.text, TEXT);
    assert!(reason.contains(&format!("{:.4} and must be 1 ", line.confidence)), "{reason}");
    assert_eq!((camera.counts.watch.unsure.get(), camera.counts.watch.rejected.get()), (1, 0));
}

#[test]
fn what_does_not_change_is_not_read_again() {
    for config in [REGION, ""] {
        let mut camera = Camera::new(config);
        camera.show(&scene(), 30);
        let read = camera.counts.watch.read.get();
        assert!((5..=8).contains(&read), "as many as are voted on: {read}");
        assert!(camera.counts.gates.stopped(crate::gate::Gate::Unchanged) >= 22);
        camera.show(&Gray::filled(292, 109, 200), 1);
        camera.show(&scene(), 1);
        assert!(camera.counts.watch.read.get() > read);
    }
}

#[test]
fn one_reading_does_not_vote_twice() {
    let mut camera = Camera::new(REGION);
    camera.show(&scene(), 4);
    let mut dark = scene();
    dark.pixels.iter_mut().for_each(|pixel| *pixel /= 16);
    assert!(camera.show(&dark, 10).is_empty(), "four readings, however long they are held");
    assert_eq!(reading(&camera.show(&scene(), 1)).line.text, TEXT);
}

#[test]
fn another_label_in_the_place_of_a_settled_one_is_read_until_it_is_settled_too() {
    let mut camera = Camera::new(&format!("[track]\nconfidence-min = 0.5\n{REGION}"));
    camera.show(&scene(), 20);
    let mut other = scene();
    // The last two digits are wiped out.
    (0..other.height).for_each(|y| other.pixels[y * 292 + 190..][..50].fill(255));
    let told = camera.show(&other, 5);
    assert!(!told.is_empty() && reading(&told).line.text != TEXT, "{told:?}");
}

#[test]
fn a_dark_frame_is_no_reading_and_the_label_is_still_known_after_it() {
    for config in [REGION, ""] {
        let mut camera = Camera::new(config);
        camera.show(&scene(), 10);
        let mut dark = scene();
        dark.pixels.iter_mut().for_each(|pixel| *pixel /= 16);
        // Two seconds: longer than a label may be missing without having left.
        assert!(camera.show(&dark, 60).is_empty());
        assert!(camera.counts.gates.stopped(crate::gate::Gate::Dark) >= 1);
        assert!(camera.show(&scene(), 10).is_empty(), "the text is the same");
    }
}

#[test]
fn a_label_that_is_gone_has_left() {
    let mut camera = Camera::new("");
    camera.show(&scene(), 10);
    let told = camera.show(&Gray::filled(292, 109, 200), 40);
    assert!(matches!(&told[..], [Kind::Left(left)] if left.text == TEXT && left.seen_ms > 300.0), "{told:?}");
    // The next one is another label, whatever it says.
    assert_eq!(reading(&camera.show(&scene(), 10)).line.text, TEXT);
}

#[test]
fn a_lost_camera_takes_its_labels_with_it() {
    let mut camera = Camera::new(REGION);
    camera.show(&scene(), 10);
    let told = camera.watch.interrupt(stamp(Duration::from_secs(200)));
    assert!(matches!(&told[..], [Kind::Left(left)] if left.region.as_deref() == Some("lot")), "{told:?}");
    camera.frames = 4000;
    assert_eq!(reading(&camera.show(&scene(), 10)).line.text, TEXT);
}

#[test]
fn a_rejected_text_is_told_once() {
    let mut camera = Camera::new(&format!("{REGION}[regions.rules]\npattern = \"LOT .*\"\n"));
    let told = camera.show(&scene(), 20);
    assert!(matches!(&told[..], [Kind::Rejected(rejected)] if rejected.rule == "pattern"), "{told:?}");
    assert_eq!((camera.counts.watch.rejected.get(), camera.counts.watch.accepted.get()), (1, 0));
}

#[test]
fn a_number_that_may_be_upside_down_is_rejected_once_with_the_way_out() {
    let line = decode(include_bytes!("../../../tests/data/rendered/000272.png")).unwrap();
    let mut frame = Gray::filled(400, 200, line.pixels[line.width - 1]);
    for y in 0..line.height {
        // Without the edge of its label, which is left of the number.
        let start = (80 + y) * frame.width + 150;
        frame.pixels[start..start + line.width - 14].copy_from_slice(&line.row(y)[14..]);
    }
    let told = Camera::new("").show(&frame, 20);
    let [Kind::Rejected(Rejected { line, rule: "upright", reason })] = &told[..] else { panic!("{told:?}") };
    assert!(line.text == "96" && reason.contains("`upside-down = false`"), "{reason}");
    assert_eq!(reading(&Camera::new("[lines]\nupside-down = false\n").show(&frame, 20)).line.text, "96");
}

#[test]
fn a_region_outside_the_frame_is_a_problem_until_the_frames_are_larger() {
    let mut camera = Camera::new("[[regions]]\nname = \"lot\"\nrectangle = [200, 40, 172, 29]\n");
    assert!(camera.show(&scene(), 1).is_empty());
    assert!(camera.watch.problems().next().unwrap().contains("region `lot`: the corner 372,40 lies outside"));
    camera.show(&Gray::filled(640, 480, 200), 1);
    assert_eq!(camera.watch.problems().count(), 0);
}

#[test]
fn a_text_that_is_no_word_of_the_lexicon_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.txt");
    let lexicon = format!("{REGION}[regions.lexicon]\npath = {words:?}\n");
    std::fs::write(&words, "B/N 97986\nB/N 97980\n").unwrap();
    assert_eq!(reading(&Camera::new(&lexicon).show(&scene(), 5)).line.text, TEXT);
    std::fs::write(&words, "nothing like it\n").unwrap();
    let told = Camera::new(&lexicon).show(&scene(), 10);
    assert!(matches!(&told[..], [Kind::Rejected(rejected)] if rejected.rule == "lexicon"), "{told:?}");
}

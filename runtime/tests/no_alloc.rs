//! Decoding must not touch the heap, and the rest of a reading only little: boards read lines for months on a few
//! megabytes.
//!
//! Counts the allocations of this thread only, since the test harness allocates on its own.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::hint::black_box;

use labelcam::alphabet::{AllowList, Alphabet};
use labelcam::ctc::{self, Scores};
use labelcam::frame::{self, PixelFormat, RawFrame};
use labelcam::image::Gray;
use labelcam::lexicon::{Lexicon, LexiconOptions};
use labelcam::preprocess::Region;
use labelcam::recognizer::{Character, Reading, Recognizer};
use labelcam::vote::Window;

const CLASSES: usize = 96;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator with a count of the requests for memory.
struct Counting;

#[expect(unsafe_code, reason = "an allocator that counts can only be an unsafe impl")]
// SAFETY: every call goes to the system's allocator as it came. The count is a plain thread
// local without destructor, so counting neither allocates nor fails.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: `pointer` came from `System` with this layout.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` and gives its result and how often it allocated.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATIONS.get();
    let result = black_box(work());
    (result, ALLOCATIONS.get() - before)
}

/// Logits of a line that spells the first `steps` classes over and over, blanks between.
fn logits(steps: usize) -> Vec<f32> {
    let winner = |step: usize| if step.is_multiple_of(2) { 1 + step / 2 % (CLASSES - 1) } else { 0 };
    let logit = |at| if at % CLASSES == winner(at / CLASSES) { 9.0 } else { 0.0 };
    (0..steps * CLASSES).map(logit).collect()
}

#[test]
fn the_counter_sees_an_allocation() {
    assert_eq!(counted(|| black_box(Box::new(7))).1, 1);
}

#[test]
fn reading_a_line_does_not_allocate() {
    let alphabet = Alphabet::new(&(' '..='~').collect::<String>()).unwrap();
    let digits = AllowList::parse(&alphabet, "0-9").unwrap();
    for (steps, allow) in [(80, AllowList::all()), (1000, AllowList::all()), (2048, digits)] {
        let mut values = logits(steps);
        let (length, allocations) = counted(|| {
            ctc::log_softmax_in_place(&mut values, CLASSES).unwrap();
            let scores = Scores::new(&values, steps, CLASSES).unwrap();
            let decoded = ctc::greedy(scores, &allow).unwrap();
            black_box(ctc::posterior(scores, &[1, 2, 3]));
            decoded.text(&alphabet).len()
        });
        assert!(length > 0, "the line has text");
        assert_eq!(allocations, 0, "{steps} time steps");
    }
}

#[test]
fn a_lexicon_allocates_at_its_first_search_alone() {
    let alphabet = Alphabet::new(&(' '..='~').collect::<String>()).unwrap();
    let lexicon = Lexicon::new("!\"#$%\n!\"#$&\n!\"#", &alphabet, &LexiconOptions::default()).unwrap();
    let mut values = logits(8);
    ctc::log_softmax_in_place(&mut values, CLASSES).unwrap();
    let scores = Scores::new(&values, 8, CLASSES).unwrap();
    let decoded = ctc::greedy(scores, &AllowList::all()).unwrap();
    let search = || lexicon.nearest(&decoded, scores).unwrap().map(|found| found.distance);
    assert_eq!(search(), Some(1));
    assert_eq!(counted(search), (Some(1), 0));
}

#[test]
fn decoding_a_raw_frame_does_not_allocate() {
    let mut grey = Gray::filled(64, 48, 0);
    for format in PixelFormat::RAW {
        let layout = frame::Layout::packed(format, 64, 48);
        let frame = RawFrame { bytes: vec![7; layout.bytes()], layout, ..RawFrame::empty() };
        let (decoded, allocations) = counted(|| frame::decode(&frame, &mut grey));
        decoded.unwrap();
        assert_eq!(allocations, 0, "{format}");
    }
}

#[test]
fn refusing_a_line_does_not_allocate() {
    let mut values = logits(1200);
    let scores = Scores::new(&values, 1200, CLASSES).unwrap();
    let (result, allocations) = counted(|| ctc::greedy(scores, &AllowList::all()));
    assert!(result.is_err(), "600 symbols are too many");
    assert_eq!(allocations, 0);
    values[7] = f32::NAN;
    let scores = Scores::new(&values, 1200, CLASSES).unwrap();
    let (result, allocations) = counted(|| ctc::greedy(scores, &AllowList::all()));
    assert!(result.is_err(), "NaN is refused");
    assert_eq!(allocations, 0);
}

/// Allocations of a line, at most. Each of the network's operators, some twenty, makes two, its output's memory and the
/// count of its owners; the rest are preprocessing's, the scores and the reading.
const LINE_MAX: usize = 60;

#[test]
fn reading_a_picture_allocates_little_and_the_same_each_time() {
    let mut models = 0;
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../models")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "onnx") {
            continue;
        }
        models += 1;
        let recognizer = Recognizer::from_bytes(&fs::read(&path).unwrap()).unwrap();
        let pixels = (0..200 * 32).map(|i| if i % 200 % 8 < 3 { 40 } else { 210 }).collect();
        let line = Gray { width: 200, height: 32, pixels };
        let read = || recognizer.read(&line, Region::whole(&line), &AllowList::all()).unwrap();
        // The first reading makes the plan for the width and the operators' buffers.
        read();
        let (first, second) = (counted(read).1, counted(read).1);
        assert_eq!(first, second, "{}", path.display());
        assert!((1..=LINE_MAX).contains(&first), "{}: {first} allocations", path.display());
    }
    assert!(models > 0, "there are shipped models");
}

#[test]
fn voting_does_not_allocate() {
    let reading = |text: &str| {
        let characters = text.chars().map(|character| Character { character, confidence: 0.9, left: 0.0, right: 1.0 });
        Reading { text: text.to_owned(), confidence: 0.8, characters: characters.collect(), ..Reading::default() }
    };
    let readings = ["LOT 4711-B", "L0T 4711 -B", "", "LOT 471-B", "LOT 4711-B"].map(reading);
    let (text, allocations) = counted(|| {
        let mut window = Window::new(5);
        for reading in &readings {
            window.push(reading);
            black_box(window.consensus());
        }
        window.consensus().map(|consensus| consensus.text())
    });
    assert_eq!(text.as_deref(), Some("LOT 4711-B"));
    assert_eq!(allocations, 0);
}

//! A line read freely, and as one of 50,000 words.
//!
//! The words are made up of syllables; `LEXICON=/usr/share/dict/words` takes those of a file. The free
//! reading is the network and the best path; what the other takes beyond it is the lexicon.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion};
use labelcam::alphabet::AllowList;
use labelcam::dataset;
use labelcam::image::Gray;
use labelcam::lexicon::{Lexicon, LexiconOptions};
use labelcam::preprocess::Region;
use labelcam::recognizer::{ReadOptions, Recognizer};

/// Words, as many as Shi et al. 2015 read out of.
const WORDS: usize = 50_000;

/// Pictures of the samples and of the tests: a short text, and two of one word.
const LINES: [&str; 3] = ["samples/unit.png", "samples/sign.jpg", "tests/data/lines/dark-word.png"];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let model = fs::read(root.join("models/labels-en-int8.onnx")).expect("the model is shipped");
    let recognizer = Recognizer::from_bytes(&model).expect("the shipped model can be used");
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("lexicon/read");
    for line in LINES {
        let picture = dataset::picture(&root.join(line)).expect("the line is a picture");
        let shown = read(&recognizer, &picture, None);
        let lexicon = lexicon(&recognizer, &shown);
        let id = format!("{shown}/{}px", picture.width * 32 / picture.height);
        group.bench_function(BenchmarkId::new("free", &id), |bencher| {
            bencher.iter(|| read(&recognizer, black_box(&picture), None));
        });
        group.bench_function(BenchmarkId::new(format!("of {} words", lexicon.len()), &id), |bencher| {
            bencher.iter(|| read(&recognizer, black_box(&picture), Some(&lexicon)));
        });
    }
    group.finish();
    criterion.final_summary();
}

fn read(recognizer: &Recognizer, picture: &Gray, lexicon: Option<&Lexicon>) -> String {
    let options = ReadOptions { allow: &AllowList::all(), lexicon };
    recognizer.read_with(picture, Region::whole(picture), options).expect("the line can be read").text
}

/// The words, in capitals where the line is, with the one that is shown among them: a lexicon has what is on the labels.
fn lexicon(recognizer: &Recognizer, shown: &str) -> Lexicon {
    let mut words = match env::var_os("LEXICON") {
        Some(path) => of_file(&path),
        None => made_up(),
    }
    .join("\n");
    if shown == shown.to_uppercase() {
        words = words.to_uppercase();
    }
    let options = LexiconOptions { skip_unreadable: true, ..LexiconOptions::default() };
    Lexicon::new(&format!("{words}\n{shown}"), &recognizer.spec().alphabet, &options).expect("the words can be read")
}

/// Words of a file, spread over all of it.
fn of_file(path: &OsStr) -> Vec<String> {
    let text = fs::read_to_string(path).expect("LEXICON names a text file");
    let every = (text.lines().count() / WORDS).max(1);
    text.lines().step_by(every).take(WORDS).map(str::to_owned).collect()
}

/// Words of one to four syllables, the same at every run.
fn made_up() -> Vec<String> {
    const ONSETS: [&str; 20] =
        ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pr", "ch", "sh", ""];
    const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "io", "e"];
    const CODAS: [&str; 10] = ["", "", "", "n", "r", "s", "t", "l", "ng", "nt"];
    let mut state = 1_u32;
    let mut below = |count: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % count
    };
    let mut words = BTreeSet::new();
    while words.len() < WORDS {
        let mut word = String::new();
        for _ in 0..[1, 2, 2, 3, 3, 4][below(6)] {
            word += ONSETS[below(ONSETS.len())];
            word += VOWELS[below(VOWELS.len())];
            word += CODAS[below(CODAS.len())];
        }
        words.insert(word);
    }
    words.into_iter().collect()
}

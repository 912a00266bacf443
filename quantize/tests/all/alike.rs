//! Which lines another engine reads as labelcam does. A measurement in `benches/peers` has this too.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::dataset;
use labelcam::preprocess::{self, Region};
use labelcam::recognizer::Recognizer;

use crate::peers;

/// Lines handed over at a time: their inputs are files.
const LINES: usize = 500;

/// How many of some lines an engine reads with the same text as labelcam, and of how many.
pub(crate) fn alike(engine: &str, model: &Path, sets: &[PathBuf]) -> (usize, usize) {
    let recognizer = Recognizer::from_bytes(&fs::read(model).unwrap()).unwrap();
    let spec = recognizer.spec();
    let classes = spec.alphabet.classes();
    let text = |values: &[f32]| {
        let scores = Scores::new(values, values.len() / classes, classes).unwrap();
        ctc::greedy(scores, &AllowList::all()).unwrap().text(&spec.alphabet)
    };
    let prepared = |path: &Path| {
        let picture = dataset::picture(path).unwrap();
        preprocess::line(&picture, Region::whole(&picture), &spec.input).unwrap()
    };
    let entries: Vec<_> = sets.iter().flat_map(|set| dataset::entries(set).unwrap()).collect();
    let of_part = |part: &[dataset::Entry]| {
        let folder = tempfile::tempdir().unwrap();
        let lines: Vec<_> = part.iter().map(|entry| prepared(&entry.path)).collect();
        let theirs = peers::outputs(engine, (model, folder.path()), lines.iter());
        let same = |(line, theirs): (_, &Vec<f32>)| text(&recognizer.run(line).unwrap().values) == text(theirs);
        lines.iter().zip(&theirs).filter(|&pair| same(pair)).count()
    };
    (entries.chunks(LINES).map(of_part).sum(), entries.len())
}

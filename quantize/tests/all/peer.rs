//! ONNX Runtime and OpenCV on the same file.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::dataset;
use labelcam::preprocess::{self, Region};
use labelcam::recognizer::Recognizer;

use crate::peers;
use crate::program::{by_default, root, sets};

/// Lines handed over at a time: their inputs are files.
const LINES: usize = 500;

/// How many of some lines an engine reads with the same text as labelcam, and of how many.
fn alike(engine: &str, model: &Path, sets: &[PathBuf]) -> (usize, usize) {
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

/// The engines round differently in the last place, which may move a quantized value by a step: that must not show.
#[test]
fn onnx_runtime_reads_the_same_texts() {
    let (same, lines) = alike("onnxruntime", &by_default().1, &sets());
    assert_eq!(same, lines);
}

#[test]
fn opencv_reads_the_same_texts() {
    let (same, lines) = alike("opencv", &by_default().1, &sets());
    assert_eq!(same, lines);
}

/// The same of the shipped int8 model on as many lines as there are in the folder that `LABELCAM_LINES` names.
#[test]
#[ignore = "a measurement, on lines that labelcam-train synth makes"]
fn onnx_runtime_reads_the_shipped_model_alike_on_many_lines() {
    let folder = std::env::var_os("LABELCAM_LINES").expect("LABELCAM_LINES must name a folder of lines");
    let (same, lines) = alike("onnxruntime", &root().join("models/labels-en-int8.onnx"), &[folder.into()]);
    eprintln!("the same text as ONNX Runtime: {same} of {lines} lines");
    assert!(1000 * same >= 998 * lines, "{same} of {lines}: less than 99.8 %");
}

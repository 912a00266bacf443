//! ONNX Runtime on the same file.

use std::fs;
use std::path::Path;

use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::dataset;
use labelcam::preprocess::{self, Region};
use labelcam::recognizer::Recognizer;

use crate::onnxruntime;
use crate::program::{by_default, sets};

#[test]
fn onnx_runtime_reads_the_same_texts() {
    let (_, path, folder) = by_default();
    let recognizer = Recognizer::from_bytes(&fs::read(path).unwrap()).unwrap();
    let spec = recognizer.spec();
    let entries: Vec<_> = sets().iter().flat_map(|set| dataset::entries(set).unwrap()).collect();
    let prepared = |path: &Path| {
        let picture = dataset::picture(path).unwrap();
        preprocess::line(&picture, Region::whole(&picture), &spec.input).unwrap()
    };
    let lines: Vec<_> = entries.iter().map(|entry| prepared(&entry.path)).collect();
    let classes = spec.alphabet.classes();
    let text = |values: &[f32]| {
        let scores = Scores::new(values, values.len() / classes, classes).unwrap();
        ctc::greedy(scores, &AllowList::all()).unwrap().text(&spec.alphabet)
    };
    let theirs = onnxruntime::outputs(path, folder.path(), lines.iter());
    // The engines round differently in the last place, which may move a quantized value by a step.
    let ours: Vec<_> = lines.iter().map(|line| recognizer.run(line).unwrap().values).collect();
    let changed = ours.iter().zip(&theirs).filter(|(ours, theirs)| text(ours) != text(theirs)).count();
    assert_eq!(changed, 0, "of {} lines", lines.len());
}

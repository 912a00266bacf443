//! ONNX Runtime on the same file.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::dataset;
use labelcam::preprocess::{self, LineInput, Region};
use labelcam::recognizer::Recognizer;

use crate::program::{by_default, root, sets};

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
    let theirs = outputs(path, folder.path(), &lines);
    // The engines round differently in the last place, which may move a quantized value by a step.
    let ours: Vec<_> = lines.iter().map(|line| recognizer.run(line).unwrap().values).collect();
    let changed = ours.iter().zip(&theirs).filter(|(ours, theirs)| text(ours) != text(theirs)).count();
    assert_eq!(changed, 0, "of {} lines", lines.len());
}

/// What ONNX Runtime gives for lines.
fn outputs(model: &Path, folder: &Path, lines: &[LineInput]) -> Vec<Vec<f32>> {
    let mut list = String::new();
    for (i, line) in lines.iter().enumerate() {
        let bytes: Vec<_> = line.pixels().iter().flat_map(|value| value.to_le_bytes()).collect();
        fs::write(folder.join(format!("{i}.in")), bytes).unwrap();
        writeln!(list, "{i} {} {}", line.height(), line.width()).unwrap();
    }
    fs::write(folder.join("list"), list).unwrap();
    let script = root().join("trainer/tests/onnxruntime_run.py");
    let output = Command::new(python()).args([&script, model, folder]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let floats = |bytes: Vec<u8>| bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    (0..lines.len()).map(|i| floats(fs::read(folder.join(format!("{i}.out"))).unwrap())).collect()
}

/// The Python with ONNX Runtime that `scripts/onnxruntime.sh` makes.
fn python() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let python = cache.join("labelcam/onnxruntime/bin/python");
    assert!(python.exists(), "{} is missing: run scripts/onnxruntime.sh", python.display());
    python
}

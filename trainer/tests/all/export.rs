//! The exported file: what it says of itself, and that ONNX Runtime reads it as libtorch and tract do.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::recognizer::Recognizer;
use labelcam_trainer::lines::{self, Split};

use crate::peers;
use crate::program::{succeeds, text, tiny_config, train};

/// The largest difference between engines in a log-probability: rounding in sums of a thousand products grows to some
/// 1e-4 through two LSTMs, and nothing that is right differs by more than this.
const DIFFERENCE_MAX: f32 = 1e-3;

#[test]
fn an_exported_model_carries_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    let recognizer = Recognizer::from_bytes(&fs::read(&out).unwrap()).unwrap();
    let spec = recognizer.spec();
    let training = spec.training.as_ref().unwrap();
    assert_eq!((spec.format, spec.input.height, spec.input.time_stride), (1, 32, 4));
    assert_eq!(spec.alphabet, tiny_config().alphabet);
    assert_eq!(training.network, "crnn width 0.125 hidden 8");
    assert_eq!((training.lines, training.config_sha256.len()), (16, 64));
}

#[test]
fn onnx_runtime_reads_a_new_model_as_tract_does() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    agrees(&out, folder.path());
}

#[test]
fn onnx_runtime_reads_the_shipped_model_as_tract_does() {
    let folder = tempfile::tempdir().unwrap();
    agrees(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/labels-en.onnx"), folder.path());
}

fn exported(folder: &Path) -> PathBuf {
    let checkpoint = train(folder, &tiny_config()).join("last.safetensors");
    let out = folder.join("model.onnx");
    let said = succeeds(&["export", "--checkpoint", text(&checkpoint), "--out", text(&out), "--parity-lines", "8"]);
    assert!(said.contains("8 lines read alike by libtorch and tract"), "{said}");
    out
}

/// Runs the same rendered lines through tract and ONNX Runtime.
fn agrees(model: &Path, folder: &Path) {
    let recognizer = Recognizer::from_bytes(&fs::read(model).unwrap()).unwrap();
    let examples = lines::examples(&tiny_config(), Split::Train, 12).unwrap();
    let theirs = peers::outputs("onnxruntime", (model, folder), examples.iter().map(|example| &example.input));
    for (example, theirs) in examples.iter().zip(theirs) {
        let ours = recognizer.run(&example.input).unwrap();
        assert_eq!(ours.values.len(), theirs.len(), "{}", example.text);
        let difference = ours.values.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference <= DIFFERENCE_MAX, "{}: log-probabilities differ by {difference}", example.text);
        let read = |values: &[f32]| {
            let scores = Scores::new(values, ours.steps, ours.classes).unwrap();
            ctc::greedy(scores, &AllowList::all()).unwrap().text(&recognizer.spec().alphabet)
        };
        assert_eq!(read(&ours.values), read(&theirs));
    }
}

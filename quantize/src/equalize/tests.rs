//! Tests of equalization on the shipped model.

use std::path::Path;

use super::*;
use crate::lines;
use crate::measure;
use labelcam::recognizer::Recognizer;
use prost::Message;

fn model_and_lines() -> (FloatModel, Vec<Line>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let model = FloatModel::new(&std::fs::read(root.join("models/labels-en.onnx")).unwrap(), None).unwrap();
    let lines = lines::read(&[root.join("tests/data/lines")], 13, &model.spec.input).unwrap();
    (model, lines)
}

#[test]
fn the_float_function_is_unchanged() {
    let (mut model, lines) = model_and_lines();
    let report = equalize(&mut model, &lines, Target::Onnx).unwrap();
    assert_eq!(report.len(), 8, "seven ReLUs and the first linear layer");
    assert!(report.iter().any(|value| value.share.is_some()), "{report:?}");
    assert!(report.iter().all(|value| value.after_db >= value.before_db), "{report:?}");
    let equalized = Recognizer::from_bytes(&model.proto.encode_to_vec()).unwrap();
    let float = measure::read(&model.recognizer, &lines).unwrap();
    let measured = measure::compare(&lines, &float, &measure::read(&equalized, &lines).unwrap());
    assert!(measured.same == lines.len() && measured.snr_db > 80.0, "{measured:?}");
}

#[test]
fn scales_bring_channels_to_one_range() {
    let (ranges, weights) = ([1.0, 4.0, 16.0, 0.0], [1.0, 1.0, 1.0, 1.0]);
    let scales = channel_scales(&ranges, &weights, 1.0);
    let after: Vec<_> = ranges.iter().zip(&scales).take(3).map(|(range, scale)| range / scale).collect();
    assert!(after.iter().all(|range| (range - 4.0).abs() < 1e-9), "{after:?}");
    assert!((scales[3] - 1.0).abs() < 1e-9, "a channel that is never used stays");
}

#[test]
fn half_a_share_brings_ranges_and_weights_together() {
    let scales = channel_scales(&[1.0, 9.0], &[1.0, 4.0], 0.5);
    let [first, second] = scales[..] else { panic!("two channels") };
    // r / s relative to w * s is the same in both channels.
    assert!((1.0 / first / first - 9.0 / second / (4.0 * second)).abs() < 1e-9, "{scales:?}");
}

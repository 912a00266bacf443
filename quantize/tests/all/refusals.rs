//! What cannot be quantized is named, with the fix, and no file is left; odd lines are doubted with figures.

use std::fs;
use std::path::Path;

use image::GrayImage;
use labelcam::onnx::build;
use labelcam::onnx::graph;
use labelcam::onnx::pb::ModelProto;
use prost::Message;

use crate::program::{Outcome, by_default, float, parsed, run, sets};

/// Quantizes a model file on the first set, to `out`.
fn quantize(model: &Path, out: &Path, arguments: &[&str]) -> Outcome {
    let set = &sets()[0];
    let mut args: Vec<_> = [model, Path::new("--calibrate"), set, Path::new("--out"), out].map(Into::into).into();
    args.extend(arguments.iter().map(std::ffi::OsString::from));
    run(args)
}

/// Quantizes an edited float model, which must be refused with a message that has each of `parts`.
#[track_caller]
fn refused(edit: impl FnOnce(&mut ModelProto), arguments: &[&str], parts: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("model.onnx"), folder.path().join("out.onnx"));
    let mut proto = parsed(&float());
    edit(&mut proto);
    fs::write(&model, proto.encode_to_vec()).unwrap();
    check(&quantize(&model, &out, arguments), parts);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of the output");
}

#[track_caller]
fn check(outcome: &Outcome, parts: &[&str]) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    for part in parts {
        assert!(outcome.stderr.contains(part), "{part:?} is not in {:?}", outcome.stderr);
    }
}

#[test]
fn a_model_without_a_contract_is_refused() {
    refused(|proto| proto.metadata_props.clear(), &[], &["has no `labelcam.spec`", "--spec"]);
}

#[test]
fn a_quantized_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = quantize(&by_default().1, &folder.path().join("out.onnx"), &[]);
    check(&outcome, &["is quantized already", "QuantizeLinear", "the float model that it was made from"]);
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    let broken = |proto: &mut ModelProto| {
        let constants = &mut proto.graph.as_mut().unwrap().initializer;
        let tensor = constants.iter_mut().find(|tensor| tensor.name == "conv3.weight").unwrap();
        let (shape, mut values) = (graph::shape(tensor), graph::floats(tensor).unwrap());
        (values[7], values[70]) = (f32::NAN, f32::INFINITY);
        *tensor = build::floats("conv3.weight", &shape, &values);
    };
    refused(broken, &[], &["`conv3.weight` have 2 values that are not finite"]);
}

#[test]
fn an_opset_without_steps_by_channel_is_refused() {
    let old = |proto: &mut ModelProto| proto.opset_import[0].version = 12;
    refused(old, &[], &["opset 12", "13 or later"]);
}

#[test]
fn a_layer_that_is_not_there_is_named_with_those_that_are() {
    refused(|_| (), &["--float", "conv9"], &["no layer conv9", "conv0, conv1"]);
}

#[test]
fn a_limit_without_labels_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().join("pictures");
    fs::create_dir(&pictures).unwrap();
    fs::copy(sets()[0].join("date.png"), pictures.join("date.png")).unwrap();
    let out = folder.path().join("out.onnx");
    let float = float();
    let args = [&float, Path::new("--max-drop=0.3"), Path::new("--out"), &out, Path::new("--calibrate"), &pictures];
    check(&run(args), &["--max-drop needs lines with labels"]);
}

#[test]
fn an_output_that_cannot_be_written_is_named_and_what_was_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join("inside")).unwrap();
    let outcome = quantize(&float(), &taken, &["--rounding", "nearest", "--method", "min-max", "--no-equalize"]);
    check(&outcome, &["cannot write", "taken", "choose another folder"]);
    assert!(taken.join("inside").is_dir());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no partial file is left");
}

/// What the program says of `count` pictures that `paint` makes.
fn doubts(count: u32, paint: impl Fn(u32) -> GrayImage) -> String {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("lines");
    fs::create_dir(&lines).unwrap();
    for number in 0..count {
        paint(number).save(lines.join(format!("{number}.png"))).unwrap();
    }
    let out = folder.path().join("out.onnx");
    let float = float();
    let mut args: Vec<_> = [&float, Path::new("--out"), &out, Path::new("--calibrate"), &lines].map(Into::into).into();
    args.extend(["--rounding", "nearest", "--method", "min-max", "--no-equalize"].map(std::ffi::OsString::from));
    let outcome = run(args);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stderr
}

#[test]
fn blank_lines_are_doubted_with_figures() {
    let said = doubts(6, |number| GrayImage::from_pixel(64, 32, image::Luma([u8::try_from(100 + number).unwrap()])));
    for part in [
        "warning: there are 6 calibration lines, and below 128",
        "reads nothing in any of the 6 lines",
        "6 of 6 lines are of nearly one grey",
        "the widest line has 64 columns",
    ] {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
}

#[test]
fn few_good_lines_are_doubted_for_their_number_alone() {
    let said = &by_default().0.stderr;
    assert!(said.contains("calibration lines, and below 128") && said.lines().count() == 1, "{said}");
}

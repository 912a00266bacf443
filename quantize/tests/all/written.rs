//! The file that is written: its size, its contract, its quantizers, and what it reads.

use std::fs;
use std::path::Path;

use labelcam::alphabet::AllowList;
use labelcam::dataset;
use labelcam::engine::kernel::room::Group;
use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::{NodeProto, TensorProto};
use labelcam::preprocess::Region;
use labelcam::recognizer::Recognizer;
use serde_json::Value;

use crate::program::{by_default, float, parsed, quantize, sets};

/// What a model file reads on the sets.
pub(crate) fn texts_of(path: &Path) -> Vec<String> {
    let recognizer = Recognizer::from_bytes(&fs::read(path).unwrap()).unwrap();
    let read = |path: &Path| {
        let picture = dataset::picture(path).unwrap();
        recognizer.read(&picture, Region::whole(&picture), &AllowList::all()).unwrap().text
    };
    sets().iter().flat_map(|set| dataset::entries(set).unwrap()).map(|entry| read(&entry.path)).collect()
}

#[test]
fn it_has_at_most_28_percent_of_the_float_file() {
    let (outcome, path, _) = by_default();
    let [int8, float] = [path.clone(), float()].map(|path| fs::metadata(path).unwrap().len());
    assert!(100 * int8 <= 28 * float, "{int8} of {float} bytes");
    assert!(outcome.stdout.contains(&format!("size: {int8} bytes of {float}")), "{}", outcome.stdout);
}

#[test]
fn it_reads_as_the_float_model_does() {
    let (_, path, _) = by_default();
    let (int8, float) = (texts_of(path), texts_of(&float()));
    let changed = int8.iter().zip(&float).filter(|(int8, float)| int8 != float).count();
    assert!(float.len() >= 20 && changed <= 1, "{changed} of {} lines changed", float.len());
}

#[test]
fn its_contract_is_the_float_models_with_its_calibration() {
    let (_, path, _) = by_default();
    let float = Recognizer::from_bytes(&fs::read(float()).unwrap()).unwrap();
    let int8 = Recognizer::from_bytes(&fs::read(path).unwrap()).unwrap();
    let mut spec = int8.spec().clone();
    let calibration = spec.calibration.take().unwrap();
    assert_eq!(&spec, float.spec());
    assert_eq!((calibration.float_sha256.as_str(), calibration.weight_bits), (float.digest(), 8));
    assert_eq!((calibration.rounding.as_str(), calibration.data.as_str()), ("gptq", "lines, samples"));
    assert!(calibration.lines >= 20 && calibration.float_layers.is_empty());
    assert_eq!(calibration.methods.values().sum::<u32>(), 11, "values before and between the layers");
}

/// The weights of a node as an engine takes them: runs of neighbouring channels, for a convolution `[O][h][w][I]`.
fn runs(node: &NodeProto, tensor: &TensorProto) -> Vec<Vec<i8>> {
    let values: Vec<i8> = graph::bytes(tensor).unwrap().into_iter().map(|value| value.try_into().unwrap()).collect();
    match (node.op_type.as_str(), &graph::shape(tensor)[..]) {
        ("Conv", &[outputs, channels, height, width]) => {
            let at = |o, y, k| values[((o * channels + k % channels) * height + y) * width + k / channels];
            let run = |row| (0..width * channels).map(|k| at(row / height, row % height, k)).collect();
            (0..outputs * height).map(run).collect()
        }
        ("MatMul", &[_, outputs]) => {
            (0..outputs).map(|o| values.iter().skip(o).step_by(outputs).copied().collect()).collect()
        }
        ("LSTM", &[_, columns]) => values.chunks(columns).map(<[i8]>::to_vec).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_layers_are_quantized_and_weights_leave_their_neighbours_room() {
    let proto = parsed(&by_default().1);
    let written = proto.graph.as_ref().unwrap();
    let index = Index::new(written);
    let layers = written.node.iter().filter(|node| matches!(node.op_type.as_str(), "Conv" | "MatMul" | "LSTM"));
    let (mut weights, mut large) = (0, 0);
    for node in layers {
        for name in &node.input[1..=usize::from(node.op_type == "LSTM") + 1] {
            let mut maker = index.maker(name).unwrap();
            if maker.op_type == "Reshape" {
                maker = index.maker(&maker.input[0]).unwrap();
            }
            assert_eq!(maker.op_type, "DequantizeLinear", "{name}");
            let tensor = index.constant(&maker.input[0]).unwrap();
            let values = graph::bytes(tensor).unwrap();
            for group in [Group::PAIRS, Group::FOURS] {
                assert!(runs(node, tensor).iter().all(|run| group.has_room(run)), "{name} {group:?}");
            }
            large += values.iter().filter(|value| value.unsigned_abs() > 63).count();
            weights += values.len();
        }
    }
    assert!(weights > 1_000_000 && large > weights / 100, "{large} of {weights} use the eighth bit");
}

#[test]
fn max_pools_stand_between_quantizers_of_one_step() {
    let proto = parsed(&by_default().1);
    let written = proto.graph.as_ref().unwrap();
    let index = Index::new(written);
    let pools: Vec<_> = written.node.iter().filter(|node| node.op_type == "MaxPool").collect();
    assert_eq!(pools.len(), 4);
    for pool in pools {
        let (before, after) = (index.maker(&pool.input[0]).unwrap(), index.only_taker(&pool.output[0]).unwrap());
        assert_eq!((before.op_type.as_str(), after.op_type.as_str()), ("DequantizeLinear", "QuantizeLinear"));
        let step = |name: &String| graph::floats(index.constant(name).unwrap()).unwrap();
        assert_eq!(step(&before.input[1]), step(&after.input[1]));
    }
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    let bytes = || {
        let folder = tempfile::tempdir().unwrap();
        fs::read(quantize(folder.path(), &["--rounding", "nearest"]).1).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn layers_left_in_float_have_their_float_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (outcome, path) =
        quantize(folder.path(), &["--float", "conv0,lstm1", "--rounding", "nearest", "--no-equalize", "--json"]);
    let (int8, float) = (parsed(&path), parsed(&float()));
    let (int8, float) = (int8.graph.unwrap(), float.graph.unwrap());
    let (int8, float) = (Index::new(&int8), Index::new(&float));
    for name in ["conv0.weight", "lstm1.W", "lstm1.R"] {
        assert_eq!(int8.constant(name), float.constant(name));
    }
    assert!(graph::bytes(int8.constant("conv1.weight").unwrap()).is_some());
    assert!(int8.constant("lines.scale").is_none(), "nothing in int8 takes the lines");
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["weights"].as_array().unwrap().len(), 10, "of 13 operands");
}

#[test]
fn signed_values_have_zero_point_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = quantize(folder.path(), &["--target", "tensorrt", "--rounding", "nearest", "--method", "min-max"]);
    let proto = parsed(&path);
    let written = proto.graph.as_ref().unwrap();
    let index = Index::new(written);
    let quantizers: Vec<_> = written.node.iter().filter(|node| node.op_type == "QuantizeLinear").collect();
    assert!(quantizers.len() >= 11);
    for node in quantizers {
        let zero = index.constant(&node.input[2]).unwrap();
        assert_eq!((zero.data_type, &zero.raw_data[..]), (onnx_int8(), &[0u8][..]), "{}", node.name);
    }
}

/// The number of the type of signed bytes.
fn onnx_int8() -> i32 {
    labelcam::onnx::pb::tensor_proto::DataType::Int8.into()
}

#[test]
fn a_limit_leaves_layers_in_float_and_says_which() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing but the float model reads as many lines exactly as one that loses less than none.
    let arguments = ["--max-drop=-0.001", "--rounding", "nearest", "--method", "min-max", "--json"];
    let (outcome, path) = quantize(folder.path(), &arguments);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let kept: Vec<_> = report["kept"]["layers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(report["sensitivity"].as_array().unwrap().len(), 11);
    let int8 = Recognizer::from_bytes(&fs::read(path).unwrap()).unwrap();
    let mut float = int8.spec().calibration.clone().unwrap().float_layers;
    let mut named: Vec<_> = kept.iter().map(ToString::to_string).collect();
    float.sort();
    named.sort();
    assert_eq!(float, named);
    let exact = |of: &str| report["whole"][of].as_u64().unwrap();
    assert!(exact("exact") > exact("float_exact") || kept.len() == 11, "{kept:?}");
}

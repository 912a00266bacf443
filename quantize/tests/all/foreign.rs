//! A graph as other exporters write it: batch norms, idle nodes, grouped convolutions, `Gemm`.

use std::fs;

use labelcam::onnx::build::{self, node};
use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};
use prost::Message;

use crate::program::{float, parsed, run, sets};
use crate::written::texts_of;

/// What a batch norm multiplies and adds by channel.
fn gain_and_shift(channel: u8) -> (f32, f32) {
    (0.25 + f32::from(channel % 7) / 4.0, f32::from(channel % 5) / 3.0 - 0.5)
}

fn channels(graph: &GraphProto, bias: &str) -> u8 {
    let values = graph::floats(Index::new(graph).constant(bias).unwrap()).unwrap();
    values.len().try_into().unwrap()
}

/// A batch norm of `y * gain + shift`, with a mean and a variance that are not trivial.
fn batch_norm(name: &str, input: &str, channels: u8) -> (NodeProto, Vec<TensorProto>) {
    let part = |part: &str| format!("{name}.{part}");
    let by_channel = |of: &dyn Fn(f32, f32) -> f32| -> Vec<f32> {
        (0..channels).map(gain_and_shift).map(|(gain, shift)| of(gain, shift)).collect()
    };
    let (variance, mean, epsilon) = (3.0, 0.75, 1e-3);
    let root = f32::sqrt(variance + epsilon);
    let constants = [
        ("scale", by_channel(&|gain, _| gain * root)),
        ("offset", by_channel(&|gain, shift| shift + mean * gain)),
        ("mean", vec![mean; channels.into()]),
        ("variance", vec![variance; channels.into()]),
    ];
    let inputs: Vec<_> = constants.iter().map(|(name, _)| part(name)).collect();
    let inputs: Vec<_> = [input].into_iter().chain(inputs.iter().map(String::as_str)).collect();
    let norm = node(name, "BatchNormalization", &inputs, vec![build::float("epsilon", epsilon)]);
    let tensor = |(name, values): &(&str, Vec<f32>)| build::floats(&part(name), &[channels.into()], values);
    (norm, constants.iter().map(tensor).collect())
}

/// Multiplies each row of a constant, and adds to it after that.
fn change(graph: &mut GraphProto, name: &str, of: impl Fn(u8, f32) -> f32) {
    let tensor = graph.initializer.iter_mut().find(|tensor| tensor.name == name).unwrap();
    let (shape, mut values) = (graph::shape(tensor), graph::floats(tensor).unwrap());
    let row = values.len() / shape[0];
    values.iter_mut().enumerate().for_each(|(at, value)| *value = of((at / row).try_into().unwrap(), *value));
    *tensor = build::floats(name, &shape, &values);
}

fn place(graph: &GraphProto, output: &str) -> usize {
    graph.node.iter().position(|node| node.output[0] == output).unwrap()
}

/// Puts nodes behind the one that makes `output`; the last of them makes it from then on.
fn behind(graph: &mut GraphProto, output: &str, mut nodes: Vec<NodeProto>) {
    let at = place(graph, output);
    let before = format!("{output}.before");
    nodes[0].input[0].clone_from(&before);
    graph.node[at].output[0] = before;
    output.clone_into(&mut nodes.last_mut().unwrap().output[0]);
    let after = graph.node.split_off(at + 1);
    graph.node.extend(nodes.into_iter().chain(after));
}

/// The shipped network with a batch norm behind its first convolution, a depthwise convolution with a batch norm behind
/// its second, and a `Gemm` in the place of its last product. It computes the same.
fn written_elsewhere() -> ModelProto {
    let mut proto = parsed(&float());
    let graph = proto.graph.as_mut().unwrap();
    let first = channels(graph, "conv0.bias");
    change(graph, "conv0.weight", |channel, w| w / gain_and_shift(channel).0);
    change(graph, "conv0.bias", |channel, b| (b - gain_and_shift(channel).1) / gain_and_shift(channel).0);
    let (norm, constants) = batch_norm("norm0", "", first);
    behind(graph, "conv0", vec![norm, node("idle", "Identity", &["norm0"], vec![])]);
    graph.initializer.extend(constants);

    let second = channels(graph, "conv1.bias");
    // (y * w) * gain + shift = y, with no bias before the norm: what the shift adds conv1's bias takes away.
    change(graph, "conv1.bias", |channel, b| b - gain_and_shift(channel).1);
    let weights: Vec<f32> = (0..second).map(|channel| 1.0 / gain_and_shift(channel).0).collect();
    graph.initializer.push(build::floats("depthwise.weight", &[second.into(), 1, 1, 1], &weights));
    let depthwise = node("depthwise", "Conv", &["", "depthwise.weight"], vec![build::int("group", second.into())]);
    let (norm, constants) = batch_norm("norm1", "depthwise", second);
    behind(graph, "conv1", vec![depthwise, norm]);
    graph.initializer.extend(constants);
    to_gemm(graph);
    proto
}

/// The last `MatMul` and its `Add` as a `Gemm` over rows, with its weights row by row.
fn to_gemm(graph: &mut GraphProto) {
    let at = graph.node.iter().rposition(|node| node.op_type == "MatMul").unwrap();
    let (product, add) = (graph.node[at].clone(), graph.node[at + 1].clone());
    assert_eq!(add.op_type, "Add");
    let weight = graph.initializer.iter_mut().find(|tensor| tensor.name == product.input[1]).unwrap();
    let (shape, values) = (graph::shape(weight), graph::floats(weight).unwrap());
    let (inputs, outputs) = (shape[0], shape[1]);
    let rows: Vec<f32> = (0..outputs).flat_map(|o| values.iter().skip(o).step_by(outputs).copied()).collect();
    *weight = build::floats("gemm.weight", &[outputs, inputs], &rows);
    graph.initializer.push(build::longs("flat.shape", &[-1, build::long(inputs)]));
    graph.initializer.push(build::longs("back.shape", &[-1, 1, build::long(outputs)]));
    let bias = add.input.iter().find(|name| **name != product.output[0]).unwrap();
    let mut back = node("back", "Reshape", &["gemm", "back.shape"], vec![]);
    back.output[0].clone_from(&add.output[0]);
    let nodes = [
        node("flat", "Reshape", &[&product.input[0], "flat.shape"], vec![]),
        node("gemm", "Gemm", &["flat", "gemm.weight", bias], vec![build::int("transB", 1)]),
        back,
    ];
    graph.node.splice(at..at + 2, nodes);
}

#[test]
fn batch_norms_are_folded_and_grouped_convolutions_and_gemm_are_quantized() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (folder.path().join("elsewhere.onnx"), folder.path().join("int8.onnx"));
    fs::write(&model, written_elsewhere().encode_to_vec()).unwrap();
    assert_eq!(texts_of(&model), texts_of(&float()), "the test's own graph is another network");

    let mut args: Vec<_> =
        [&model, &"--out".into(), &out, &"--rounding".into(), &"nearest".into()].map(Into::into).into();
    args.push(std::ffi::OsString::from("--calibrate"));
    args.extend(sets().map(Into::into));
    let outcome = run(args);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);

    let written = parsed(&out).graph.unwrap();
    let index = Index::new(&written);
    let left = |op: &str| written.node.iter().filter(|node| node.op_type == op).count();
    assert_eq!((left("BatchNormalization"), left("Identity")), (0, 0));
    for (op, weight) in [("Conv", "depthwise.weight"), ("Gemm", "gemm.weight")] {
        let quantized = written
            .node
            .iter()
            .filter(|node| node.op_type == op)
            .any(|node| index.maker(&node.input[1]).is_some_and(|maker| maker.input[0].starts_with(weight)));
        assert!(quantized, "{weight} stays in float");
    }
    let changed = texts_of(&out).iter().zip(texts_of(&float())).filter(|(int8, float)| *int8 != float).count();
    assert!(changed <= 2, "{changed} lines changed");
}

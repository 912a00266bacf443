//! A small CRNN, quantized and not: our operators against tract's on the same file, and files that must be refused.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "sides of a small network, and bytes"
)]

use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};

use crate::engine;
use crate::onnx::build::{Side, float_list, floats, int, int8s, int32s, ints, longs, node, text, uint8s, value};
use crate::onnx::pb::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto};

const CHANNELS: usize = 6;
const HIDDEN: usize = 5;
const CLASSES: usize = 7;

/// Numbers of no pattern in -1..1.
fn noise(count: usize, seed: usize) -> Vec<f32> {
    let number = |i: usize| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0;
    (0..count).map(number).collect()
}

/// A graph in the making.
#[derive(Default)]
struct Small {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    quantized: bool,
}

impl Small {
    fn push(&mut self, node: NodeProto) -> String {
        let output = node.output[0].clone();
        self.nodes.push(node);
        output
    }

    /// `QuantizeLinear` and `DequantizeLinear` of an activation.
    fn activation(&mut self, x: &str, scale: f32, zero: u8) -> String {
        if !self.quantized {
            return x.to_owned();
        }
        let (s, z, q) = (format!("{x}.scale"), format!("{x}.zero"), format!("{x}.q"));
        self.constants.extend([floats(&s, &[], &[scale]), uint8s(&z, &[], &[zero])]);
        self.push(node(&q, "QuantizeLinear", &[x, &s, &z], vec![]));
        self.push(node(&format!("{x}.dq"), "DequantizeLinear", &[&q, &s, &z], vec![]))
    }

    /// Weights, in int8 along an axis if the graph is quantized.
    fn weights(&mut self, name: &str, shape: &[usize], axis: usize) -> String {
        let values = noise(shape.iter().product(), name.len());
        if !self.quantized {
            self.constants.push(floats(name, shape, &values));
            return name.to_owned();
        }
        let bytes: Vec<i8> = values.iter().map(|value| (value * 63.0).round() as i8).collect();
        let (s, z, q) = (format!("{name}.scale"), format!("{name}.zero"), format!("{name}.q"));
        let scales: Vec<f32> = (0..shape[axis]).map(|i| (1.0 + i as f32 / 10.0) / 63.0).collect();
        self.constants.extend([int8s(&q, shape, &bytes), floats(&s, &[scales.len()], &scales)]);
        self.constants.push(int8s(&z, &[scales.len()], &vec![0; scales.len()]));
        let axis = int("axis", i64::try_from(axis).unwrap());
        self.push(node(&format!("{name}.dq"), "DequantizeLinear", &[&q, &s, &z], vec![axis]))
    }

    /// LSTM weights lie flat in the file and are given their shape there.
    fn gates(&mut self, name: &str, depth: usize) -> String {
        let flat = self.weights(name, &[2 * 4 * HIDDEN, depth], 0);
        let shape = format!("{name}.shape");
        self.constants.push(longs(&shape, &[2, 4 * HIDDEN as i64, depth as i64]));
        self.push(node(&format!("{name}.shaped"), "Reshape", &[&flat, &shape], vec![]))
    }

    /// `[1, 1, 8, W]` to `[W, 1, CLASSES]`.
    fn model(quantized: bool) -> ModelProto {
        let mut graph = Self { quantized, ..Self::default() };
        let x = graph.activation("x", 0.02, 128);
        let weights = graph.weights("conv.w", &[CHANNELS, 1, 3, 3], 0);
        graph.constants.push(floats("conv.b", &[CHANNELS], &noise(CHANNELS, 3)));
        let window = |kernel: [i64; 2], strides: [i64; 2], pad: i64| {
            vec![ints("kernel_shape", &kernel), ints("strides", &strides), ints("pads", &[pad; 4])]
        };
        let x = graph.push(node("conv", "Conv", &[&x, &weights, "conv.b"], window([3, 3], [1, 1], 1)));
        let x = graph.push(node("relu", "Relu", &[&x], vec![]));
        let x = graph.activation(&x, 0.03, 0);
        let x = graph.push(node("pool", "MaxPool", &[&x], window([8, 1], [8, 1], 0)));
        let x = graph.activation(&x, 0.03, 0);
        graph.constants.push(longs("axes", &[2]));
        let x = graph.push(node("squeeze", "Squeeze", &[&x, "axes"], vec![]));
        let x = graph.push(node("steps", "Transpose", &[&x], vec![ints("perm", &[2, 0, 1])]));
        let (w, r) = (graph.gates("lstm.w", CHANNELS), graph.gates("lstm.rr", HIDDEN));
        graph.constants.push(floats("lstm.b", &[2, 8 * HIDDEN], &noise(16 * HIDDEN, 5)));
        let directions = vec![text("direction", "bidirectional"), int("hidden_size", HIDDEN as i64)];
        let y = graph.push(node("lstm", "LSTM", &[&x, &w, &r, "lstm.b"], directions));
        let y = graph.push(node("turned", "Transpose", &[&y], vec![ints("perm", &[0, 2, 1, 3])]));
        graph.constants.push(longs("joined.shape", &[0, 0, -1]));
        let y = graph.push(node("joined", "Reshape", &[&y, "joined.shape"], vec![]));
        let y = graph.activation(&y, 1.0 / 127.0, 128);
        let w = graph.weights("linear", &[2 * HIDDEN, CLASSES], 1);
        graph.constants.push(floats("linear.b", &[CLASSES], &noise(CLASSES, 8)));
        let y = graph.push(node("product", "MatMul", &[&y, &w], vec![]));
        let y = graph.push(node("sum", "Add", &[&y, "linear.b"], vec![]));
        graph.push(node("out", "LogSoftmax", &[&y], vec![int("axis", -1)]));
        let graph = GraphProto {
            name: "small".into(),
            node: graph.nodes,
            initializer: graph.constants,
            input: vec![value("x", &[Side::Fixed(1), Side::Fixed(1), Side::Fixed(8), Side::Fixed(12)])],
            output: vec![value("out", &[Side::Open("T"), Side::Fixed(1), Side::Fixed(CLASSES)])],
            ..GraphProto::default()
        };
        let opset = OperatorSetIdProto { version: 17, ..Default::default() };
        ModelProto { ir_version: 8, opset_import: vec![opset], graph: Some(graph), ..ModelProto::default() }
    }
}

/// The model's output for one input, by our operators or by tract's.
fn run(model: &ModelProto, ours: bool) -> Vec<f32> {
    let model = if ours {
        engine::model(model.clone()).unwrap().unwrap()
    } else {
        tract_onnx::onnx().model_for_proto_model(model).unwrap()
    };
    let plan = model.into_typed().unwrap().into_decluttered().unwrap().into_runnable().unwrap();
    let lines: Vec<f32> = noise(96, 1).iter().map(|value| value * 2.5).collect();
    let output = plan.run(tvec!(Tensor::from_shape(&[1, 1, 8, 12], &lines).unwrap().into())).unwrap();
    output[0].try_as_plain_ram().unwrap().as_slice::<f32>().unwrap().to_vec()
}

fn operators(model: &ModelProto) -> Vec<String> {
    let mut graph = model.graph.clone().unwrap();
    super::lower(&mut graph).unwrap();
    graph.node.into_iter().map(|node| node.op_type).collect()
}

/// What is said of a model with one constant replaced.
fn refusal(name: &str, constant: TensorProto) -> String {
    let mut model = Small::model(true);
    let graph = model.graph.as_mut().unwrap();
    let place = graph.initializer.iter_mut().find(|constant| constant.name == name).unwrap();
    *place = TensorProto { name: name.to_owned(), ..constant };
    engine::model(model).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_float_network_gives_what_tract_gives() {
    let model = Small::model(false);
    for (ours, theirs) in run(&model, true).into_iter().zip(run(&model, false)) {
        // Sums of some ten products in another order.
        assert!((ours - theirs).abs() < 1e-4, "{ours} {theirs}");
    }
}

#[test]
fn a_quantized_network_gives_what_tract_makes_of_it_in_float() {
    let model = Small::model(true);
    for (ours, theirs) in run(&model, true).into_iter().zip(run(&model, false)) {
        // One rounding of an activation may fall the other way: a step of 1/127 times weights of 1.
        assert!((ours - theirs).abs() < 0.03, "{ours} {theirs}");
    }
}

#[test]
fn every_layer_becomes_ours_and_nothing_else_is_left_but_movements() {
    let expected = ["labelcam.Quantize", "Transpose", "labelcam.Conv", "labelcam.MaxPool", "Squeeze", "Transpose"];
    let rest = ["labelcam.Lstm", "labelcam.Linear", "labelcam.LogSoftmax"];
    assert_eq!(operators(&Small::model(true)), [&expected[..], &rest].concat());
    assert_eq!(operators(&Small::model(false)), [&expected[1..], &rest].concat());
}

#[test]
fn scales_that_are_no_scales_are_refused_by_name_and_value() {
    for scale in [0.0, -0.5, f32::NAN, f32::INFINITY] {
        let text = refusal("relu.scale", floats("", &[], &[scale]));
        assert!(text.contains("scale of `relu.q`") && text.contains(&scale.to_string()), "{text}");
        let text = refusal("conv.w.scale", floats("", &[CHANNELS], &[1.0, 1.0, 1.0, scale, 1.0, 1.0]));
        assert!(text.contains("scale of `conv.w.dq`"), "{text}");
    }
    assert!(refusal("relu.scale", floats("", &[0], &[])).contains("scale of `relu.q`"));
}

#[test]
fn zero_points_are_of_their_values_type_and_within_its_range() {
    let text = refusal("conv.w.zero", uint8s("", &[CHANNELS], &[0; CHANNELS]));
    assert!(text.contains("zero point's type of `conv.w.dq` is Uint8") && text.contains("Int8"), "{text}");
    let listed = TensorProto { int32_data: vec![300], raw_data: vec![], ..uint8s("", &[], &[]) };
    let text = refusal("relu.zero", listed);
    assert!(text.contains("300") && text.contains("0 to 255"), "{text}");
}

#[test]
fn int8_weights_want_a_quantized_input() {
    let mut model = Small::model(true);
    let graph = model.graph.as_mut().unwrap();
    for node in &mut graph.node {
        node.input.iter_mut().filter(|input| *input == "x.dq").for_each(|input| *input = "x".to_owned());
    }
    let text = engine::model(model).err().unwrap().to_string();
    assert!(text.contains("input of `conv` is float"), "{text}");
}

#[test]
fn sums_that_could_leave_32_bits_are_refused() {
    // 255 * 63 * 9 and a bias just below the limit: their sum is above it.
    let mut model = Small::model(true);
    let graph = model.graph.as_mut().unwrap();
    let scales: Vec<f32> = (0..CHANNELS).map(|i| 0.02 * ((1.0 + i as f32 / 10.0) / 63.0)).collect();
    graph.initializer.push(int32s("bias.q", &[CHANNELS], &[i32::MAX - 100; CHANNELS]));
    graph.initializer.push(floats("bias.scale", &[CHANNELS], &scales));
    let attributes = vec![int("axis", 0)];
    graph.node.insert(0, node("bias.dq", "DequantizeLinear", &["bias.q", "bias.scale"], attributes));
    for node in &mut graph.node {
        node.input.iter_mut().filter(|input| *input == "conv.b").for_each(|input| *input = "bias.dq".to_owned());
    }
    let text = engine::model(model).err().unwrap().to_string();
    assert!(text.contains("largest sum of `conv`"), "{text}");
}

#[test]
fn what_is_not_ours_stays_with_tract() {
    let mut model = Small::model(true);
    let graph = model.graph.as_mut().unwrap();
    let lstm = graph.node.iter_mut().find(|node| node.op_type == "LSTM").unwrap();
    lstm.attribute.push(float_list("activation_alpha", &[0.5; 6]));
    let found = operators(&model);
    assert!(found.contains(&"LSTM".to_owned()) && found.contains(&"labelcam.Dequantize".to_owned()), "{found:?}");
}

//! The int8 graph: the float graph with `QuantizeLinear` and `DequantizeLinear` around what is quantized.
//!
//! This is ONNX's QDQ form, which says in float what an engine may compute in integers: each layer takes
//! dequantized values and dequantized weights. It follows what ONNX Runtime and TensorRT look for: the bias of a
//! convolution has 32 bits and the step of its input times that of its weights, and a max pool stands between a
//! dequantizer and a quantizer of one and the same step.

use std::collections::HashMap;

use labelcam::onnx::build::{self, int, node};
use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::tensor_proto::DataType;
use labelcam::onnx::pb::{GraphProto, ModelProto, NodeProto, StringStringEntryProto, TensorProto};
use labelcam::spec::{METADATA_KEY, Spec};

use crate::affine::Affine;
use crate::layers::{Kind, Layer, Layers, Operand, Order};
use crate::plan::{Integers, Plan};

/// The float graph with the plan carried out.
///
/// A layer whose weights are not in the plan stays as it is, and a value is quantized only where a quantized layer
/// takes it.
pub fn quantized(float: &GraphProto, layers: &Layers, plan: &Plan) -> GraphProto {
    let float_index = Index::new(float);
    let mut writer =
        Writer { float: float_index, layers, plan, nodes: vec![], constants: vec![], renamed: HashMap::new() };
    for input in &float.input {
        writer.quantize_value(&input.name);
    }
    for (at, node) in float.node.iter().enumerate() {
        if let Some(layer) = layers.layers.iter().find(|layer| layer.node == at && plan.quantizes(layer)) {
            writer.quantize_weights(layer);
        }
        writer.push(node);
    }
    let Writer { nodes, constants, .. } = writer;
    let replaced = |tensor: &&TensorProto| !constants.iter().any(|constant| constant.name == tensor.name);
    let mut initializer: Vec<_> = float.initializer.iter().filter(replaced).cloned().collect();
    initializer.extend(constants);
    GraphProto { node: nodes, initializer, ..float.clone() }
}

/// Puts a contract into a model's metadata, in place of the one that it has.
pub fn describe(proto: &mut ModelProto, spec: &Spec) {
    proto.metadata_props.retain(|entry| entry.key != METADATA_KEY);
    proto.metadata_props.push(StringStringEntryProto { key: METADATA_KEY.into(), value: spec.to_json() });
}

/// A graph in the making.
struct Writer<'a> {
    float: Index<'a>,
    layers: &'a Layers,
    plan: &'a Plan,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    /// Values of the float graph that are taken in another form.
    renamed: HashMap<String, String>,
}

impl Writer<'_> {
    fn push(&mut self, node: &NodeProto) {
        let mut node = node.clone();
        for input in &mut node.input {
            if let Some(renamed) = self.renamed.get(input) {
                renamed.clone_into(input);
            }
        }
        let outputs = node.output.clone();
        self.nodes.push(node);
        for output in outputs {
            self.quantize_value(&output);
        }
    }

    /// Quantizes a value where a quantized layer takes it.
    fn quantize_value(&mut self, value: &str) {
        let Some(affine) = self.quantizer(value) else { return };
        let [scale, zero] = ["scale", "zero_point"].map(|part| format!("{value}.{part}"));
        self.constants.push(build::floats(&scale, &[], &[affine.scale]));
        self.constants.push(zero_point(&zero, affine));
        let [quantized, dequantized] = ["quantized", "dequantized"].map(|part| format!("{value}.{part}"));
        self.nodes.push(node(&quantized, "QuantizeLinear", &[value, &scale, &zero], vec![]));
        self.nodes.push(node(&dequantized, "DequantizeLinear", &[&quantized, &scale, &zero], vec![]));
        self.renamed.insert(value.to_owned(), dequantized);
    }

    /// The quantizer of a point, or of a pooled form of it.
    fn quantizer(&self, value: &str) -> Option<Affine> {
        let point = self.layers.points.iter().find(|point| point.value == value || point.pooled.contains(value))?;
        let needed = self.layers.fed_by(&point.value).any(|layer| self.plan.quantizes(layer));
        self.plan.values.get(&point.value).copied().filter(|_| needed)
    }

    fn quantize_weights(&mut self, layer: &Layer) {
        for operand in &layer.operands {
            let integers = &self.plan.weights[&operand.tensor];
            match layer.kind {
                Kind::Conv(_) => self.conv_weight(operand, integers),
                Kind::Linear => self.matrix(operand, integers),
                Kind::Lstm { .. } => self.lstm_weight(operand, integers),
            }
        }
        let Some(bias) = &layer.bias else { return };
        match layer.kind {
            Kind::Conv(_) => self.conv_bias(layer, bias),
            Kind::Linear | Kind::Lstm { .. } => self.float_bias(bias),
        }
    }

    /// `[O, I / groups, kh, kw]`, a step for each O.
    fn conv_weight(&mut self, operand: &Operand, integers: &Integers) {
        let shape = self.shape(&operand.tensor);
        self.dequantized(
            &operand.tensor,
            (build::int8s(&operand.tensor, &shape, &integers.values), 0),
            &integers.scales,
        );
    }

    /// `[I, O]` or `[O, I]`, a step for each O.
    fn matrix(&mut self, operand: &Operand, integers: &Integers) {
        let values = operand.stored(&integers.values);
        let axis = usize::from(operand.order == Order::Columns);
        let tensor = build::int8s(&operand.tensor, &self.shape(&operand.tensor), &values);
        self.dequantized(&operand.tensor, (tensor, axis), &integers.scales);
    }

    /// `[D * 4 h, I]` with a step for each row, brought to `[D, 4 h, I]` behind the dequantizer: a dequantizer has steps
    /// along one axis, and the rows have two.
    fn lstm_weight(&mut self, operand: &Operand, integers: &Integers) {
        let name = &operand.tensor;
        let shape = self.shape(name);
        let tensor = build::int8s(name, &[operand.rows, operand.columns], &integers.values);
        let rows = self.dequantized(name, (tensor, 0), &integers.scales);
        let [sides, shaped] = ["shape", "shaped"].map(|part| format!("{name}.{part}"));
        let shape: Vec<_> = shape.iter().map(|&side| build::long(side)).collect();
        self.constants.push(build::longs(&sides, &shape));
        self.nodes.push(node(&shaped, "Reshape", &[&rows, &sides], vec![]));
        self.renamed.insert(name.clone(), shaped);
    }

    /// 32 bits, with the step of the layer's input times that of its weights.
    #[expect(clippy::cast_possible_truncation, reason = "the steps keep the bias within 25 bits, see weights::steps")]
    fn conv_bias(&mut self, layer: &Layer, bias: &str) {
        let Some(input) = self.plan.values.get(&layer.point) else { return };
        let steps = self.plan.weights[&layer.operands[0].tensor].scales.iter().map(|scale| scale * input.scale);
        let steps: Vec<f32> = steps.collect();
        let values = self.bias(bias);
        let integer = |(value, step): (&f32, &f32)| (f64::from(*value) / f64::from(*step)).round_ties_even() as i32;
        let integers: Vec<_> = values.iter().zip(&steps).map(integer).collect();
        let tensor = build::int32s(bias, &[integers.len()], &integers);
        self.dequantized(bias, (tensor, 0), &steps);
    }

    fn float_bias(&mut self, bias: &str) {
        let shape = self.shape(bias);
        self.constants.push(build::floats(bias, &shape, &self.bias(bias)));
    }

    /// The bias as the plan has it.
    fn bias(&self, bias: &str) -> Vec<f32> {
        let float = || self.float.constant(bias).and_then(graph::floats).unwrap_or_default();
        self.plan.biases.get(bias).cloned().unwrap_or_else(float)
    }

    /// Adds a constant of integers with zero point 0 and its dequantizer, with a step for each place of an axis; gives the
    /// dequantized value's name.
    fn dequantized(&mut self, name: &str, (integers, axis): (TensorProto, usize), steps: &[f32]) -> String {
        let [scale, zero, value] = ["scale", "zero_point", "dequantized"].map(|part| format!("{name}.{part}"));
        let count = steps.len();
        let zeros = if integers.data_type == DataType::Int32 as i32 {
            build::int32s(&zero, &[count], &vec![0; count])
        } else {
            build::int8s(&zero, &[count], &vec![0; count])
        };
        // Counted from the last: an attribute that is 0 is left out of the file, which OpenCV takes for one without a value.
        let axis = build::long(axis) - build::long(integers.dims.len());
        self.constants.extend([integers, build::floats(&scale, &[count], steps), zeros]);
        self.nodes.push(node(&value, "DequantizeLinear", &[name, &scale, &zero], vec![int("axis", axis)]));
        self.renamed.insert(name.to_owned(), value.clone());
        value
    }

    fn shape(&self, tensor: &str) -> Vec<usize> {
        self.float.constant(tensor).map(graph::shape).unwrap_or_default()
    }
}

/// The zero point of a quantizer as a constant; its type is that of the quantized values.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "zero points lie within their type")]
pub fn zero_point(name: &str, affine: Affine) -> TensorProto {
    if affine.signed {
        build::int8s(name, &[], &[affine.zero_point as i8])
    } else {
        build::uint8s(name, &[], &[affine.zero_point as u8])
    }
}

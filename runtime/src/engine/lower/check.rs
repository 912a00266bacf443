//! What a quantized file must keep, lest a reading be made of numbers that mean nothing.

use crate::engine::node::{Bias, LayerNode, Numbers};
use crate::onnx::graph::{Index, bytes, floats};
use crate::onnx::pb::tensor_proto::DataType;
use crate::onnx::pb::{GraphProto, NodeProto, TensorProto};
use crate::recognizer::ModelError;

/// The largest byte of an activation less the zero point, in magnitude.
const ACTIVATION_MAX: i64 = 255;

/// The largest output of an LSTM in its 15 bits.
const STATE_MAX: i64 = 127 * 128;

/// Checks every `QuantizeLinear` and `DequantizeLinear`.
pub(super) fn graph(graph: &GraphProto) -> Result<(), ModelError> {
    let index = Index::new(graph);
    let quantizers =
        graph.node.iter().filter(|node| matches!(node.op_type.as_str(), "QuantizeLinear" | "DequantizeLinear"));
    for node in quantizers {
        let Some(scale) = node.input.get(1) else {
            return Err(damaged(&node.name, "number of inputs", &node.input.len(), "2 or 3, a scale among them"));
        };
        if let Some(scale) = index.constant(scale) {
            scales(node, scale)?;
        }
        if let Some(zero) = node.input.get(2).and_then(|zero| index.constant(zero)) {
            zero_points(node, zero, node.input.first().and_then(|values| index.constant(values)))?;
        }
    }
    Ok(())
}

fn scales(node: &NodeProto, scale: &TensorProto) -> Result<(), ModelError> {
    let values = floats(scale);
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        return Err(damaged(&node.name, "scale", &"no list of floats", "one or more floats"));
    };
    match values.iter().find(|value| !(value.is_normal() && **value > 0.0)) {
        Some(value) => Err(damaged(&node.name, "scale", value, "positive and finite")),
        None => Ok(()),
    }
}

/// Zero points are of the type of what they belong to, and within its range.
fn zero_points(node: &NodeProto, zero: &TensorProto, values: Option<&TensorProto>) -> Result<(), ModelError> {
    if let Some(values) = values.filter(|values| values.data_type != zero.data_type) {
        let name = |of: i32| DataType::try_from(of).map_or_else(|_| of.to_string(), |of| format!("{of:?}"));
        let rule = format!("that of its values, {}", name(values.data_type));
        return Err(damaged(&node.name, "zero point's type", &name(zero.data_type), &rule));
    }
    let range = if zero.data_type == DataType::Int8 as i32 { -128..=127 } else { 0..=255 };
    let listed = zero.int32_data.iter().find(|value| !range.contains(*value));
    match listed.filter(|_| bytes(zero).is_some()) {
        Some(value) => Err(damaged(&node.name, "zero point", value, &format!("{} to {}", range.start(), range.end()))),
        None => Ok(()),
    }
}

/// Int8 weights whose input is not quantized.
pub(super) fn float_input(node: &NodeProto) -> ModelError {
    damaged(&node.name, "input", &"float", "quantized where the weights are int8")
}

/// Checks that no sum of a layer can leave 32 bits: `|bias| + 255 Σ |w|` bounds every sum of products and bias.
pub(super) fn layer(name: &str, layer: &LayerNode) -> Result<(), ModelError> {
    let Numbers::Int8(weights, _) = &layer.weights else { return Ok(()) };
    let bias = |channel: usize| match &layer.bias {
        Bias::Int32(bias) => i64::from(bias[channel].unsigned_abs()),
        Bias::Float(_) => 0,
    };
    let row = layer.segments * layer.length;
    sums_fit(name, weights.chunks_exact(row).enumerate().map(|(c, row)| bias(c) + ACTIVATION_MAX * magnitude(row)))
}

/// The same of an LSTM's recurrent product.
pub(super) fn recurrent(name: &str, weights: &Numbers, hidden: usize) -> Result<(), ModelError> {
    let Numbers::Int8(weights, _) = weights else { return Ok(()) };
    sums_fit(name, weights.chunks_exact(hidden).map(|row| STATE_MAX * magnitude(row)))
}

fn magnitude(row: &[i8]) -> i64 {
    row.iter().map(|weight| i64::from(weight.unsigned_abs())).sum()
}

fn sums_fit(name: &str, sums: impl Iterator<Item = i64>) -> Result<(), ModelError> {
    match sums.max().filter(|&largest| largest > i64::from(i32::MAX)) {
        Some(largest) => {
            Err(damaged(name, "largest sum", &largest, "within 32 bits: its weights or biases are too large"))
        }
        None => Ok(()),
    }
}

fn damaged(node: &str, what: &'static str, found: &dyn std::fmt::Display, rule: &str) -> ModelError {
    ModelError::Quantization { node: node.to_owned(), what, found: found.to_string(), rule: rule.to_owned() }
}

//! Convolutions and linear layers, with the bias, ReLU and quantization behind them.

use super::weights::{Values, Weights};
use super::{Layout, Lowering, Value, check, output_of};
use crate::engine::node::{LayerNode, Numbers, window, window_attributes};
use crate::engine::quant::Quant;
use crate::onnx::build;
use crate::onnx::graph::{floats, int_or};
use crate::onnx::pb::NodeProto;
use crate::recognizer::ModelError;

/// What comes behind a layer and is done with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail<'a> {
    pub(super) relu: bool,
    pub(super) quant: Option<Quant>,
    /// The value that the file knows the result by.
    pub(super) result: &'a str,
}

impl<'a> Lowering<'a> {
    /// Follows a value through a ReLU and a quantization that nobody else sees.
    pub(super) fn tail(&mut self, from: &'a str) -> Tail<'a> {
        let mut tail = Tail { relu: false, quant: None, result: from };
        if let Some(relu) = self.next(tail.result, "Relu") {
            tail = Tail { relu: true, result: self.absorb(relu), ..tail };
        }
        if let Some(node) = self.next(tail.result, "QuantizeLinear")
            && let Some(quant) = self.quant_of(node)
        {
            tail = Tail { quant: Some(quant), result: self.absorb(node), ..tail };
        }
        tail
    }

    /// Marks a node as part of another; gives its output.
    pub(super) fn absorb(&mut self, node: &'a NodeProto) -> &'a str {
        self.done.insert(output_of(node));
        output_of(node)
    }

    /// The input of a layer in the number format of its weights.
    ///
    /// # Errors
    /// When the weights are int8 and the input is not: whatever made the file has lost how it was quantized.
    pub(super) fn input(&mut self, node: &'a NodeProto, weights: &Weights) -> Result<Value, ModelError> {
        let value = self.value(&node.input[0]);
        match (&weights.values, value.quant) {
            (Values::Int8 { .. }, None) => Err(check::float_input(node)),
            (Values::Float(_), Some(_)) => Ok(self.floats(value)),
            _ => Ok(value),
        }
    }

    pub(super) fn conv(&mut self, node: &'a NodeProto) -> Result<bool, ModelError> {
        let (Some(window), 1) = (window(node), int_or(node, "group", 1)) else { return Ok(false) };
        let Some(weights) = self.weights(&node.input[1]) else { return Ok(false) };
        let [channels, depth, height, width] = weights.shape[..] else { return Ok(false) };
        let float = matches!(weights.values, Values::Float(_));
        if [height, width] != window.kernel || float && !self.floats {
            return Ok(false);
        }
        let Some(numbers) = rows(&weights, |row, k| {
            // [O][I][h][w] to [O][h][w][I].
            let (place, i) = (k / depth, k % depth);
            row * depth * height * width + i * height * width + place
        }) else {
            return Ok(false);
        };
        let input = self.input(node, &weights)?;
        let Some(bias) = self.layer_bias(node.input.get(2), channels, (&numbers, input.quant)) else {
            return Ok(false);
        };
        let tail = self.tail(output_of(node));
        let (segments, length) = (height, width * depth);
        let (input_quant, output, relu) = (input.quant, tail.quant, tail.relu);
        let layer = LayerNode { weights: numbers, segments, length, bias, input: input_quant, output, relu };
        check::layer(&node.name, &layer)?;
        let mut attributes = layer.attributes();
        attributes.extend(window_attributes(&window));
        attributes.push(build::int("depth", build::long(depth)));
        let input = self.last(input);
        let result = Value { name: tail.result.to_owned(), layout: Layout::Last, quant: output };
        self.push("labelcam.Conv", &input.name, attributes, (tail.result, result));
        Ok(true)
    }

    /// `MatMul` with constant weights, and an `Add` of a constant bias behind it.
    pub(super) fn linear(&mut self, node: &'a NodeProto) -> Result<bool, ModelError> {
        let Some(weights) = self.weights(&node.input[1]) else { return Ok(false) };
        let [depth, channels] = weights.shape[..] else { return Ok(false) };
        let Some(numbers) = rows(&weights, |row, k| k * channels + row) else { return Ok(false) };
        let mut input = self.input(node, &weights)?;
        if input.layout == Layout::Last {
            input = Value { name: self.plain(&node.input[0]), layout: Layout::Plain, quant: None };
        }
        if input.quant.is_none() && matches!(numbers, Numbers::Int8(..)) {
            return Err(check::float_input(node));
        }
        let (mut result, mut bias) = (output_of(node), None);
        if let Some(add) = self.next(result, "Add")
            && let Some(constant) = add.input.iter().find(|&name| self.is_bias(name, channels))
        {
            bias = Some(constant);
            result = self.absorb(add);
        }
        let Some(bias) = self.layer_bias(bias, channels, (&numbers, input.quant)) else { return Ok(false) };
        let tail = self.tail(result);
        let (input_quant, output, relu) = (input.quant, tail.quant, tail.relu);
        let layer = LayerNode { weights: numbers, segments: 1, length: depth, bias, input: input_quant, output, relu };
        check::layer(&node.name, &layer)?;
        let result = Value { name: tail.result.to_owned(), layout: Layout::Plain, quant: output };
        self.push("labelcam.Linear", &input.name, layer.attributes(), (tail.result, result));
        Ok(true)
    }

    fn is_bias(&self, name: &str, channels: usize) -> bool {
        self.index.constant(name).and_then(floats).is_some_and(|values| values.len() == channels)
    }

    /// A layer's bias; as integers only where the sums are integers of the bias's scale.
    fn layer_bias(
        &self,
        name: Option<&String>,
        channels: usize,
        (numbers, input): (&Numbers, Option<Quant>),
    ) -> Option<crate::engine::node::Bias> {
        let scales: Option<Vec<f32>> = match (numbers, input) {
            (Numbers::Int8(_, scales), Some(quant)) => Some(scales.iter().map(|s| s * quant.scale).collect()),
            _ => None,
        };
        self.bias(name, channels, scales.as_deref())
    }
}

/// Weights row by row, one row a channel; `place` says where value k of a row stands in the file. Scales must go with
/// the channels, which are the first axis of a convolution's weights and the second of a linear layer's.
fn rows(weights: &Weights, place: impl Fn(usize, usize) -> usize) -> Option<Numbers> {
    let channel_axis = usize::from(weights.shape.len() == 2);
    let channels = weights.shape[channel_axis];
    let size = weights.shape.iter().product::<usize>();
    if size == 0 {
        return None;
    }
    let depth = size / channels;
    let order = (0..channels).flat_map(|row| (0..depth).map(move |k| (row, k))).map(|(row, k)| place(row, k));
    match &weights.values {
        Values::Float(values) => Some(Numbers::Float(order.map(|at| values[at]).collect())),
        Values::Int8 { bytes, scales, axis } => {
            let scales = match scales[..] {
                [scale] => vec![scale; channels],
                _ if *axis == channel_axis => scales.clone(),
                _ => return None,
            };
            Some(Numbers::Int8(order.map(|at| bytes[at]).collect(), scales))
        }
    }
}

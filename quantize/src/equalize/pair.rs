//! A value whose channels can be scaled: the layer that makes it and the layers that take it.

use labelcam::onnx::build;
use labelcam::onnx::graph::{self, Index};

use crate::layers::{Kind, Layer, Operand};
use crate::model::FloatModel;
use crate::quantize::constant;
use crate::run::View;

/// A value between layers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    /// The value.
    pub(super) value: String,
    /// Its channels.
    pub(super) channels: usize,
    /// Whether the channels are its second side, and not the last.
    second: bool,
    /// The layer that makes it.
    maker: Layer,
}

/// The values of a model whose channels can be scaled.
pub(super) fn find(model: &FloatModel) -> Vec<Pair> {
    let index = Index::new(model.graph());
    model.layers.points.iter().filter_map(|point| pair(model, &index, &point.value)).collect()
}

fn pair(model: &FloatModel, index: &Index<'_>, value: &str) -> Option<Pair> {
    let maker = maker(model, index, value)?;
    let second = match &maker.kind {
        Kind::Conv(_) => true,
        Kind::Linear => false,
        Kind::Lstm { .. } => return None,
    };
    let pair = Pair { value: value.to_owned(), channels: maker.operands[0].rows, second, maker: maker.clone() };
    let mut takers = model.layers.fed_by(value).peekable();
    takers.peek()?;
    let scalable = takers.all(|layer| alone(index, layer) && pair.taps(layer).is_some());
    scalable.then_some(pair)
}

/// The layer that makes a value, with nothing but its bias and a ReLU in between, and a bias that can be scaled.
fn maker<'a>(model: &'a FloatModel, index: &Index<'_>, value: &str) -> Option<&'a Layer> {
    let mut node = index.maker(value)?;
    if node.op_type == "Relu" {
        index.only_taker(&node.input[0])?;
        node = index.maker(&node.input[0])?;
    }
    if node.op_type == "Add" {
        let product = node.input.iter().find(|name| index.maker(name).is_some())?;
        index.only_taker(product)?;
        let layer = model.layers.layers.iter().find(|layer| layer.output == *product)?;
        return (layer.kind == Kind::Linear && layer.bias.is_some()).then_some(layer);
    }
    let layer = model.layers.layers.iter().find(|layer| layer.output == node.output[0])?;
    let rows = layer.operands[0].rows;
    let sound = layer.bias.as_ref().is_none_or(|bias| constant(model, bias).len() == rows);
    // A bias that is no constant of the layer's own cannot be scaled.
    let known = layer.bias.is_some() || node.input.len() < 3;
    (sound && known).then_some(layer)
}

/// Whether nothing but a layer takes its point's value, in any moved form.
fn alone(index: &Index<'_>, layer: &Layer) -> bool {
    let mut value = layer.input.as_str();
    loop {
        if index.only_taker(value).is_none() {
            return false;
        }
        if value == layer.point {
            return true;
        }
        let Some(node) = index.maker(value) else { return false };
        value = &node.input[0];
    }
}

impl Pair {
    /// Neighbouring columns of a layer's weights that take the same channel; none if that is not how they lie.
    fn taps(&self, layer: &Layer) -> Option<usize> {
        let taps = match &layer.kind {
            Kind::Conv(window) if window.groups == 1 && self.second => window.kernel[0] * window.kernel[1],
            Kind::Conv(_) => return None,
            Kind::Linear | Kind::Lstm { .. } => 1,
        };
        (layer.operands[0].columns == taps * self.channels).then_some(taps)
    }

    /// The shape of a factor for each channel.
    pub(super) fn broadcast(&self) -> Vec<usize> {
        if self.second { vec![1, self.channels, 1, 1] } else { vec![self.channels] }
    }

    /// The largest magnitude in each channel.
    pub(super) fn largest_values(&self, view: View<'_>) -> Vec<f64> {
        let mut largest = vec![0f32; self.channels];
        let block = if self.second { view.values.len() / self.channels.max(1) } else { 1 };
        for (at, values) in view.values.chunks(block.max(1)).enumerate() {
            let largest = &mut largest[at % self.channels];
            *largest = values.iter().fold(*largest, |most, value| most.max(value.abs()));
        }
        largest.into_iter().map(f64::from).collect()
    }

    /// Of the weights that take each channel the largest, each relative to the largest of its output.
    pub(super) fn largest_weights(&self, model: &FloatModel) -> Vec<f64> {
        let mut largest = vec![0f64; self.channels];
        for layer in model.layers.fed_by(&self.value) {
            let operand = &layer.operands[0];
            let taps = operand.columns / self.channels;
            for row in operand.rows(&constant(model, &operand.tensor)).chunks(operand.columns) {
                let most = row.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
                for (column, weight) in row.iter().enumerate() {
                    let largest = &mut largest[column / taps];
                    *largest = largest.max(f64::from(weight.abs() / most));
                }
            }
        }
        largest
    }

    /// The rows of a taker's weights with the columns of each channel multiplied by its scale.
    #[expect(clippy::cast_possible_truncation, reason = "weights are floats")]
    pub(super) fn scaled(&self, rows: &[f32], operand: &Operand, scales: &[f64]) -> Vec<f32> {
        let taps = operand.columns / self.channels;
        let weight = |(at, &weight): (usize, &f32)| (f64::from(weight) * scales[at % operand.columns / taps]) as f32;
        rows.iter().enumerate().map(weight).collect()
    }

    /// Divides the channels where they are made and multiplies them where they are taken.
    #[expect(clippy::cast_possible_truncation, reason = "weights are floats")]
    pub(super) fn scale(&self, model: &mut FloatModel, scales: &[f64]) {
        let takers: Vec<_> = model.layers.fed_by(&self.value).map(|layer| layer.operands[0].clone()).collect();
        for operand in takers {
            let rows = self.scaled(&operand.rows(&constant(model, &operand.tensor)), &operand, scales);
            replace(model, &operand.tensor, &operand.stored(&rows));
        }
        let operand = &self.maker.operands[0];
        let mut rows = operand.rows(&constant(model, &operand.tensor));
        for (row, scale) in rows.chunks_mut(operand.columns).zip(scales) {
            for weight in row {
                *weight = (f64::from(*weight) / scale) as f32;
            }
        }
        replace(model, &operand.tensor, &operand.stored(&rows));
        if let Some(bias) = &self.maker.bias {
            let scaled = constant(model, bias)
                .iter()
                .zip(scales)
                .map(|(b, scale)| (f64::from(*b) / scale) as f32)
                .collect::<Vec<_>>();
            replace(model, bias, &scaled);
        }
    }
}

/// Gives a constant of the model other values.
fn replace(model: &mut FloatModel, name: &str, values: &[f32]) {
    let tensors = model.proto.graph.iter_mut().flat_map(|graph| &mut graph.initializer);
    for tensor in tensors.filter(|tensor| tensor.name == name) {
        *tensor = build::floats(name, &graph::shape(tensor), values);
    }
}

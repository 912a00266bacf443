//! What stands in a lowered node: written by [`super::lower`], read by [`super::parse`].

use tract_core::internal::{bail, ensure, format_err};
use tract_core::prelude::TractResult;

use super::kernel::{self, Kernels};
use super::op::{Weights, Window};
use super::product::{Finish, Layer, Packed};
use super::quant::{Quant, float_limits};
use crate::onnx::build;
use crate::onnx::graph::{attribute, bytes, floats, int_or, int32s, ints, shape};
use crate::onnx::pb::{AttributeProto, NodeProto, TensorProto};

/// Numbers of either format.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Numbers {
    /// Floats.
    Float(Vec<f32>),
    /// Signed bytes, with the scale of each row: the value of one is `scale * byte`.
    Int8(Vec<i8>, Vec<f32>),
}

/// What is added to a layer's sums.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bias {
    /// Values.
    Float(Vec<f32>),
    /// Multiples of the product of the input's and the weights' scales, as the sums are.
    Int32(Vec<i32>),
}

/// A layer with weights: `y = relu(w x + b)`, quantized or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerNode {
    /// `[C][segments][length]`.
    pub(super) weights: Numbers,
    /// Runs of a row, see [`super::kernel::Walk`].
    pub(super) segments: usize,
    /// Values of a run.
    pub(super) length: usize,
    /// `[C]`.
    pub(super) bias: Bias,
    /// How the input is quantized; it is exactly where the weights are.
    pub(super) input: Option<Quant>,
    /// How the output is quantized, if it is.
    pub(super) output: Option<Quant>,
    /// Whether negative values become zero.
    pub(super) relu: bool,
}

impl LayerNode {
    /// The layer as attributes of a node.
    pub(super) fn attributes(&self) -> Vec<AttributeProto> {
        let sides = [self.channels(), self.segments, self.length];
        let mut attributes = numbers_attributes("weights", &sides, &self.weights);
        attributes.push(match &self.bias {
            Bias::Float(bias) => build::tensor("bias", build::floats("", &[bias.len()], bias)),
            Bias::Int32(bias) => build::tensor("bias", build::int32s("", &[bias.len()], bias)),
        });
        attributes.push(build::int("relu", self.relu.into()));
        attributes.extend(self.input.into_iter().flat_map(|quant| quant_attributes("input", quant)));
        attributes.extend(self.output.into_iter().flat_map(|quant| quant_attributes("output", quant)));
        attributes
    }

    fn channels(&self) -> usize {
        let values = match &self.weights {
            Numbers::Float(values) => values.len(),
            Numbers::Int8(values, _) => values.len(),
        };
        values / (self.segments * self.length)
    }

    /// The layer of a node.
    ///
    /// # Errors
    /// When it is not one that [`Self::attributes`] wrote.
    pub(super) fn read(node: &NodeProto) -> TractResult<Self> {
        let weights = tensor(node, "weights")?;
        let [_, segments, length] = shape(weights)[..] else { bail!("`{}` has weights of another rank", node.name) };
        let bias = tensor(node, "bias")?;
        let bias = match (floats(bias), int32s(bias)) {
            (Some(values), _) => Bias::Float(values),
            (None, Some(values)) => Bias::Int32(values),
            (None, None) => bail!("`{}` has a bias of another type", node.name),
        };
        let (input, output) = (quant(node, "input")?, quant(node, "output")?);
        let weights = numbers(node, "weights")?;
        Ok(Self { weights, segments, length, bias, input, output, relu: int_or(node, "relu", 0) != 0 })
    }

    /// Packs the weights for the kernels in use.
    ///
    /// # Errors
    /// When the parts do not fit each other.
    pub(super) fn build(&self) -> TractResult<Weights> {
        let kernels = kernels()?;
        match (&self.weights, self.input) {
            (Numbers::Float(weights), None) => {
                let packed = Packed::<f32>::new(kernels, weights, self.segments, self.length)?;
                let finish = self.float_finish(packed.channels())?;
                Ok(Weights::Float(Layer { kernels, packed, finish }.into()))
            }
            (Numbers::Int8(weights, scales), Some(input)) => {
                let packed = Packed::<u8>::new(kernels, weights, self.segments, self.length)?;
                ensure!(scales.len() == packed.channels(), "{} scales, {} channels", scales.len(), packed.channels());
                let finish = self.int8_finish((weights, scales), input);
                Ok(Weights::Int8(Layer { kernels, packed, finish }.into(), input))
            }
            _ => bail!("weights and input must both be quantized, or neither"),
        }
    }

    fn float_finish(&self, channels: usize) -> TractResult<Finish> {
        let Bias::Float(bias) = &self.bias else { bail!("float weights with an integer bias") };
        ensure!(bias.len() == channels, "{} biases, {channels} channels", bias.len());
        let (scale, limits) = match self.output {
            Some(output) => (1.0 / output.scale, output.limits(self.relu)),
            None => (1.0, float_limits(self.relu)),
        };
        let shift = bias.iter().map(|bias| bias * scale).collect();
        Ok(Finish { offset: vec![0; channels], scale: vec![scale; channels], shift, limits })
    }

    /// `(sum + offset) * scale + shift`, where the offset is the bias less what the zero point adds to the sum.
    fn int8_finish(&self, (weights, scales): (&[i8], &[f32]), input: Quant) -> Finish {
        let row = self.segments * self.length;
        let zero = input.kernel_zero();
        let moved = weights.chunks_exact(row).map(|row| -zero * row.iter().map(|&w| i32::from(w)).sum::<i32>());
        let (divisor, limits) = match self.output {
            Some(output) => (output.scale, output.limits(self.relu)),
            None => (1.0, float_limits(self.relu)),
        };
        let (offset, shift) = match &self.bias {
            Bias::Int32(bias) => (moved.zip(bias).map(|(a, b)| a.wrapping_add(*b)).collect(), vec![0.0; scales.len()]),
            Bias::Float(bias) => (moved.collect(), bias.iter().map(|bias| bias / divisor).collect()),
        };
        let scale = scales.iter().map(|scale| input.scale * scale / divisor).collect();
        Finish { offset, scale, shift, limits }
    }
}

/// The kernels in use.
pub(super) fn kernels() -> TractResult<&'static Kernels> {
    kernel::chosen().map_err(|message| format_err!("{message}"))
}

/// Numbers as a tensor attribute, with their scales if they have some.
pub(super) fn numbers_attributes(name: &str, sides: &[usize], numbers: &Numbers) -> Vec<AttributeProto> {
    match numbers {
        Numbers::Float(values) => vec![build::tensor(name, build::floats("", sides, values))],
        Numbers::Int8(values, scales) => vec![
            build::tensor(name, build::int8s("", sides, values)),
            build::float_list(&format!("{name}_scales"), scales),
        ],
    }
}

/// The numbers of a tensor attribute.
///
/// # Errors
/// When they are neither floats nor signed bytes.
#[expect(clippy::cast_possible_truncation, reason = "int8 tensors hold nothing larger")]
pub(super) fn numbers(node: &NodeProto, name: &str) -> TractResult<Numbers> {
    let values = tensor(node, name)?;
    if let Some(values) = floats(values) {
        return Ok(Numbers::Float(values));
    }
    let values = bytes(values).ok_or_else(|| format_err!("`{}` has a {name} of another type", node.name))?;
    let scales = attribute(node, &format!("{name}_scales")).map(|list| list.floats.clone()).unwrap_or_default();
    Ok(Numbers::Int8(values.iter().map(|&value| value as i8).collect(), scales))
}

fn tensor<'a>(node: &'a NodeProto, name: &str) -> TractResult<&'a TensorProto> {
    let found = attribute(node, name).and_then(|attribute| attribute.t.as_ref());
    found.ok_or_else(|| format_err!("`{}` has no {name}", node.name))
}

/// A quantization as attributes.
pub(super) fn quant_attributes(name: &str, quant: Quant) -> [AttributeProto; 2] {
    [build::float(&format!("{name}_scale"), quant.scale), build::int(&format!("{name}_zero"), quant.zero.into())]
}

/// The quantization of a name, if the node has one.
///
/// # Errors
/// When its zero point is out of range.
pub(super) fn quant(node: &NodeProto, name: &str) -> TractResult<Option<Quant>> {
    let Some(scale) = attribute(node, &format!("{name}_scale")) else { return Ok(None) };
    let zero = u8::try_from(int_or(node, &format!("{name}_zero"), -1))?;
    Ok(Some(Quant { scale: scale.f, zero }))
}

/// A window as attributes.
pub(super) fn window_attributes(window: &Window) -> [AttributeProto; 3] {
    let longs = |sides: &[usize]| sides.iter().map(|&side| build::long(side)).collect::<Vec<_>>();
    let pads = [window.before, window.after].concat();
    [
        build::ints("kernel_shape", &longs(&window.kernel)),
        build::ints("strides", &longs(&window.strides)),
        build::ints("pads", &longs(&pads)),
    ]
}

/// The window of a node with ONNX's attributes of convolutions and pools; none where it is not two-dimensional, is
/// dilated, or pads by a rule.
pub(super) fn window(node: &NodeProto) -> Option<Window> {
    let list = |name: &str, otherwise: usize| -> Option<Vec<usize>> {
        match ints(node, name) {
            [] => Some(vec![otherwise; if name == "pads" { 4 } else { 2 }]),
            list => list.iter().map(|&side| usize::try_from(side).ok()).collect(),
        }
    };
    let by_rule = attribute(node, "auto_pad").is_some_and(|rule| rule.s != b"NOTSET" && !rule.s.is_empty());
    let kernel = <[usize; 2]>::try_from(list("kernel_shape", 0)?).ok()?;
    let strides = <[usize; 2]>::try_from(list("strides", 1)?).ok()?;
    let pads = <[usize; 4]>::try_from(list("pads", 0)?).ok()?;
    let sound = !by_rule && kernel.iter().chain(&strides).all(|&side| side > 0) && list("dilations", 1)? == [1, 1];
    sound.then_some(Window { kernel, strides, before: [pads[0], pads[1]], after: [pads[2], pads[3]] })
}

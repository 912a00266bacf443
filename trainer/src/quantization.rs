//! Quantization-aware training: the network is trained with the roundings that its int8 file will have.
//!
//! Rounded to the values that integers can stand for, and computed with in float ("fake quantization", Jacob et al.,
//! "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018):
//!
//! - weights of convolutions, LSTMs (input and recurrent) and linear layers: a step for each output channel, no zero
//!   point ([`weights`]);
//! - the network's input, the values after each ReLU, the joined outputs of the LSTMs and the first linear layer's
//!   output: a step and a zero point for each tensor ([`Affine`]).
//!
//! Biases, gates and cells stay in float: an int8 file keeps biases in 32 bits, which round far below a step.
//!
//! Gradients pass a rounding as if it were not there, and end where a value was cut off ("straight-through": Bengio,
//! Léonard and Courville, 2013).
//!
//! Batch norms are folded into the convolutions before they are rounded, as export folds them, with running statistics
//! that stay as they are. The other way, statistics of each batch (Krishnamoorthi, "Quantizing deep convolutional
//! networks", 2018, section 3.2), needs every convolution twice and makes weights jump from batch to batch, and a
//! model file has no batch norms left that it could be started from.

#[cfg(test)]
mod tests;

use anyhow::{Result, ensure};
use labelcam::onnx::build::long;
use serde::{Deserialize, Serialize};
use tch::nn::Path;
use tch::{Device, Kind, Tensor, no_grad};

use crate::config::OptimizationConfig;
use crate::crnn::Precision;

/// The integers of a value: bytes.
const MOST: i64 = 255;

/// Values of a tensor that a percentile is taken from: 13 of them lie beyond the 99.99th.
const SAMPLE: usize = 1 << 17;

/// How a trained network is fine-tuned for int8.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct QuantizationConfig {
    /// Bits of a weight: 7, which `labelcam-quantize` takes unless told otherwise, or 8.
    pub weight_bits: u32,
    /// Updates in which only weights are rounded and the ranges of values are observed; from then on ranges are fixed
    /// and values are rounded. From 1 to below `optimization.steps`.
    pub observe: usize,
    /// The share of a tensor's values that its range holds, in percent: the mean over the observed updates of this
    /// percentile, and of that as far from the other end. From 90 to 100, which takes the extremes of a batch.
    pub percentile: f64,
    /// Weight of the distance to the float network that training starts from, beside the CTC loss
    /// ([`crate::distillation`]). 0: the labels alone count.
    pub distillation: f64,
}

impl Default for QuantizationConfig {
    fn default() -> Self {
        Self { weight_bits: 7, observe: 100, percentile: 100.0, distillation: 1.0 }
    }
}

impl QuantizationConfig {
    /// Refuses values out of their ranges.
    ///
    /// # Errors
    /// When a value is out of its range or does not go with how weights are updated; it is named.
    pub fn check(&self, optimization: &OptimizationConfig) -> Result<()> {
        let Self { weight_bits, observe, percentile, distillation } = self;
        ensure!([7, 8].contains(weight_bits), "quantization.weight-bits = {weight_bits}, must be 7 or 8");
        let steps = optimization.steps;
        ensure!(
            (1..steps).contains(observe),
            "quantization.observe = {observe}, must be from 1 to below optimization.steps ({steps})"
        );
        ensure!((90.0..=100.0).contains(percentile), "quantization.percentile = {percentile}, must be from 90 to 100");
        ensure!(
            distillation.is_finite() && *distillation >= 0.0,
            "quantization.distillation = {distillation}, must be 0 or a positive number"
        );
        ensure!(
            optimization.precision == Precision::Float,
            "optimization.precision = \"bf16\", must be \"float\" with [quantization]: bfloat16 rounds more than int8 does"
        );
        Ok(())
    }
}

/// A place between layers where values are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The network's input.
    Input,
    /// After the ReLU of a convolution, 0 to 6.
    Relu(usize),
    /// The joined output of an LSTM, 0 or 1.
    Sequence(usize),
    /// The output of the first linear layer.
    Linear,
}

impl Point {
    /// Places in all.
    const COUNT: usize = 11;

    /// Its row of the ranges.
    fn row(self) -> usize {
        match self {
            Self::Input => 0,
            Self::Relu(i) => 1 + i,
            Self::Sequence(i) => 8 + i,
            Self::Linear => 10,
        }
    }
}

/// The step and the zero point of a tensor: `x ≈ (q - zero_point) * step` with q in 0..=255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Between neighbouring values, positive.
    pub step: f64,
    /// The integer that stands for 0, from 0 to 255.
    pub zero_point: i64,
}

impl Affine {
    /// For values from `low` to `high` and 0. A range of nothing but 0 gets the step 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "within 0..=255")]
    pub fn of_range(low: f64, high: f64) -> Self {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let step = if high > low { (high - low) / MOST as f64 } else { 1.0 };
        Self { step, zero_point: (-low / step).round_ties_even().clamp(0.0, MOST as f64) as i64 }
    }

    /// `x` rounded and cut off; gradients pass where it was not cut off.
    pub fn round(&self, x: &Tensor) -> Tensor {
        x.fake_quantize_per_tensor_affine(self.step, self.zero_point, 0, MOST)
    }
}

/// `weights` `[out, ..]` rounded to integers from -`limit` to `limit` times a step for each output channel, which brings
/// its largest weight to the limit. A channel of zeros gets the step 1.
#[expect(clippy::cast_precision_loss, reason = "63 or 127")]
pub fn weights(weights: &Tensor, limit: i64) -> Tensor {
    let steps = no_grad(|| {
        let sides: Vec<i64> = (1..long(weights.dim())).collect();
        let most = weights.abs().amax(sides, false);
        most.masked_fill(&most.eq(0.0), limit as f64) / limit as f64
    });
    let zero_points = steps.zeros_like().to_kind(Kind::Int);
    weights.fake_quantize_per_channel_affine(&steps, &zero_points, 0, -limit, limit)
}

/// The roundings of a network, with the ranges of its values.
///
/// Ranges are variables, so that they are saved, restored and copied with the network: `ranges` `[points, 2]`, low and
/// high, and `observed` `[1]`, the updates that they are means over.
#[derive(Debug)]
pub struct Quantization {
    config: QuantizationConfig,
    ranges: Tensor,
    observed: Tensor,
}

impl Quantization {
    /// Makes the variables under `path`.
    pub fn new(path: &Path, config: &QuantizationConfig) -> Self {
        let ranges = path.zeros_no_train("ranges", &[long(Point::COUNT), 2]);
        Self { config: config.clone(), ranges, observed: path.zeros_no_train("observed", &[1]) }
    }

    /// Weights as the int8 file will have them.
    pub fn weights(&self, of: &Tensor) -> Tensor {
        weights(of, if self.config.weight_bits == 8 { 127 } else { 63 })
    }

    /// What happens to values in the forward pass that now begins. One in training that observes is counted.
    #[expect(clippy::cast_precision_loss, reason = "a count of updates is far below 2^52")]
    pub fn pass(&self, train: bool) -> Pass<'_> {
        let seen = self.observed.double_value(&[0]);
        if train && seen < self.config.observe as f64 {
            let _ = no_grad(|| self.observed.shallow_clone().g_add_scalar_(1.0));
            return Pass::Observe { quantization: self, share: 1.0 / (seen + 1.0) };
        }
        if seen == 0.0 { Pass::Float } else { Pass::Round(self.affines()) }
    }

    /// By [`Point::row`].
    fn affines(&self) -> Vec<Affine> {
        let ranges = self.ranges.to_device(Device::Cpu);
        let end = |row: usize, end: i64| ranges.double_value(&[long(row), end]);
        (0..Point::COUNT).map(|row| Affine::of_range(end(row, 0), end(row, 1))).collect()
    }

    /// Moves the range of `point` by `share` of the way to that of `x`.
    fn observe(&self, point: Point, x: &Tensor, share: f64) {
        no_grad(|| {
            let mut range = self.ranges.get(long(point.row()));
            let _ = range.g_add_(&((extent(x, self.config.percentile) - &range) * share));
        });
    }
}

/// What happens to values in a forward pass.
#[derive(Debug)]
pub enum Pass<'a> {
    /// Nothing.
    Float,
    /// Ranges move by a share of the way to those of this batch.
    Observe {
        /// Whose ranges.
        quantization: &'a Quantization,
        /// 1 over the updates observed.
        share: f64,
    },
    /// They are rounded, by [`Point::row`].
    Round(Vec<Affine>),
}

impl Pass<'_> {
    /// The values at `point`.
    pub fn at(&self, point: Point, x: Tensor) -> Tensor {
        match self {
            Self::Float => x,
            Self::Observe { quantization, share } => {
                quantization.observe(point, &x, *share);
                x
            }
            Self::Round(affines) => affines[point.row()].round(&x),
        }
    }
}

/// `[low, high]`: the percentile of `x` and that as far from the other end.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a count of at most 2^17")]
fn extent(x: &Tensor, percentile: f64) -> Tensor {
    if percentile >= 100.0 {
        let (low, high) = x.aminmax(None, false);
        return Tensor::stack(&[low, high], 0);
    }
    // An odd stride, so that the sample is not of some columns only.
    let stride = x.numel().div_ceil(SAMPLE) | 1;
    let sample = x.reshape([-1]).slice(0, None, None, long(stride));
    let count = sample.size()[0];
    let beyond = ((1.0 - percentile / 100.0) * (count - 1) as f64).floor() as i64;
    let nth = |k: i64| sample.kthvalue(k, 0, false).0;
    Tensor::stack(&[nth(1 + beyond), nth(count - beyond)], 0)
}

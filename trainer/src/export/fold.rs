//! Batch norms folded into the convolutions before them.
//!
//! In evaluation a batch norm is `(y - mean) * gain / sqrt(variance + eps) + shift` for each channel, and `y = w * x + b`
//! is linear, so that both are one convolution of
//!
//! - `w' = w * gain / sqrt(variance + eps)`
//! - `b' = (b - mean) * gain / sqrt(variance + eps) + shift`
//!
//! computed in f64 and rounded once.

use anyhow::{Result, ensure};

use super::weights::{Weight, Weights};
use crate::crnn::BATCH_NORM_EPSILON;

/// A convolution `[out, in, kernel, kernel]` with bias `[out]`, the batch norm `norm` after it folded in.
///
/// # Errors
/// When the batch norm's variables are missing or are not of as many channels as the convolution's.
pub(super) fn folded(conv: (&Weight, &Weight), weights: &Weights, norm: &str) -> Result<(Weight, Weight)> {
    let (kernel, bias) = conv;
    let channels = bias.values.len();
    let variable = |part: &str| {
        let name = format!("{norm}.{part}");
        let weight = weights.get(&name, 1)?;
        let found = weight.values.len();
        ensure!(
            found == channels,
            "`{name}` has {found} channels and its convolution {channels}: not one of labelcam-train's"
        );
        Ok(&weight.values)
    };
    let (gain, shift) = (variable("weight")?, variable("bias")?);
    let (mean, variance) = (variable("running_mean")?, variable("running_var")?);
    let scales: Vec<f64> =
        gain.iter().zip(variance).map(|(&g, &v)| f64::from(g) / (f64::from(v) + BATCH_NORM_EPSILON).sqrt()).collect();
    let (mut kernel, mut bias) = (kernel.clone(), bias.clone());
    let block = kernel.values.len() / channels;
    for (channel, values) in kernel.values.chunks_exact_mut(block).enumerate() {
        for value in values {
            *value = rounded(f64::from(*value) * scales[channel]);
        }
    }
    for (channel, value) in bias.values.iter_mut().enumerate() {
        let centred = f64::from(*value) - f64::from(mean[channel]);
        *value = rounded(centred * scales[channel] + f64::from(shift[channel]));
    }
    Ok((kernel, bias))
}

#[expect(clippy::cast_possible_truncation, reason = "the one rounding; an overflow becomes infinity, which is refused")]
fn rounded(value: f64) -> f32 {
    value as f32
}

//! Channels brought to like ranges: cross-layer equalization (Nagel et al. 2019, arXiv 1906.04721).
//!
//! One quantizer serves all channels of a value, and its step is that of the channel with the widest range. Where a
//! layer makes the value, and only ReLUs, max pools and moves stand between it and the layers that take it, channel c
//! may be divided by any `s_c > 0` there and multiplied by it here, and the network computes the same as before:
//!
//! `s_c = r_c^a / v_c^(1 - a)`
//!
//! with the range `r_c` of the channel on the calibration lines and the largest of the weights `v_c` that take it, each
//! relative to the largest of its output. a = 0.5 treats both alike, as in the paper; a = 1 gives each channel all steps
//! of a byte and leaves the weights with the differences (Xiao et al. 2023, arXiv 2211.10438, of which this is the
//! idea), which rounding that makes up for its errors bears well. Each is tried, and none, by the error at the outputs of
//! the layers that take the value.

mod pair;
#[cfg(test)]
mod tests;

use anyhow::Result;
use labelcam::onnx::build;
use labelcam::onnx::build::node;
use serde::Serialize;

use crate::affine::Target;
use crate::branch::Branches;
use crate::histogram::Histogram;
use crate::lines::Line;
use crate::model::FloatModel;
use crate::quantize::{constant, decibels};
use crate::range::Method;
use crate::ranges::{evenly, ratios};
use crate::run::{Probe, View};
use crate::weights;
use pair::Pair;

/// The a that are tried.
const SHARES: [f64; 3] = [0.5, 0.75, 1.0];

/// Lines that errors are measured on.
const MEASURED: usize = 64;

/// Bits of the weights while a is chosen: rounding that makes up for its errors gains about one bit on the 7 of the model.
const BITS: u32 = 8;

/// The range of a channel is the largest value of a line in all but this share of the lines.
const RARE: f64 = 0.02;

/// The most that a channel is scaled by, either way.
const MOST: f64 = 32.0;

/// An error must become less by this factor for a change to be made: below it chance decides.
const WORTHWHILE: f64 = 0.97;

/// What equalizing a value brought.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Equalized {
    /// The value.
    pub value: String,
    /// The a that was taken; none where equalizing does not help.
    pub share: Option<f64>,
    /// Signal to noise at the outputs of the layers that take the value, as it was, in decibels.
    pub before_db: f64,
    /// The same with the a taken.
    pub after_db: f64,
}

/// Equalizes a model where that lowers the error.
///
/// # Errors
/// When the network fails on a line.
pub fn equalize(model: &mut FloatModel, lines: &[Line], target: Target) -> Result<Vec<Equalized>> {
    let pairs = pair::find(model);
    let ranges = channel_ranges(model, &pairs, lines)?;
    let mut scales: Vec<Vec<Vec<f64>>> = Vec::new();
    for (pair, ranges) in pairs.iter().zip(&ranges) {
        let largest = pair.largest_weights(model);
        let of_share = |share: f64| channel_scales(ranges, &largest, share);
        scales.push(std::iter::once(vec![1.0; pair.channels]).chain(SHARES.map(of_share)).collect());
    }
    let errors = errors(model, &pairs, &scales, (&evenly(lines, MEASURED), target))?;
    let mut report = Vec::new();
    for ((pair, scales), errors) in pairs.iter().zip(scales).zip(errors) {
        let best = (0..errors.len()).min_by(|&a, &b| errors[a].total_cmp(&errors[b])).unwrap_or(0);
        let best = if errors[best] < WORTHWHILE * errors[0] { best } else { 0 };
        pair.scale(model, &scales[best]);
        report.push(Equalized {
            value: pair.value.clone(),
            share: best.checked_sub(1).map(|at| SHARES[at]),
            before_db: decibels(1.0, errors[0]),
            after_db: decibels(1.0, errors[best]),
        });
    }
    Ok(report)
}

/// The range of each channel of each pair: [`RARE`] lines have larger values.
fn channel_ranges(model: &FloatModel, pairs: &[Pair], lines: &[Line]) -> Result<Vec<Vec<f64>>> {
    let values: Vec<_> = pairs.iter().map(|pair| pair.value.as_str()).collect();
    let probe = Probe::new(&model.proto, &values, &model.spec.input)?;
    let take = |account: &mut Vec<Vec<Vec<f64>>>, _, views: &[View<'_>]| {
        account.push(pairs.iter().zip(views).map(|(pair, view)| pair.largest_values(*view)).collect());
    };
    let of_lines: Vec<_> = probe.gather(lines, Vec::new, take)?.into_iter().flatten().collect();
    let range = |pair: usize, channel: usize| {
        let largest: Vec<_> = of_lines.iter().map(|line| line[pair][channel]).collect();
        labelcam::stats::quantile(&largest, 1.0 - RARE).unwrap_or(0.0)
    };
    let of_pair = |(at, pair): (usize, &Pair)| (0..pair.channels).map(|channel| range(at, channel)).collect();
    Ok(pairs.iter().enumerate().map(of_pair).collect())
}

/// `s_c`, with a geometric mean of 1 over the channels in use.
fn channel_scales(ranges: &[f64], largest: &[f64], share: f64) -> Vec<f64> {
    let used = |&(&range, &weight): &(&f64, &f64)| range > 0.0 && weight > 0.0;
    let logarithm = |(range, weight): (&f64, &f64)| share * range.ln() - (1.0 - share) * weight.ln();
    let all: Vec<_> = ranges.iter().zip(largest).filter(used).map(logarithm).collect();
    #[expect(clippy::cast_precision_loss, reason = "a count of channels")]
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    let scale =
        |pair: (&f64, &f64)| if used(&pair) { (logarithm(pair) - mean).exp().clamp(1.0 / MOST, MOST) } else { 1.0 };
    ranges.iter().zip(largest).map(scale).collect()
}

/// The error at the outputs of the layers of each pair, for each of its scales: with the value and the weights quantized.
fn errors(
    model: &FloatModel,
    pairs: &[Pair],
    scales: &[Vec<Vec<f64>>],
    (lines, target): (&[Line], Target),
) -> Result<Vec<Vec<f64>>> {
    let histograms = histograms(model, pairs, scales, lines)?;
    let mut branches = Branches::new(model.graph());
    let (mut outputs, mut compared) = (Vec::new(), Vec::new());
    let mut next = histograms.iter();
    for (at, (pair, scales)) in pairs.iter().zip(scales).enumerate() {
        for (number, scales) in scales.iter().enumerate() {
            let tag = format!("{number}");
            let divided = divided(&mut branches, pair, scales, &tag);
            let Some(histogram) = next.next() else { break };
            let input = branches.round_trip(&divided, Method::MeanSquare.quantizer(histogram, target), &tag);
            for layer in model.layers.fed_by(&pair.value) {
                let operand = &layer.operands[0];
                let weights = pair.scaled(&operand.rows(&constant(model, &operand.tensor)), operand, scales);
                let limit = weights::limit(BITS);
                let steps = weights.chunks(operand.columns).map(|row| weights::step(row, limit, 0.0)).collect();
                let rounded = operand.stored(&weights::rounded(&weights, steps, limit).weights());
                let name = format!("{}#{tag}", operand.tensor);
                branches.constant(build::floats(&name, &model.shape(&operand.tensor), &rounded));
                compared.push((at, number));
                let other = branches.layer(layer, &input, &tag, &[(operand.tensor.clone(), name)]);
                outputs.extend([layer.output.clone(), other]);
            }
        }
    }
    let mut errors: Vec<_> = scales.iter().map(|scales| vec![0.0; scales.len()]).collect();
    let names: Vec<_> = outputs.iter().map(String::as_str).collect();
    for ((at, number), ratio) in compared.into_iter().zip(ratios(model, branches, &names, lines)?) {
        errors[at][number] += ratio;
    }
    Ok(errors)
}

/// The distributions of the divided values, for each scale of each pair in turn.
fn histograms(model: &FloatModel, pairs: &[Pair], scales: &[Vec<Vec<f64>>], lines: &[Line]) -> Result<Vec<Histogram>> {
    let mut branches = Branches::new(model.graph());
    let mut names = Vec::new();
    for (pair, scales) in pairs.iter().zip(scales) {
        for (number, scales) in scales.iter().enumerate() {
            names.push(divided(&mut branches, pair, scales, &format!("{number}")));
        }
    }
    let values: Vec<_> = names.iter().map(String::as_str).collect();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let probe = Probe::new(&branches.model(&model.proto), &values, &model.spec.input)?;
    let take = |account: &mut Vec<Histogram>, _, views: &[View<'_>]| {
        account.iter_mut().zip(views).for_each(|(histogram, view)| histogram.add(view.values));
    };
    let mut total = vec![Histogram::default(); values.len()];
    for account in probe.gather(lines, || vec![Histogram::default(); values.len()], take)? {
        total.iter_mut().zip(&account).for_each(|(total, part)| total.merge(part));
    }
    Ok(total)
}

/// The value of a pair with each channel divided by its scale.
#[expect(clippy::cast_possible_truncation, reason = "within 1/32 and 32")]
fn divided(branches: &mut Branches<'_>, pair: &Pair, scales: &[f64], tag: &str) -> String {
    let name = format!("{}#{tag}.divided", pair.value);
    let factors: Vec<_> = scales.iter().map(|scale| (1.0 / scale) as f32).collect();
    let factor = format!("{name}.factor");
    branches.constant(build::floats(&factor, &pair.broadcast(), &factors));
    branches.push(node(&name, "Mul", &[&pair.value, &factor], vec![]))
}

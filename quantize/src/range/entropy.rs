//! The divergence between values and their quantized form.
//!
//! `P` is the distribution of the values in fine bins, those beyond the range counted in the outermost bin within it.
//! `Q` is what the quantizer keeps of it: in each step the values within the range are spread evenly over those bins of
//! the step that hold any. `KL(P || Q) = sum P ln(P / Q)`. A wide range makes steps in which differences are lost, a
//! narrow one piles values up at its ends, where `P` has them and `Q` has not.

use std::collections::BTreeMap;

use super::float;
use crate::affine::Affine;
use crate::histogram::Histogram;

/// A bin takes part in `Q` with this at least, so that the divergence is finite.
const FLOOR: f64 = 1e-9;

/// The values within a step of the quantizer.
#[derive(Default)]
struct Step {
    /// Their number.
    within: f64,
    /// Each bin's number, those beyond the range in the outermost.
    bins: Vec<f64>,
}

/// `KL(P || Q)`, zeros left out: every quantizer keeps them.
pub(super) fn divergence(values: &Histogram, affine: Affine) -> f64 {
    let (steps, count) = steps(values, affine);
    let within: f64 = steps.values().map(|step| step.within).sum();
    let of_step = |step: &Step| {
        let spread = (step.within / within / float(step.bins.len() as u64)).max(FLOOR);
        step.bins.iter().map(|p| p / count * (p / count / spread).ln()).sum::<f64>()
    };
    if within > 0.0 { steps.values().map(of_step).sum() } else { f64::INFINITY }
}

/// The steps that hold values, and the number of all values.
fn steps(values: &Histogram, affine: Affine) -> (BTreeMap<i32, Step>, f64) {
    let (least, most) = affine.limits();
    let (scale, zero) = (f64::from(affine.scale), f64::from(affine.zero_point));
    let mut steps: BTreeMap<i32, Step> = BTreeMap::new();
    let (mut count, mut below, mut above) = (0.0, 0.0, 0.0);
    for (value, number) in values.values().filter(|&(value, _)| value != 0.0) {
        let number = float(number);
        count += number;
        let q = (value / scale).round_ties_even() + zero;
        if q < f64::from(least) {
            below += number;
        } else if q > f64::from(most) {
            above += number;
        } else {
            let step = steps.entry(integer(q)).or_default();
            step.within += number;
            step.bins.push(number);
        }
    }
    if let Some(bin) = steps.values_mut().next().and_then(|step| step.bins.first_mut()) {
        *bin += below;
    }
    if let Some(bin) = steps.values_mut().next_back().and_then(|step| step.bins.last_mut()) {
        *bin += above;
    }
    (steps, count)
}

#[expect(clippy::cast_possible_truncation, reason = "it lies within the integers of a byte")]
fn integer(q: f64) -> i32 {
    q as i32
}

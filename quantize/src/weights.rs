//! Weights as integers: the steps, and rounding to the nearest.

use crate::plan::Integers;

/// The largest integer of a weight: 63 for 7 bits, 127 for 8. The range is symmetric. Weights of 7 bits leave room for
/// any neighbours (2 * 255 * 63 < 2^15), those of 8 bits limit one another, see [`crate::neighbours`].
pub fn limit(bits: u32) -> i8 {
    if bits >= 8 { 127 } else { 63 }
}

/// The bits of a bias in units of its step, without the sign: engines that compute in floats hold it exactly.
const BIAS_BITS: i32 = 24;

/// The least step of each row at which a bias in units of the row's step times the input's has [`BIAS_BITS`] at most.
pub fn least_steps(bias: &[f32], input_step: f32) -> Vec<f32> {
    bias.iter().map(|bias| bias.abs() / input_step / f32::from(2u8).powi(BIAS_BITS)).collect()
}

/// The step of a row that brings its largest weight to `limit`, at least `least`. A row of zeros gets the step 1 where
/// none is asked for.
pub fn step(row: &[f32], limit: i8, least: f32) -> f32 {
    let most = row.iter().fold(0f32, |most, weight| most.max(weight.abs()));
    let step = (most / f32::from(limit)).max(least);
    if step.is_normal() { step } else { 1.0 }
}

/// The nearest integer to `weight / step`, within the limits.
#[expect(clippy::cast_possible_truncation, reason = "it is within -127..=127")]
pub fn nearest(weight: f32, step: f32, (least, largest): (i8, i8)) -> i8 {
    (weight / step).round_ties_even().clamp(f32::from(least), f32::from(largest)) as i8
}

/// Rounds each row to the nearest multiples of its step, whatever the neighbours.
pub fn rounded(rows: &[f32], steps: Vec<f32>, limit: i8) -> Integers {
    let columns = rows.len() / steps.len().max(1);
    let row = |(row, step): (&[f32], &f32)| {
        row.iter().map(|&weight| nearest(weight, *step, (-limit, limit))).collect::<Vec<_>>()
    };
    Integers { values: rows.chunks(columns.max(1)).zip(&steps).flat_map(row).collect(), scales: steps }
}

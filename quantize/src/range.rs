//! Which range of a tensor's values is quantized: values beyond it are cut off, and the narrower it is, the finer are
//! the steps within.

mod entropy;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::affine::{Affine, Target};
use crate::histogram::Histogram;

/// How a range is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// All values.
    MinMax,
    /// All but this share of the values, in millionths; where there are negative ones, half of it on each side.
    Percentile(u32),
    /// The least Kullback-Leibler divergence between the values and what is left of them (Migacz, "8-bit inference with
    /// TensorRT", 2017).
    Entropy,
    /// The least mean square of the error.
    MeanSquare,
}

/// Shares that are cut off, in millionths: one value in 1,000, 10,000 and 100,000.
const CUTS: [u32; 3] = [1000, 100, 10];

impl Method {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::MinMax];
        all.extend(CUTS.map(Self::Percentile));
        all.extend([Self::Entropy, Self::MeanSquare]);
        all
    }

    /// The quantizer that this method gives for the values counted.
    pub fn quantizer(self, values: &Histogram, target: Target) -> Affine {
        let Some((low, high)) = values.extremes() else { return Affine::of_range(0.0, 0.0, target) };
        let (low, high) = (low.min(0.0), high.max(0.0));
        let (low, high) = match self {
            Self::MinMax => (low, high),
            Self::Percentile(cut) => percentile(values, cut),
            Self::Entropy => {
                shrunk((low, high), |range| entropy::divergence(values, Affine::of_range(range.0, range.1, target)))
            }
            Self::MeanSquare => least_square(values, (low, high), target),
        };
        Affine::of_range(low, high, target)
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinMax => f.write_str("min-max"),
            Self::Percentile(cut) => write!(f, "percentile-{}", 100.0 - f64::from(*cut) / 1e4),
            Self::Entropy => f.write_str("entropy"),
            Self::MeanSquare => f.write_str("mse"),
        }
    }
}

/// Mean of the squared error that a quantizer leaves.
pub fn mean_square(values: &Histogram, affine: Affine) -> f64 {
    let error = |(value, count): (f64, u64)| (value - affine.round_trip(value)).powi(2) * float(count);
    values.values().map(error).sum::<f64>() / float(values.count().max(1))
}

/// The values without a share of the most extreme.
fn percentile(values: &Histogram, cut: u32) -> (f32, f32) {
    let two_sided = values.extremes().is_some_and(|(low, _)| low < 0.0);
    let share = f64::from(cut) / 1e6 / if two_sided { 2.0 } else { 1.0 };
    let spared = share * float(values.count());
    let bins: Vec<_> = values.values().collect();
    let low = if two_sided { end(bins.iter(), spared) } else { 0.0 };
    (low.min(0.0), end(bins.iter().rev(), spared).max(0.0))
}

/// The first value, from one end, with more than `spared` values up to it.
#[expect(clippy::cast_possible_truncation, reason = "a value of the network, which has floats")]
fn end<'a>(bins: impl Iterator<Item = &'a (f64, u64)>, spared: f64) -> f32 {
    let mut passed = 0.0;
    for &(value, count) in bins {
        passed += float(count);
        if passed > spared {
            return value as f32;
        }
    }
    0.0
}

/// Parts of the whole range that are tried: 1, 0.99, … 0.2.
fn parts() -> impl Iterator<Item = f32> {
    (20..=100u8).rev().map(|part| f32::from(part) / 100.0)
}

/// The part of a range, both ends shrunk alike, with the least cost.
fn shrunk((low, high): (f32, f32), cost: impl Fn((f32, f32)) -> f64) -> (f32, f32) {
    least(parts().map(|part| (low * part, high * part)), cost).unwrap_or((low, high))
}

/// The range with the least mean square error: both ends shrunk alike, and then each alone.
fn least_square(values: &Histogram, whole: (f32, f32), target: Target) -> (f32, f32) {
    let cost = |(low, high): (f32, f32)| mean_square(values, Affine::of_range(low, high, target));
    let (low, high) = shrunk(whole, cost);
    if low == 0.0 || high == 0.0 || target == Target::TensorRt {
        return (low, high);
    }
    let (_, high) = least(parts().map(|part| (low, whole.1 * part)), cost).unwrap_or((low, high));
    least(parts().map(|part| (whole.0 * part, high)), cost).unwrap_or((low, high))
}

/// The range with the least cost, the first of equal ones.
fn least(ranges: impl Iterator<Item = (f32, f32)>, cost: impl Fn((f32, f32)) -> f64) -> Option<(f32, f32)> {
    let costs = ranges.map(|range| (range, cost(range)));
    costs.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(range, _)| range)
}

#[expect(clippy::cast_precision_loss, reason = "counts of values stay far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

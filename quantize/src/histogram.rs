//! How the values of a tensor are distributed.

/// Bins on each side of zero. With a largest value in the upper half of them, each step of a byte has 32 bins at least.
const SIDE: usize = 1 << 14;

/// Counts of values in bins of equal width, which is a power of two and doubles when a value lies beyond the last bin.
///
/// Doubling joins whole bins, so that the counts do not depend on the order in which values come.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// The width of a bin is two to this power.
    exponent: i32,
    /// Bin `SIDE + i` counts values in `i * width..(i + 1) * width`.
    bins: Vec<u64>,
    /// Values that are exactly 0, which no quantizer changes; they are in no bin.
    zeros: u64,
    count: u64,
    low: f32,
    high: f32,
}

impl Default for Histogram {
    fn default() -> Self {
        let (low, high) = (f32::INFINITY, f32::NEG_INFINITY);
        Self { exponent: -40, bins: vec![0; 2 * SIDE], zeros: 0, count: 0, low, high }
    }
}

impl Histogram {
    /// Counts values. Those that are not finite are left out: [`crate::observe`] refuses them.
    pub fn add(&mut self, values: &[f32]) {
        for &value in values.iter().filter(|value| value.is_finite()) {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
        self.widen(exponent_for(self.low.abs().max(self.high.abs())));
        let per_width = f64::from(-self.exponent).exp2();
        for &value in values.iter().filter(|value| value.is_finite()) {
            self.count += 1;
            if value == 0.0 {
                self.zeros += 1;
            } else {
                self.bins[bin(f64::from(value) * per_width)] += 1;
            }
        }
    }

    /// Adds the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        self.widen(other.exponent);
        other.widen(self.exponent);
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            *mine += theirs;
        }
        self.zeros += other.zeros;
        self.count += other.count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The least and the largest value; none without values.
    pub fn extremes(&self) -> Option<(f32, f32)> {
        (self.count > 0).then_some((self.low, self.high))
    }

    /// The middle of each bin with values, and their number; in rising order, the zeros among them.
    pub fn values(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let width = f64::from(self.exponent).exp2();
        let middle = move |at: usize| (signed(at) + 0.5) * width;
        let below = (0..SIDE).map(move |at| (middle(at), self.bins[at]));
        let above = (SIDE..2 * SIDE).map(move |at| (middle(at), self.bins[at]));
        below.chain([(0.0, self.zeros)]).chain(above).filter(|&(_, count)| count > 0)
    }

    /// Joins bins until their width is two to the power of `exponent`.
    fn widen(&mut self, exponent: i32) {
        while self.exponent < exponent {
            let mut joined = vec![0; 2 * SIDE];
            for (at, count) in self.bins.iter().enumerate() {
                // Rounded down, below zero as well.
                joined[SIDE / 2 + at / 2] += count;
            }
            self.bins = joined;
            self.exponent += 1;
        }
    }
}

/// The least exponent of a bin's width at which `most` lies in a bin.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the logarithm of a float is small")]
fn exponent_for(most: f32) -> i32 {
    if !(most.is_finite() && most > 0.0) {
        return i32::MIN;
    }
    let mut exponent = (f64::from(most) / SIDE as f64).log2().floor() as i32;
    while f64::from(most) >= f64::from(exponent).exp2() * SIDE as f64 {
        exponent += 1;
    }
    exponent
}

/// The bin of a value in units of the width. The least value of all, at the very edge, belongs to the first bin.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "within bins")]
fn bin(value: f64) -> usize {
    (value.floor() + SIDE as f64).clamp(0.0, (2 * SIDE - 1) as f64) as usize
}

#[expect(clippy::cast_precision_loss, reason = "there are few bins")]
fn signed(bin: usize) -> f64 {
    bin as f64 - SIDE as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_do_not_depend_on_the_order() {
        let values: Vec<f32> = (0..1000u16).map(|i| (f32::from(i) - 400.0) * 1.7f32.powi(i32::from(i % 20))).collect();
        let mut rising = Histogram::default();
        rising.add(&values);
        let mut falling = Histogram::default();
        for part in values.chunks(7).rev() {
            let mut histogram = Histogram::default();
            histogram.add(part);
            falling.merge(&histogram);
        }
        assert_eq!(rising, falling);
        assert_eq!((rising.count(), rising.values().map(|(_, count)| count).sum()), (1000, 1000));
    }

    #[test]
    fn bins_hold_their_values() {
        let values = [-3.0, -0.37, 0.0, 0.0, 1e-3, 2.25, 7.9];
        let mut histogram = Histogram::default();
        histogram.add(&values);
        let found: Vec<_> =
            histogram.values().flat_map(|(value, count)| vec![value; usize::try_from(count).unwrap()]).collect();
        for (found, value) in found.iter().zip(values) {
            assert!((found - f64::from(value)).abs() <= 8.0 / 16384.0, "{value} was counted as {found}");
        }
        assert_eq!(histogram.extremes(), Some((-3.0, 7.9)));
    }

    #[test]
    fn an_empty_histogram_has_no_extremes() {
        assert_eq!(Histogram::default().extremes(), None);
    }
}

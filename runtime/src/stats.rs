//! Order statistics of measurements.

/// The value below which a share `quantile` of the measurements lies, by linear interpolation between neighbours
/// (Hyndman and Fan 1996, type 7); `None` without measurements.
///
/// `quantile` is clamped to 0..=1; 0.5 is the median.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the position is within the length of a list"
)]
pub fn quantile(measurements: &[f64], quantile: f64) -> Option<f64> {
    let mut sorted = measurements.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let position = quantile.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_lies_between_the_middle_two() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[5.0, 1.0, 3.0], 0.5), Some(3.0));
    }

    #[test]
    fn the_ends_are_the_extremes() {
        let measurements = [2.0, 9.0, 4.0];
        assert_eq!((quantile(&measurements, 0.0), quantile(&measurements, 1.0)), (Some(2.0), Some(9.0)));
        assert_eq!(quantile(&[7.0], 0.99), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}

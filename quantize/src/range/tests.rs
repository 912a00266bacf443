//! Tests of the choice of ranges, on distributions whose best range is known.

use super::*;

/// Values at the quantiles of a distribution, by the inverse of its distribution function.
fn quantiles(count: u16, inverse: impl Fn(f64) -> f64) -> Histogram {
    let mut values = Histogram::default();
    let at = |i: u16| inverse((f64::from(i) + 0.5) / f64::from(count));
    #[expect(clippy::cast_possible_truncation, reason = "values of a network are floats")]
    let list: Vec<f32> = (0..count).map(|i| at(i) as f32).collect();
    values.add(&list);
    values
}

/// Laplace's distribution of scale 1: many small values and few large ones of both signs.
fn laplace() -> Histogram {
    quantiles(60_000, |p| if p < 0.5 { (2.0 * p).ln() } else { -(2.0 * (1.0 - p)).ln() })
}

/// 0 to 4 evenly.
fn uniform() -> Histogram {
    quantiles(60_000, |p| 4.0 * p)
}

/// The largest value within a quantizer's range.
fn top(affine: Affine) -> f64 {
    affine.round_trip(1e9)
}

#[test]
fn min_max_holds_every_value() {
    let affine = Method::MinMax.quantizer(&laplace(), Target::Onnx);
    let (low, high) = laplace().extremes().unwrap();
    assert!((top(affine) - f64::from(high)).abs() < f64::from(affine.scale));
    assert!((affine.round_trip(-1e9) - f64::from(low)).abs() < f64::from(affine.scale));
}

#[test]
fn a_percentile_cuts_its_share_off() {
    // One in 1,000 on both sides together: 1 - exp(-x) / 2 = 0.9995 at x = ln 1000.
    let affine = Method::Percentile(1000).quantizer(&laplace(), Target::Onnx);
    assert!((top(affine) - 1000f64.ln()).abs() < 0.05, "{}", top(affine));
    // On the one side of values that are never negative, all of it.
    let affine = Method::Percentile(1000).quantizer(&uniform(), Target::Onnx);
    assert!((top(affine) - 3.996).abs() < 0.001, "{}", top(affine));
}

#[test]
fn the_mean_square_of_laplace_is_least_at_the_known_clip() {
    // Banner et al. 2019 (arXiv 1810.05723), section 3: at 8 bits the clip is 9.89 scales for a Laplace distribution.
    // Its tail of 30,000 values a side ends at 11.0, so that a little more than that is best here.
    let affine = Method::MeanSquare.quantizer(&laplace(), Target::Onnx);
    assert!((8.5..10.9).contains(&top(affine)), "{}", top(affine));
}

#[test]
fn nothing_of_an_even_distribution_is_cut_off() {
    for method in [Method::MinMax, Method::Entropy, Method::MeanSquare] {
        let affine = method.quantizer(&uniform(), Target::Onnx);
        assert!(top(affine) > 3.95, "{method}: {}", top(affine));
    }
}

#[test]
fn outliers_are_cut_off_by_all_but_min_max() {
    let values = quantiles(60_000, |p| if p > 0.9999 { 100.0 } else { -(1.0 - p).ln() });
    for method in [Method::Percentile(1000), Method::Entropy] {
        let affine = method.quantizer(&values, Target::Onnx);
        assert!(top(affine) < 60.0, "{method}: {}", top(affine));
    }
    assert!(top(Method::MinMax.quantizer(&values, Target::Onnx)) > 99.0);
}

#[test]
fn the_mean_square_is_never_above_that_of_another_method() {
    for values in [laplace(), uniform()] {
        let best = mean_square(&values, Method::MeanSquare.quantizer(&values, Target::Onnx));
        for method in Method::all() {
            let other = mean_square(&values, method.quantizer(&values, Target::Onnx));
            // Ranges are tried in hundredths, which may miss the best by a little.
            assert!(best <= other * 1.02, "{method}: {other} and {best}");
        }
    }
}

#[test]
fn values_that_are_all_zero_get_a_usable_quantizer() {
    let mut zeros = Histogram::default();
    zeros.add(&[0.0; 8]);
    for values in [Histogram::default(), zeros] {
        for method in Method::all() {
            let affine = method.quantizer(&values, Target::Onnx);
            assert!(affine.scale > 0.0 && affine.round_trip(0.0) == 0.0, "{method}");
        }
    }
}

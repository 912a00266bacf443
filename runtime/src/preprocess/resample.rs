//! Resampling by a triangle filter whose support grows with the reduction.
//!
//! Enlarging, this is bilinear interpolation. Shrinking by a factor `s`, each output pixel is a weighted mean over `2 s`
//! input pixels, so that thin strokes fade and never vanish between samples. Pillow's `resize(…, BILINEAR)` is the same
//! filter; a test compares with its figures.

use crate::image::Gray;

use super::Region;

/// The weights of one axis: for each output pixel, the first input pixel and the weights from there on.
struct Taps {
    first: Vec<usize>,
    weights: Vec<f32>,
    /// Weights per output pixel; unused ones are zero.
    width: usize,
}

impl Taps {
    /// Weights for `input` pixels becoming `output` pixels, each output's weights summing to 1.
    ///
    /// Output `i` is centred at `(i + 0.5) * input / output`; input `j` lies at `j + 0.5`; the weight is
    /// `max(0, 1 - |distance| / max(1, input / output))` before it is normalized.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "image sides"
    )]
    fn new(input: usize, output: usize) -> Self {
        let scale = input as f64 / output as f64;
        let support = scale.max(1.0);
        let width = (2.0 * support).ceil() as usize + 1;
        let mut taps = Self { first: Vec::with_capacity(output), weights: vec![0.0; width * output], width };
        for (i, weights) in taps.weights.chunks_exact_mut(width).enumerate() {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - support).floor().max(0.0) as usize;
            let raw = |k: usize| (1.0 - ((first + k) as f64 + 0.5 - centre).abs() / support).max(0.0);
            let inside = width.min(input - first);
            let sum: f64 = (0..inside).map(raw).sum();
            for (k, weight) in weights[..inside].iter_mut().enumerate() {
                *weight = (raw(k) / sum) as f32;
            }
            taps.first.push(first);
        }
        taps
    }

    /// First input pixel and its non-zero weights for output pixel `i`.
    fn of(&self, i: usize) -> (usize, &[f32]) {
        let weights = &self.weights[i * self.width..(i + 1) * self.width];
        let used = weights.iter().rposition(|&w| w != 0.0).map_or(0, |last| last + 1);
        (self.first[i], &weights[..used])
    }
}

/// Scales a region of `image` to `width` x `height`; values stay in 0..=255.
///
/// The vertical pass comes first: it works along rows, and leaves few of them for the horizontal pass.
pub(super) fn triangle(image: &Gray, region: Region, width: usize, height: usize) -> Vec<f32> {
    let rows = vertical(image, region, height);
    horizontal(&rows, region.width, width)
}

fn vertical(image: &Gray, region: Region, height: usize) -> Vec<f32> {
    let taps = Taps::new(region.height, height);
    let mut out = vec![0.0f32; region.width * height];
    for (y, target) in out.chunks_exact_mut(region.width).enumerate() {
        let (first, weights) = taps.of(y);
        for (k, &weight) in weights.iter().enumerate() {
            let source = &image.row(region.y + first + k)[region.x..region.x + region.width];
            for (value, &pixel) in target.iter_mut().zip(source) {
                *value += weight * f32::from(pixel);
            }
        }
    }
    out
}

fn horizontal(rows: &[f32], input: usize, output: usize) -> Vec<f32> {
    let taps = Taps::new(input, output);
    let mut out = Vec::with_capacity(rows.len() / input * output);
    for row in rows.chunks_exact(input) {
        out.extend((0..output).map(|x| {
            let (first, weights) = taps.of(x);
            weights.iter().zip(&row[first..]).map(|(weight, value)| weight * value).sum::<f32>()
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// What `runtime/tests/fixtures/resample.py` wrote.
    #[derive(Deserialize)]
    struct Fixture {
        width: usize,
        height: usize,
        pixels: Vec<u8>,
        scaled: Vec<Scaled>,
    }

    #[derive(Deserialize)]
    struct Scaled {
        width: usize,
        height: usize,
        values: Vec<f32>,
    }

    #[test]
    fn the_weights_of_each_pixel_sum_to_one() {
        for (input, output) in [(4, 64), (31, 32), (32, 32), (33, 32), (500, 32), (7, 1), (1, 5)] {
            let taps = Taps::new(input, output);
            for i in 0..output {
                let (first, weights) = taps.of(i);
                let sum: f32 = weights.iter().sum();
                assert!((sum - 1.0).abs() < 1e-6, "{sum} at {i} of {input} to {output}");
                assert!(first + weights.len() <= input && !weights.is_empty(), "{i} of {input} to {output}");
            }
        }
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let image = Gray { width: 3, height: 2, pixels: vec![1, 20, 255, 0, 7, 99] };
        assert_eq!(triangle(&image, Region::whole(&image), 3, 2), [1.0, 20.0, 255.0, 0.0, 7.0, 99.0]);
    }

    #[test]
    fn halving_weighs_the_four_nearest() {
        let image = Gray { width: 6, height: 1, pixels: vec![0, 0, 0, 80, 0, 0] };
        // Output 1 is centred at 3: inputs 1 to 4 weigh 1, 3, 3, 1 eighths. Output 2 is at the border: of its weights
        // 1, 3, 3 and 1 the last lies outside, and the others are sevenths.
        let scaled = triangle(&image, Region::whole(&image), 3, 1);
        for (value, expected) in scaled.iter().zip([0.0, 80.0 * 3.0 / 8.0, 80.0 / 7.0]) {
            assert!((value - expected).abs() < 1e-5, "{scaled:?}");
        }
    }

    #[test]
    fn values_are_those_of_pillow() {
        let fixture = include_str!("../../tests/fixtures/resample.json");
        let Fixture { width, height, pixels, scaled } = serde_json::from_str(fixture).unwrap();
        let image = Gray { width, height, pixels };
        assert_eq!(scaled.len(), 3);
        for Scaled { width, height, values } in scaled {
            let ours = triangle(&image, Region::whole(&image), width, height);
            assert_eq!(ours.len(), values.len());
            for (at, (ours, pillow)) in ours.iter().zip(values).enumerate() {
                // Of 255: sums of a few f32, and the four decimals of the fixture.
                assert!((ours - pillow).abs() < 1e-3, "{ours} is {pillow} in Pillow, at {at} of {width}x{height}");
            }
        }
    }

    proptest! {
        #[test]
        fn values_stay_within_those_of_the_picture(
            (width, height, pixels) in (4usize..40, 4usize..40)
                .prop_flat_map(|(w, h)| (Just(w), Just(h), prop::collection::vec(any::<u8>(), w * h))),
            (to_width, to_height) in (1usize..60, 1usize..40),
        ) {
            let (low, high) = (*pixels.iter().min().unwrap(), *pixels.iter().max().unwrap());
            let image = Gray { width, height, pixels };
            for value in triangle(&image, Region::whole(&image), to_width, to_height) {
                // Weights sum to 1 but for the rounding of f32, at 255 some 1e-4.
                prop_assert!(value >= f32::from(low) - 1e-3 && value <= f32::from(high) + 1e-3, "{} {} {}", low, value, high);
            }
        }

        #[test]
        fn a_flat_picture_stays_flat(value: u8, width in 4usize..80, height in 4usize..80, to in 1usize..80) {
            let image = Gray::filled(width, height, value);
            for scaled in triangle(&image, Region::whole(&image), to, 32) {
                prop_assert!((scaled - f32::from(value)).abs() < 1e-3, "{} became {}", value, scaled);
            }
        }
    }
}

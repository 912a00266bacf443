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
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "image sides")]
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

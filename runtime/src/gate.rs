//! Gates before reading: frames and lines on which neither time nor trust should be spent.
//!
//! Each gate is a score, a limit and a counter. [`Gate::Unchanged`] looks at a place over time ([`Change`]), the others
//! at a cut-out line alone: whether it is too dark, washed out by glare, or blurred. A line that a gate stops counts as
//! not seen in this frame: a bogus reading of a dark frame must not become the value that later ones are held against.

mod change;

pub use change::Change;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::image::Gray;
use crate::telemetry::{Counter, Gauge, Metrics, Value, Visit};

/// Pixels from this value on are at the end of the sensor's range, JPEG's ringing allowed for.
const SATURATED: u8 = 250;

/// The share of the darkest and of the brightest pixels that does not count for a line's contrast: specks and hot pixels.
const OUTLIERS: f64 = 0.02;

/// Limits of the gates. 0 opens a gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateOptions {
    /// A frame is read again where the mean grey value of some 8x8 pixels changed by at least this much, of 255.
    pub unchanged: f32,
    /// An unchanged place is read again after this many seconds nevertheless; 0 for never.
    pub unchanged_most_s: f32,
    /// The least brightness of a line's brightest pixels, in grey values of 255.
    pub dark: f32,
    /// The largest share, from 0 to 1, of a line's columns that are washed out.
    pub glare: f32,
    /// The least sharpness of a line, from 0 (no edge at all) to 1.
    pub blur: f32,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self { unchanged: 6.0, unchanged_most_s: 10.0, dark: 40.0, glare: 0.25, blur: 0.15 }
    }
}

/// A limit that no gate can have.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("`{key}` of the gates is {found} and must be from 0 to {most}: 0 opens the gate")]
pub struct GateError {
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub found: f32,
    /// The largest value.
    pub most: f32,
}

impl GateOptions {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`GateError`], for the first limit out of its range.
    pub fn check(&self) -> Result<(), GateError> {
        let limits = [
            ("unchanged", self.unchanged, 255.0),
            ("unchanged-most-s", self.unchanged_most_s, 86400.0),
            ("dark", self.dark, 255.0),
            ("glare", self.glare, 1.0),
            ("blur", self.blur, 1.0),
        ];
        let wrong = limits.into_iter().find(|(_, found, most)| !(0.0..=*most).contains(found));
        wrong.map_or(Ok(()), |(key, found, most)| Err(GateError { key, found, most }))
    }
}

/// What stops a frame or a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing moved since it was read.
    Unchanged,
    /// There is not enough light.
    Dark,
    /// A reflection covers part of it.
    Glare,
    /// It is out of focus, or moved too fast.
    Blur,
}

/// How often each gate stopped something, and its last score.
#[derive(Debug, Default)]
pub struct GateMetrics([(Counter, Gauge); 4]);

const GATES: [(Gate, &str); 4] =
    [(Gate::Unchanged, "unchanged"), (Gate::Dark, "dark"), (Gate::Glare, "glare"), (Gate::Blur, "blur")];

impl GateMetrics {
    /// Records the score of a gate, and whether it stopped what was looked at.
    pub fn record(&self, gate: Gate, score: f32, stopped: bool) {
        let (counter, gauge) = &self.0[gate as usize];
        gauge.set(f64::from(score));
        counter.add(u64::from(stopped));
    }

    /// How often `gate` stopped something.
    pub fn stopped(&self, gate: Gate) -> u64 {
        self.0[gate as usize].0.get()
    }
}

impl Metrics for GateMetrics {
    fn visit(&self, visit: &mut Visit<'_>) {
        for (gate, name) in GATES {
            let counter = Value::Counter(&self.0[gate as usize].0);
            visit("gate_stopped", "Frames or lines that a gate kept from being read.", Some(("gate", name)), counter);
        }
        for (gate, name) in GATES {
            let score = Value::Gauge(self.0[gate as usize].1.get());
            visit("gate_score", "The last score of a gate, in the unit of its limit.", Some(("gate", name)), score);
        }
    }
}

/// The first gate that stops an upright cut-out line, if any; every score goes to `metrics`.
pub fn line(cut: &Gray, options: &GateOptions, metrics: &GateMetrics) -> Option<Gate> {
    let levels = Levels::of(cut);
    let brightness = f32::from(levels.bright);
    let (glare, sharpness) = (glare(cut), sharpness(cut, levels));
    let scores = [
        (Gate::Dark, brightness, brightness < options.dark),
        (Gate::Glare, glare, options.glare > 0.0 && glare > options.glare),
        (Gate::Blur, sharpness, sharpness < options.blur),
    ];
    let mut first = None;
    for (gate, score, stops) in scores {
        let stopped = stops && first.is_none();
        metrics.record(gate, score, stopped);
        first = if stopped { Some(gate) } else { first };
    }
    first
}

/// Whether a whole frame is too dark for a line anywhere in it; the score goes to `metrics`.
pub fn frame(image: &Gray, options: &GateOptions, metrics: &GateMetrics) -> Option<Gate> {
    let brightness = f32::from(Levels::of(image).bright);
    let stopped = brightness < options.dark;
    metrics.record(Gate::Dark, brightness, stopped);
    stopped.then_some(Gate::Dark)
}

/// The ends of a line's range of grey values, without [`OUTLIERS`].
#[derive(Debug, Clone, Copy)]
struct Levels {
    dark: u8,
    bright: u8,
}

impl Levels {
    fn of(image: &Gray) -> Self {
        let mut counts = [0_usize; 256];
        image.pixels.iter().for_each(|&pixel| counts[usize::from(pixel)] += 1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of the pixels of a line"
        )]
        let outliers = (image.pixels.len() as f64 * OUTLIERS) as usize;
        let levels = || (0..=u8::MAX).zip(counts);
        Self { dark: beyond(levels(), outliers), bright: beyond(levels().rev(), outliers) }
    }
}

/// The share of a line's columns that are washed out: at least half saturated, as are more of their neighbours than a
/// stroke is wide. 0 where hardly a column is free of saturation.
///
/// Paper that is overexposed as a whole is no glare, for its ink can be read, and neither are the strokes of a display.
fn glare(cut: &Gray) -> f32 {
    let saturated = |x: usize| (0..cut.height).filter(|&y| cut.pixels[y * cut.width + x] >= SATURATED).count();
    let (mut touched, mut washed_out, mut run) = (0, 0, 0);
    for x in 0..=cut.width {
        let count = if x < cut.width { saturated(x) } else { 0 };
        touched += usize::from(count > 0);
        if 2 * count >= cut.height && x < cut.width {
            run += 1;
        } else {
            washed_out += if 3 * run > cut.height { run } else { 0 };
            run = 0;
        }
    }
    if 10 * touched > 9 * cut.width { 0.0 } else { share(washed_out, cut.width) }
}

#[expect(clippy::cast_precision_loss, reason = "columns of a picture")]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

/// How steep the steepest edges of a line are: their rise within an eighth of its height, as a share of its contrast.
///
/// The strokes of print are about an eighth of the height of a line: where an edge needs more, neighbouring strokes
/// run into one another. A line without contrast is blurred to nothing.
fn sharpness(cut: &Gray, levels: Levels) -> f32 {
    let contrast = levels.bright.saturating_sub(levels.dark);
    let reach = (cut.height / 8).max(1);
    if contrast == 0 || cut.width <= reach {
        return 0.0;
    }
    let mut counts = [0_usize; 256];
    for row in cut.pixels.chunks_exact(cut.width) {
        row.iter().zip(&row[reach..]).for_each(|(one, other)| counts[usize::from(one.abs_diff(*other))] += 1);
    }
    let all: usize = counts.iter().sum();
    // The rise that the steepest twentieth reaches: a line of print has edges on far more of its pixels than that.
    let rise = beyond((0..=u8::MAX).zip(counts).rev(), all / 20);
    (f32::from(rise) / f32::from(contrast)).min(1.0)
}

/// The first value by which more than `count` things are counted; 0 where there are not as many.
fn beyond(counts: impl IntoIterator<Item = (u8, usize)>, count: usize) -> u8 {
    let mut seen = 0;
    let reaches = |&(_, here): &(u8, usize)| {
        seen += here;
        seen > count
    };
    counts.into_iter().find(reaches).map_or(0, |(value, _)| value)
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "grey values and columns"
)]
mod tests {
    use super::*;

    /// A line of bars, `stroke` pixels wide and as far apart, with paper above and below, ink and paper of these grey
    /// values, blurred by a box along the line.
    fn bars(stroke: usize, [ink, paper]: [u8; 2], blur: usize) -> Gray {
        let (width, height) = (240, 32);
        let at = |x: usize| f32::from(if (x / stroke).is_multiple_of(2) { paper } else { ink });
        let mean = |x: usize| (x..=x + 2 * blur).map(at).sum::<f32>() / (2 * blur + 1) as f32;
        let row: Vec<u8> = (0..width).map(|x| mean(x).round() as u8).collect();
        let margin = vec![paper; width * height / 4];
        Gray { width, height, pixels: [margin.clone(), row.repeat(height / 2), margin].concat() }
    }

    fn stopped_by(cut: &Gray) -> Option<Gate> {
        line(cut, &GateOptions::default(), &GateMetrics::default())
    }

    #[test]
    fn a_good_line_passes_in_both_polarities_and_with_little_contrast() {
        for levels in [[20, 220], [220, 20], [90, 130], [0, 255]] {
            assert_eq!(stopped_by(&bars(4, levels, 0)), None, "{levels:?}");
        }
        assert_eq!(stopped_by(&bars(4, [20, 220], 1)), None, "a little soft");
    }

    #[test]
    fn a_dark_line_is_stopped_and_counted() {
        let metrics = GateMetrics::default();
        let dark = bars(4, [4, 30], 0);
        assert_eq!(line(&dark, &GateOptions::default(), &metrics), Some(Gate::Dark));
        assert_eq!((metrics.stopped(Gate::Dark), metrics.stopped(Gate::Blur)), (1, 0));
        let open = GateOptions { dark: 0.0, ..GateOptions::default() };
        assert_eq!(line(&dark, &open, &metrics), None);
    }

    #[test]
    fn a_reflection_is_glare_and_overexposed_paper_is_not() {
        let mut image = bars(4, [20, 200], 0);
        for row in image.pixels.chunks_exact_mut(240) {
            row[60..140].fill(255);
        }
        assert_eq!(stopped_by(&image), Some(Gate::Glare));
        assert_eq!(stopped_by(&bars(4, [40, 255], 0)), None);
        assert_eq!(stopped_by(&bars(4, [255, 40], 0)), None, "a bright display");
    }

    #[test]
    fn strokes_that_run_into_one_another_are_blurred() {
        assert_eq!(stopped_by(&bars(4, [20, 220], 8)), Some(Gate::Blur));
        assert_eq!(stopped_by(&Gray::filled(240, 32, 128)), Some(Gate::Blur), "nothing is there");
    }

    #[test]
    fn a_limit_out_of_range_is_named() {
        let error = GateOptions { glare: 25.0, ..GateOptions::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "`glare` of the gates is 25 and must be from 0 to 1: 0 opens the gate");
        assert!(GateOptions { blur: f32::NAN, ..GateOptions::default() }.check().is_err());
        assert_eq!(GateOptions::default().check(), Ok(()));
    }
}

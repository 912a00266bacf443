//! What about the calibration lines gives reason for doubt, with figures.
//!
//! A model calibrated on other lines than it will read cuts values off that it needs, or wastes its steps. None of this
//! is an error: whoever runs the program may know better.

use labelcam::spec::{InputSpec, Normalization};

use crate::lines::Line;
use crate::measure::Readings;

/// With fewer lines, one of them decides where the rarest of a hundred largest values is cut off, and the second moments
/// of the widest layers are guesses.
const FEW: usize = 128;

/// A line with a smaller deviation, in units of the normal one, has no print: it is noise or one grey.
const FLAT: f64 = 0.5;

/// Shares of lines above which they are named.
const MANY_FLAT: f64 = 0.05;
const MANY_EMPTY: f64 = 0.2;
const MANY_UNSURE: f64 = 0.5;

/// Of either polarity, dark on light and light on dark, a smaller share is too few: the models are trained on both.
const ONE_SIDED: f64 = 0.02;

/// The widest line must have this many times the model's height, or time steps that see a whole text are missing.
const LONG: usize = 6;

/// Doubts about lines, given what the float model read of them; each a sentence with its figures.
pub fn about(lines: &[Line], readings: &Readings, input: &InputSpec) -> Vec<String> {
    let count = lines.len();
    let mut doubts = Vec::new();
    if count < FEW {
        doubts.push(format!(
            "there are {count} calibration lines, and below {FEW} single lines decide the ranges: take 500 or more"
        ));
    }
    let empty = readings.texts.iter().filter(|text| text.is_empty()).count();
    if empty == count {
        doubts.push(format!("the float model reads nothing in any of the {count} lines: are these lines of text?"));
    } else if share(empty, count) > MANY_EMPTY {
        doubts.push(format!("the float model reads nothing in {empty} of {count} lines: leave blank lines out"));
    }
    let unsure = readings.confidences.iter().filter(|&&confidence| confidence < 0.5).count();
    if empty < count && share(unsure, count) > MANY_UNSURE {
        doubts.push(format!(
            "the float model is unsure of {unsure} of {count} lines (confidence below 0.5): they may be unlike what it \
             was trained on"
        ));
    }
    let statistics: Vec<_> = lines.iter().map(|line| statistics(line.input.pixels())).collect();
    doubts.extend(contrast(&statistics, input));
    doubts.extend(widths(lines, input));
    doubts
}

/// A part of a whole, 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Mean, deviation and skewness of the values that are not padding.
struct Statistics {
    mean: f64,
    deviation: f64,
    skewness: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of pixels")]
fn statistics(pixels: &[f32]) -> Statistics {
    // Padding is exactly 0, which a pixel after normalization hardly ever is.
    let values: Vec<_> = pixels.iter().filter(|&&value| value != 0.0).map(|&value| f64::from(value)).collect();
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / count;
    let deviation = moment(2).sqrt();
    Statistics { mean, deviation, skewness: moment(3) / deviation.powi(3).max(f64::MIN_POSITIVE) }
}

fn contrast(lines: &[Statistics], input: &InputSpec) -> Vec<String> {
    let count = lines.len();
    let mut doubts = Vec::new();
    let flat = lines.iter().filter(|line| line.deviation < FLAT).count();
    if matches!(input.normalization, Normalization::Line { .. }) && share(flat, count) > MANY_FLAT {
        doubts.push(format!(
            "{flat} of {count} lines are of nearly one grey (deviation below {FLAT} where print has 1): leave them out"
        ));
    }
    let far = lines.iter().filter(|line| line.mean.abs() > 3.0 || line.deviation > 3.0).count();
    if share(far, count) > MANY_FLAT {
        doubts.push(format!(
            "{far} of {count} lines have a normalized mean or deviation beyond 3: is the normalization the model's?"
        ));
    }
    // Paper is most of a line: dark print on light leaves the few values far below the mean, light on dark far above.
    let dark = lines.iter().filter(|line| line.deviation >= FLAT && line.skewness < 0.0).count();
    let light = lines.iter().filter(|line| line.deviation >= FLAT && line.skewness > 0.0).count();
    let print = dark + light;
    if print >= FEW && share(dark.min(light), print) < ONE_SIDED {
        let (few, name) = if dark < light { (dark, "dark on light") } else { (light, "light on dark") };
        doubts
            .push(format!("{few} of {count} lines are {name}: a model that reads both needs both to be calibrated on"));
    }
    doubts
}

fn widths(lines: &[Line], input: &InputSpec) -> Option<String> {
    let widest = lines.iter().map(|line| line.input.width()).max()?;
    let long = LONG * input.height;
    (widest < long.min(input.max_width)).then(|| {
        format!(
            "the widest line has {widest} columns and the model reads up to {}: take lines of {long} columns and more too",
            input.max_width
        )
    })
}

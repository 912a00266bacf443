//! How a quantized model reads beside the float one.

use anyhow::{Context, Result};
use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};
use labelcam::parallel;
use labelcam::recognizer::Recognizer;
use prost::Message;
use serde::Serialize;

use crate::lines::Line;
use crate::model::FloatModel;
use crate::plan::Plan;
use crate::quantize::{carried_out, decibels};

/// Log-probabilities that are kept to be compared: 256 MB of them. Lines beyond are compared by their texts alone.
const VALUES_MAX: usize = 64 << 20;

/// What a model made of lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// The texts.
    pub texts: Vec<String>,
    /// The probability of each text.
    pub confidences: Vec<f32>,
    /// The log-probabilities of the first lines, `[T, C]` each.
    values: Vec<Vec<f32>>,
}

/// How one model's readings compare with the float model's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// Lines.
    pub lines: usize,
    /// Lines with labels.
    pub labelled: usize,
    /// Of the lines with labels those read exactly, by the float model; 0 without labels.
    pub float_exact: usize,
    /// The same, by the quantized model.
    pub exact: usize,
    /// Lines of which both read the same text.
    pub same: usize,
    /// Signal to noise of the probabilities, in decibels.
    pub snr_db: f64,
}

impl Measured {
    /// The share of lines with labels that are no longer read exactly, in points of a hundred; negative where there are
    /// more of them. 0 without labels.
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    pub fn drop(&self) -> f64 {
        100.0 * (self.float_exact as f64 - self.exact as f64) / self.labelled.max(1) as f64
    }

    /// The share of lines read alike, in percent.
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    pub fn agreement(&self) -> f64 {
        100.0 * self.same as f64 / self.lines.max(1) as f64
    }
}

/// Reads lines.
///
/// # Errors
/// When the network fails on a line.
pub fn read(recognizer: &Recognizer, lines: &[Line]) -> Result<Readings> {
    let line = |line: &Line| -> Result<(String, f32, Vec<f32>)> {
        let output = recognizer.run(&line.input).with_context(|| format!("cannot read {}", line.path.display()))?;
        let scores = Scores::new(&output.values, output.steps, output.classes)?;
        let decoded = ctc::greedy(scores, &AllowList::all())?;
        let text = decoded.text(&recognizer.spec().alphabet).as_str().to_owned();
        Ok((text, decoded.confidence, output.values))
    };
    let mut readings = Readings { texts: vec![], confidences: vec![], values: vec![] };
    let mut kept = 0;
    // Part by part, so that no more log-probabilities than a part's are held beside those that are kept.
    for part in lines.chunks(64) {
        for read in parallel::map(part, parallel::available(), line) {
            let (text, confidence, values) = read?;
            readings.texts.push(text);
            readings.confidences.push(confidence);
            kept += values.len();
            if kept <= VALUES_MAX {
                readings.values.push(values);
            }
        }
    }
    Ok(readings)
}

/// Compares a model's readings of lines with the float model's.
pub fn compare(lines: &[Line], float: &Readings, other: &Readings) -> Measured {
    let right = |readings: &Readings| {
        lines.iter().zip(&readings.texts).filter(|(line, text)| line.text.as_ref() == Some(text)).count()
    };
    let (mut signal, mut error) = (0.0, 0.0);
    for (&float, &other) in float.values.iter().flatten().zip(other.values.iter().flatten()) {
        let (float, other) = (f64::from(float).exp(), f64::from(other).exp());
        signal += float * float;
        error += (float - other) * (float - other);
    }
    Measured {
        lines: lines.len(),
        labelled: lines.iter().filter(|line| line.text.is_some()).count(),
        float_exact: right(float),
        exact: right(other),
        same: float.texts.iter().zip(&other.texts).filter(|(float, other)| float == other).count(),
        snr_db: decibels(signal, error),
    }
}

/// Compares what a plan makes of the model with the float model.
///
/// # Errors
/// When the quantized model cannot be used, or the network fails on a line.
pub fn of_plan(model: &FloatModel, plan: &Plan, lines: &[Line], float: &Readings) -> Result<Measured> {
    let bytes = carried_out(model, plan).encode_to_vec();
    let recognizer = Recognizer::from_foreign(&bytes, model.spec.clone()).context("the int8 model cannot be used")?;
    Ok(compare(lines, float, &read(&recognizer, lines)?))
}

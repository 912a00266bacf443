//! What was done and what it cost, for people and for programs.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::equalize::Equalized;
use crate::measure::Measured;
use crate::model::FloatModel;
use crate::output;
use crate::quantize::{Quantized, Rounded};
use crate::ranges::Range;
use crate::sensitivity::{Kept, Sensitivity};

/// The largest share of the float file that an int8 file should have.
const SHARE_MAX: f64 = 0.28;

/// Bytes of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Size {
    /// The float file.
    pub float: u64,
    /// The int8 file.
    pub int8: u64,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// SHA-256 of the float file.
    pub float_sha256: String,
    /// Values whose channels could be equalized.
    pub equalized: Vec<Equalized>,
    /// Quantizers of values.
    pub ranges: Vec<Range>,
    /// Weights.
    pub weights: Vec<Rounded>,
    /// Layers alone, where asked for.
    pub sensitivity: Vec<Sensitivity>,
    /// Layers left in float, where a limit was set.
    pub kept: Option<Kept>,
    /// The model as it is written, beside the float model.
    pub whole: Option<Measured>,
    /// The files.
    pub size: Size,
}

impl Report {
    /// A report of what was decided; measurements and sizes follow.
    pub fn new(model: &FloatModel, quantized: &Quantized, equalized: Vec<Equalized>) -> Self {
        Self {
            float_sha256: model.digest.clone(),
            equalized,
            ranges: quantized.ranges.clone(),
            weights: quantized.weights.clone(),
            sensitivity: Vec::new(),
            kept: None,
            whole: None,
            size: Size::default(),
        }
    }

    /// How many values each method serves.
    pub fn methods(&self) -> BTreeMap<String, u32> {
        let mut methods = BTreeMap::new();
        for range in &self.ranges {
            *methods.entry(range.method.to_string()).or_default() += 1;
        }
        methods
    }

    /// The values that were equalized.
    pub fn equalized(&self) -> Vec<String> {
        self.equalized.iter().filter(|value| value.share.is_some()).map(|value| value.value.clone()).collect()
    }

    /// Prints it.
    ///
    /// # Errors
    /// When nobody reads standard output any more.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            return output::line(&serde_json::to_string(self)?);
        }
        self.rows().iter().try_for_each(|row| output::line(row))
    }

    fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        rows.extend(self.value_rows());
        rows.extend(self.weight_rows());
        rows.extend(self.layer_rows());
        if let Some(whole) = &self.whole {
            rows.push(String::new());
            rows.extend(whole_rows(whole));
        }
        rows.push(self.size_row());
        rows
    }

    fn value_rows(&self) -> Vec<String> {
        let mut rows = vec![format!(
            "{:24} {:18} {:>10} {:>10} {:>10} {:>5} {:>10} {:>18}",
            "value", "method", "least", "largest", "step", "zero", "error", "equalized, dB"
        )];
        for Range { value, method, affine, seen, error } in &self.ranges {
            let equalized = self.equalized.iter().find(|equalized| equalized.value == *value);
            let equalized = equalized.map_or(String::from("-"), |equalized| match equalized.share {
                Some(share) => format!("{share}: {:.1} -> {:.1}", equalized.before_db, equalized.after_db),
                None => "no gain".to_owned(),
            });
            rows.push(format!(
                "{value:24} {:18} {:10.4} {:10.4} {:10.6} {:5} {:10.2e} {equalized:>18}",
                method.to_string(),
                seen.0,
                seen.1,
                affine.scale,
                affine.zero_point,
                error
            ));
        }
        rows
    }

    fn weight_rows(&self) -> Vec<String> {
        let head = format!("{:24} {:>11} {:>11} {:>12}", "weights", "nearest, dB", "rounded, dB", "bias, std");
        let mut rows = vec![String::new(), head];
        for Rounded { tensor, nearest_db, db, bias, .. } in &self.weights {
            rows.push(format!("{tensor:24} {nearest_db:11.1} {db:11.1} {bias:12.5}"));
        }
        rows
    }

    fn layer_rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        if !self.sensitivity.is_empty() {
            let head = format!("{:24} {:>8} {:>10} {:>10}", "alone in int8", "SNR, dB", "drop", "same text");
            rows.extend([String::new(), head]);
        }
        for Sensitivity { layer, measured } in &self.sensitivity {
            let (snr, drop, same) = (measured.snr_db, measured.drop(), measured.agreement());
            rows.push(format!("{layer:24} {snr:8.1} {drop:10.2} {same:9.2}%"));
        }
        if let Some(Kept { max_drop, layers, whole, measured }) = &self.kept {
            let names = if layers.is_empty() { "none".to_owned() } else { layers.join(", ") };
            rows.push(String::new());
            rows.push(format!("left in float for a drop of {max_drop} at most: {names}"));
            rows.push(format!("drop with all in int8 {:.2}, as written {:.2}", whole.drop(), measured.drop()));
        }
        rows
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes of files")]
    fn size_row(&self) -> String {
        let Size { float, int8 } = self.size;
        let share = int8 as f64 / float.max(1) as f64;
        let verdict = if share <= SHARE_MAX { "" } else { ", more than the 28 % of a model with all layers in int8" };
        format!("size: {int8} bytes of {float}, {:.1} %{verdict}", 100.0 * share)
    }
}

fn whole_rows(whole: &Measured) -> Vec<String> {
    let Measured { lines, labelled, float_exact, exact, same, snr_db } = whole;
    let mut rows =
        vec![format!("same text as float: {same} of {lines} lines, {:.2} %; SNR {snr_db:.1} dB", whole.agreement())];
    if *labelled > 0 {
        let drop = whole.drop();
        rows.push(format!(
            "read exactly: float {float_exact}, int8 {exact} of {labelled} lines; drop {drop:.2} points"
        ));
    }
    rows
}

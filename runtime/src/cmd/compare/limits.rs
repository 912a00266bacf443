//! The limits, and which of them hold.

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::report::{Report, SetReport};

/// What must hold.
#[derive(Debug, clap::Args)]
pub(super) struct LimitArgs {
    /// Percentage points of exact accuracy that may be lost, 0 to 100.
    #[arg(long, value_name = "POINTS", allow_negative_numbers = true)]
    max_drop: Option<f64>,
    /// Per cent of lines that must have the same text, 0 to 100.
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    min_agreement: Option<f64>,
    /// Per cent of the lines that the other model was sure of which must have the same text, 0 to 100.
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    min_sure_agreement: Option<f64>,
    /// Hold each set to the limits, not only all together.
    #[arg(long)]
    every_set: bool,
}

/// A limit held against what was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Check {
    /// `accuracy-drop` in points, `agreement` and `sure-agreement` in per cent, or `reference-lines`, lines missing on
    /// either side.
    #[serde(rename = "check")]
    pub(super) name: &'static str,
    /// The set, or `total`.
    pub(super) set: String,
    /// What was found.
    pub(super) value: f64,
    /// What is asked for.
    pub(super) limit: f64,
    /// Whether it holds.
    pub(super) passed: bool,
}

/// Sums of fractions differ from the figure that a person would write down by this at most.
const ROUNDING: f64 = 1e-9;

impl LimitArgs {
    /// Refuses limits out of range.
    pub(super) fn check(&self) -> Result<()> {
        for (option, unit, value) in [
            ("--max-drop", "points", self.max_drop),
            ("--min-agreement", "per cent", self.min_agreement),
            ("--min-sure-agreement", "per cent", self.min_sure_agreement),
        ] {
            let value = value.unwrap_or_default();
            ensure!((0.0..=100.0).contains(&value), "{option} is {value}, must be from 0 to 100 {unit}");
        }
        Ok(())
    }

    /// Holds a report against the limits.
    pub(super) fn checks(&self, report: &Report) -> Result<Vec<Check>> {
        if [self.max_drop, self.min_agreement, self.min_sure_agreement].iter().all(Option::is_none) {
            return Ok(Vec::new());
        }
        ensure!(
            self.max_drop.is_none() || report.total.judged().is_none_or(|pair| pair.drop_points.is_some()),
            "--max-drop cannot be judged, since no line has a label: name a folder with a labels.tsv, or take \
             --min-agreement alone"
        );
        let total = report.total.judged().context("the models have no line in common")?;
        ensure!(
            self.min_sure_agreement.is_none() || total.sure.lines > 0,
            "--min-sure-agreement cannot be judged, since no line was read with a confidence of {} or more: lower \
             --sure, or name sets that the model can read",
            total.sure.confidence
        );
        let sets = if self.every_set { report.sets.as_slice() } else { &[] };
        let mut checks: Vec<Check> = sets.iter().chain([&report.total]).flat_map(|set| self.of_set(set)).collect();
        if let Some(reference) = &report.reference {
            checks.push(Check::new("reference-lines", "total", [count(reference.missing()), 0.0], |value, _| {
                value == 0.0
            }));
        }
        Ok(checks)
    }

    fn of_set(&self, set: &SetReport) -> Vec<Check> {
        let Some(pair) = set.judged() else { return Vec::new() };
        let drop = self.max_drop.zip(pair.drop_points).map(|(limit, drop)| {
            Check::new("accuracy-drop", &set.set, [drop, limit], |drop, limit| drop <= limit + ROUNDING)
        });
        let least = |name, (limit, found): (f64, f64)| {
            Check::new(name, &set.set, [100.0 * found, limit], |found, limit| found >= limit - ROUNDING)
        };
        let agreement = self.min_agreement.map(|limit| least("agreement", (limit, pair.agreement)));
        // A set without a line that one could act upon has nothing to hold to this limit.
        let sure = self.min_sure_agreement.zip(pair.sure.agreement).map(|limit| least("sure-agreement", limit));
        drop.into_iter().chain(agreement).chain(sure).collect()
    }
}

impl Check {
    fn new(name: &'static str, set: &str, [value, limit]: [f64; 2], holds: fn(f64, f64) -> bool) -> Self {
        Self { name, set: set.to_owned(), value, limit, passed: holds(value, limit) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn count(lines: usize) -> f64 {
    lines as f64
}

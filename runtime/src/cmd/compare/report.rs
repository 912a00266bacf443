//! All that a comparison found, as its JSON has it; the other outputs are made of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::ReadSet;
use super::limits::{Check, LimitArgs};
use super::line::{Line, Side};
use super::models::Opened;
use super::pair::Pair;
use super::reference::Joined;
use super::timing::Time;
use crate::evaluate::{Accuracy, Score};

/// A comparison.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Version of this form.
    format: u32,
    /// The model files.
    pub(super) models: BTreeMap<Side, Model>,
    /// Size of the int8 file / size of the float file.
    pub(super) size_ratio: Option<f64>,
    /// Time a line.
    pub(super) time: Option<Time>,
    /// The reference, and how far it fits.
    pub(super) reference: Option<Joined>,
    /// By set, in the order in which they were named.
    pub(super) sets: Vec<SetReport>,
    /// All lines as one set.
    pub(super) total: SetReport,
    /// The limits.
    pub(super) checks: Vec<Check>,
    /// Whether all limits hold.
    pub(super) passed: bool,
    /// Readings by the models that failed, and count as wrong.
    pub(super) failed_readings: usize,
}

/// A model file.
#[derive(Debug, Serialize)]
pub(super) struct Model {
    /// Where it is.
    pub(super) file: PathBuf,
    /// SHA-256 of the file, in hexadecimal.
    pub(super) sha256: String,
    /// Its size.
    pub(super) bytes: usize,
}

/// What was found on a set.
#[derive(Debug, Serialize)]
pub(super) struct SetReport {
    /// Its name.
    pub(super) set: String,
    /// Its lines.
    pub(super) lines: usize,
    /// By the labels; empty without any.
    pub(super) accuracy: BTreeMap<Side, Accuracy>,
    /// One side held against another; the first is what the limits are for.
    pub(super) pairs: Vec<Pair>,
}

impl Report {
    /// The comparison of `sides` on sets that were read; nothing is judged yet. A side is sure of a line from the
    /// confidence `sure` on.
    pub(super) fn new(sides: &[Side], sure: f32, sets: &[ReadSet], models: &[Opened]) -> Self {
        let reports = sets.iter().map(|set| SetReport::new(&set.name, (sides, sure), &set.lines.iter())).collect();
        let mut total = SetReport::new("total", (sides, sure), &sets.iter().flat_map(|set| &set.lines));
        // The sets have them.
        total.pairs.iter_mut().for_each(|pair| pair.changed.clear());
        let model = |model: &Opened| {
            let (file, sha256) = (model.path.clone(), model.identity.onnx_sha256.clone());
            (model.side, Model { file, sha256, bytes: model.bytes })
        };
        let models: BTreeMap<Side, Model> = models.iter().map(model).collect();
        let size_ratio = ratio(&models);
        Self {
            format: 1,
            models,
            size_ratio,
            time: None,
            reference: None,
            sets: reports,
            total,
            checks: Vec::new(),
            passed: true,
            failed_readings: sides.iter().map(|&side| failed(side, sets)).sum(),
        }
    }

    /// Holds the report against the limits.
    pub(super) fn judge(&mut self, limits: &LimitArgs) -> Result<()> {
        self.checks = limits.checks(self)?;
        self.passed = self.checks.iter().all(|check| check.passed);
        Ok(())
    }

    /// The check of this name on a set, if it was asked for.
    pub(super) fn check(&self, check: &str, set: &str) -> Option<&Check> {
        self.checks.iter().find(|found| found.name == check && found.set == set)
    }
}

fn failed(side: Side, sets: &[ReadSet]) -> usize {
    sets.iter().flat_map(|set| &set.lines).filter_map(|line| line.of(side)).filter(|text| text.failed).count()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn ratio(models: &BTreeMap<Side, Model>) -> Option<f64> {
    Some(models.get(&Side::Int8)?.bytes as f64 / models.get(&Side::Float)?.bytes as f64)
}

impl SetReport {
    fn new<'a>(set: &str, (sides, sure): (&[Side], f32), lines: &(impl Iterator<Item = &'a Line> + Clone)) -> Self {
        let accuracy = |&side: &Side| {
            let mut score = Score::default();
            lines.clone().for_each(|line| line.count(side, &mut score));
            Some((side, score.accuracy()?))
        };
        Self {
            set: set.to_owned(),
            lines: lines.clone().count(),
            accuracy: sides.iter().filter_map(accuracy).collect(),
            pairs: pairs(sides).into_iter().filter_map(|pair| Pair::new(pair, sure, lines.clone())).collect(),
        }
    }

    /// What the limits are for; none where the two have no line in common.
    pub(super) fn judged(&self) -> Option<&Pair> {
        self.pairs.first()
    }
}

/// Who is compared with whom: int8 with float, and each with the reference.
fn pairs(sides: &[Side]) -> Vec<[Side; 2]> {
    let pairs = [[Side::Int8, Side::Float], [Side::Int8, Side::Reference], [Side::Float, Side::Reference]];
    pairs.into_iter().filter(|pair| pair.iter().all(|side| sides.contains(side))).collect()
}

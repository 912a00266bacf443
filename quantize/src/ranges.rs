//! The range of each value: several methods are tried, and the one is taken that leaves the least error.

use anyhow::Result;
use serde::Serialize;

use crate::affine::{Affine, Target};
use crate::branch::Branches;
use crate::histogram::Histogram;
use crate::layers::Point;
use crate::lines::Line;
use crate::model::FloatModel;
use crate::observe::{self, Observed};
use crate::range::{Method, mean_square};
use crate::run::{Probe, View};

/// Which methods are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// All.
    #[default]
    Auto,
    /// All values of the calibration lines.
    MinMax,
    /// Shares of the most extreme values cut off.
    Percentile,
    /// The least divergence.
    Entropy,
    /// The least mean square error.
    MeanSquare,
}

impl Choice {
    fn methods(self) -> Vec<Method> {
        let wanted = |method: &Method| match self {
            Self::Auto => true,
            Self::MinMax => *method == Method::MinMax,
            Self::Percentile => matches!(method, Method::Percentile(_)),
            Self::Entropy => *method == Method::Entropy,
            Self::MeanSquare => *method == Method::MeanSquare,
        };
        Method::all().into_iter().filter(wanted).collect()
    }
}

/// The range chosen for a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Range {
    /// The value.
    pub value: String,
    /// The method that gave it.
    pub method: Method,
    /// The quantizer.
    pub affine: Affine,
    /// The least and largest value that were seen.
    pub seen: (f32, f32),
    /// Mean square of the error, in the value's own unit squared.
    pub error: f64,
}

/// Lines that errors at the outputs are measured on.
const MEASURED: usize = 64;

/// Chooses a quantizer for every value of the model.
///
/// # Errors
/// When the network fails on a line.
pub fn choose(model: &FloatModel, lines: &[Line], (choice, target): (Choice, Target)) -> Result<Vec<Range>> {
    let Observed { histograms } = observe::observe(model, lines)?;
    let candidates = |point: &Point| {
        let values = histograms.get(&point.value).cloned().unwrap_or_default();
        Candidates { value: point.value.clone(), tried: distinct(choice, &values, target), values }
    };
    let candidates: Vec<_> = model.layers.points.iter().map(candidates).collect();
    let costs = output_errors(model, &evenly(lines, MEASURED), &candidates)?;
    let range = |(candidates, costs): (&Candidates, Vec<f64>)| {
        let Candidates { value, values, tried } = candidates;
        let least = (0..tried.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b]))?;
        let (method, affine) = tried[least];
        let seen = values.extremes().unwrap_or((0.0, 0.0));
        Some(Range { value: value.clone(), method, affine, seen, error: mean_square(values, affine) })
    };
    Ok(candidates.iter().zip(costs).filter_map(range).collect())
}

/// A value with the quantizers that are tried on it.
struct Candidates {
    value: String,
    values: Histogram,
    tried: Vec<(Method, Affine)>,
}

/// The quantizers of the methods, each once.
fn distinct(choice: Choice, values: &Histogram, target: Target) -> Vec<(Method, Affine)> {
    let mut found: Vec<(Method, Affine)> = Vec::new();
    for method in choice.methods() {
        let affine = method.quantizer(values, target);
        if found.iter().all(|(_, other)| *other != affine) {
            found.push((method, affine));
        }
    }
    found
}

/// Some of the lines, evenly chosen.
pub fn evenly(lines: &[Line], most: usize) -> Vec<Line> {
    let taken = most.min(lines.len());
    (0..taken).map(|at| lines[at * lines.len() / taken].clone()).collect()
}

/// For each value and each of its quantizers the error at the outputs of the layers that take the value, all else in
/// float: squared errors over squared outputs, summed over layers.
fn output_errors(model: &FloatModel, lines: &[Line], candidates: &[Candidates]) -> Result<Vec<Vec<f64>>> {
    let mut branches = Branches::new(model.graph());
    // The value and the quantizer of each branch.
    let mut compared = Vec::new();
    let mut outputs: Vec<String> = Vec::new();
    for (at, Candidates { value, tried, .. }) in candidates.iter().enumerate().filter(|(_, of)| of.tried.len() > 1) {
        for (number, (_, affine)) in tried.iter().enumerate() {
            let tag = format!("{number}");
            let input = branches.round_trip(value, *affine, &tag);
            for layer in model.layers.fed_by(value) {
                compared.push((at, number));
                outputs.extend([layer.output.clone(), branches.layer(layer, &input, &tag, &[])]);
            }
        }
    }
    let mut costs: Vec<_> = candidates.iter().map(|of| vec![0.0; of.tried.len()]).collect();
    let names: Vec<_> = outputs.iter().map(String::as_str).collect();
    for (&(at, number), ratio) in compared.iter().zip(ratios(model, branches, &names, lines)?) {
        costs[at][number] += ratio;
    }
    Ok(costs)
}

/// Of pairs of outputs, the float one first: the sum of squared differences over the sum of squares.
///
/// # Errors
/// When the network fails on a line.
pub fn ratios(model: &FloatModel, branches: Branches<'_>, pairs: &[&str], lines: &[Line]) -> Result<Vec<f64>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    // A value is given out once, however many pairs it is in.
    let mut names: Vec<_> = pairs.to_vec();
    names.sort_unstable();
    names.dedup();
    let places: Vec<_> = pairs.iter().filter_map(|name| names.binary_search(name).ok()).collect();
    let probe = Probe::new(&branches.model(&model.proto), &names, &model.spec.input)?;
    let account = || vec![(0.0, 0.0); pairs.len() / 2];
    let take = |account: &mut Vec<(f64, f64)>, _, views: &[View<'_>]| {
        for ((error, square), pair) in account.iter_mut().zip(places.chunks_exact(2)) {
            for (&float, &other) in views[pair[0]].values.iter().zip(views[pair[1]].values) {
                *error += f64::from(other - float).powi(2);
                *square += f64::from(float).powi(2);
            }
        }
    };
    let mut total = account();
    for account in probe.gather(lines, account, take)? {
        for (total, part) in total.iter_mut().zip(account) {
            *total = (total.0 + part.0, total.1 + part.1);
        }
    }
    Ok(total.into_iter().map(|(error, square): (f64, f64)| error / square.max(f64::MIN_POSITIVE)).collect())
}

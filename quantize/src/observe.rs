//! What the values of the float model are on the calibration lines.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::histogram::Histogram;
use crate::lines::Line;
use crate::model::FloatModel;
use crate::run::{Probe, View};

/// Observations of the float model.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The distribution of each point's values.
    pub histograms: BTreeMap<String, Histogram>,
}

/// Runs the lines through the float model.
///
/// # Errors
/// When the network fails, or makes values that are not finite.
pub fn observe(model: &FloatModel, lines: &[Line]) -> Result<Observed> {
    let points: Vec<_> = model.layers.points.iter().map(|point| point.value.as_str()).collect();
    let probe = Probe::new(&model.proto, &points, &model.spec.input)?;
    let account = || vec![Histogram::default(); points.len()];
    let take = |account: &mut Vec<Histogram>, _, views: &[View<'_>]| {
        account.iter_mut().zip(views).for_each(|(histogram, view)| histogram.add(view.values));
    };
    let mut histograms: BTreeMap<String, Histogram> = BTreeMap::new();
    for account in probe.gather(lines, account, take)? {
        for (point, histogram) in points.iter().zip(&account) {
            histograms.entry((*point).to_owned()).or_default().merge(histogram);
        }
    }
    Ok(Observed { histograms })
}

//! Which layers bear quantizing, and which must stay in float to keep the accuracy.

#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::Serialize;

use crate::layers::Layers;
use crate::measure::Measured;
use crate::plan::Plan;

/// What quantizing one layer alone does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// The layer.
    pub layer: String,
    /// The model with only this layer quantized, beside the float model.
    #[serde(flatten)]
    pub measured: Measured,
}

/// What was left in float to stay within a drop of accuracy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// The most that may be lost, in points of a hundred.
    pub max_drop: f64,
    /// The layers left in float, the most harmful first.
    pub layers: Vec<String>,
    /// The model with all layers quantized.
    pub whole: Measured,
    /// The model with these layers in float.
    pub measured: Measured,
}

/// Measures each quantized layer alone, in the order of execution; `measure` compares a plan with the float model.
///
/// # Errors
/// Those of `measure`.
pub fn each(layers: &Layers, plan: &Plan, measure: impl Fn(&Plan) -> Result<Measured>) -> Result<Vec<Sensitivity>> {
    let quantized = layers.layers.iter().filter(|layer| plan.quantizes(layer));
    quantized
        .map(|layer| Ok(Sensitivity { layer: layer.name.clone(), measured: measure(&plan.only(layer))? }))
        .collect()
}

/// Leaves the fewest layers in float that keep the drop of accuracy within `max_drop`.
///
/// The most harmful go first, by what each does alone: the probabilities' signal to noise, which tells layers apart
/// where a few lines more or less are chance. Then each is tried in int8 again, the least harmful first, and stays so
/// where the drop allows it. What is reported was measured with the very layers that are left.
///
/// # Errors
/// Those of `measure`.
pub fn keep(
    layers: &Layers,
    plan: &Plan,
    (alone, max_drop): (&[Sensitivity], f64),
    measure: impl Fn(&Plan) -> Result<Measured>,
) -> Result<(Plan, Kept)> {
    let mut harmful: Vec<_> = alone.iter().collect();
    harmful.sort_by(|a, b| a.measured.snr_db.total_cmp(&b.measured.snr_db));
    let names: Vec<_> = harmful.iter().map(|layer| layer.layer.clone()).collect();
    let whole = measure(plan)?;
    let mut measured = whole;
    let mut kept: Vec<String> = Vec::new();
    while measured.drop() > max_drop && kept.len() < names.len() {
        kept.push(names[kept.len()].clone());
        measured = measure(&plan.without(layers, &kept))?;
    }
    for name in kept.clone().iter().rev().skip(1) {
        let fewer: Vec<_> = kept.iter().filter(|other| *other != name).cloned().collect();
        let tried = measure(&plan.without(layers, &fewer))?;
        if tried.drop() <= max_drop {
            (kept, measured) = (fewer, tried);
        }
    }
    Ok((plan.without(layers, &kept), Kept { max_drop, layers: kept, whole, measured }))
}

//! What is decided about a model: the quantizer of each value and the integers of each weight.

use std::collections::BTreeMap;

use crate::affine::Affine;
use crate::layers::{Layer, Layers};

/// Integers for a matrix of weights, a step for each row: `w[r][k] ≈ values[r * columns + k] * scales[r]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Integers {
    /// `rows * columns` integers, row after row.
    pub values: Vec<i8>,
    /// The step of each row, positive.
    pub scales: Vec<f32>,
}

impl Integers {
    /// Some of the rows.
    #[must_use]
    pub fn part(&self, first: usize, count: usize) -> Self {
        let columns = self.values.len() / self.scales.len().max(1);
        let values = self.values[first * columns..][..count * columns].to_vec();
        Self { values, scales: self.scales[first..][..count].to_vec() }
    }

    /// Appends rows.
    pub fn extend(&mut self, rows: Self) {
        self.values.extend(rows.values);
        self.scales.extend(rows.scales);
    }

    /// The weights that the integers stand for.
    pub fn weights(&self) -> Vec<f32> {
        let columns = self.values.len() / self.scales.len().max(1);
        let of = |(at, &value): (usize, &i8)| f32::from(value) * self.scales[at / columns.max(1)];
        self.values.iter().enumerate().map(of).collect()
    }
}

/// The decisions so far. What is in none of the tables stays in float.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Quantizers, by the value of their [`crate::layers::Point`].
    pub values: BTreeMap<String, Affine>,
    /// Weights, by tensor.
    pub weights: BTreeMap<String, Integers>,
    /// Constants added to outputs that differ from the float model's, by tensor.
    pub biases: BTreeMap<String, Vec<f32>>,
}

impl Plan {
    /// Whether the weights of a layer and the values that enter it are quantized.
    pub fn quantizes(&self, layer: &Layer) -> bool {
        self.values.contains_key(&layer.point)
            && layer.operands.iter().all(|operand| self.weights.contains_key(&operand.tensor))
    }
}

impl Plan {
    /// The plan with one layer alone.
    #[must_use]
    pub fn only(&self, layer: &Layer) -> Self {
        let mut plan = self.clone();
        plan.weights.retain(|tensor, _| layer.operands.iter().any(|operand| operand.tensor == *tensor));
        plan
    }

    /// The plan without some layers, by name.
    #[must_use]
    pub fn without(&self, layers: &Layers, names: &[String]) -> Self {
        let mut plan = self.clone();
        let gone = layers.layers.iter().filter(|layer| names.contains(&layer.name));
        for operand in gone.flat_map(|layer| &layer.operands) {
            plan.weights.remove(&operand.tensor);
        }
        plan
    }
}

//! From a float model and lines to an int8 model.
//!
//! Ranges are chosen on the float model. Then the layers have their turn in the order of execution, each on what enters
//! it when all before it are quantized, so that it makes up for their errors too.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::ModelProto;
use serde::Serialize;

use crate::affine::Target;
use crate::gptq;
use crate::layers::{Kind, Layer, Operand};
use crate::lines::Line;
use crate::model::FloatModel;
use crate::moments::{self, Means, Moments, Side, sides};
use crate::neighbours::Neighbours;
use crate::plan::{Integers, Plan};
use crate::ranges::{self, Choice, Range};
use crate::weights;
use crate::write;

/// How weights become integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// With the errors made up for, see [`crate::gptq`].
    #[default]
    Gptq,
    /// Each to the nearest.
    Nearest,
}

/// What may be chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// How ranges are chosen.
    pub ranges: Choice,
    /// How weights are rounded.
    pub rounding: Rounding,
    /// Bits of a weight with its sign, 7 or 8.
    pub weight_bits: u32,
    /// The type of quantized values.
    pub target: Target,
    /// Layers that stay in float, by name.
    pub float_layers: BTreeSet<String>,
}

/// What quantizing an operand left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rounded {
    /// The layer.
    pub layer: String,
    /// The weights.
    pub tensor: String,
    /// Signal to noise of the outputs with weights rounded to the nearest, in decibels.
    pub nearest_db: f64,
    /// The same as they were rounded.
    pub db: f64,
    /// The largest mean error of an output that the bias took off, in deviations of the outputs.
    pub bias: f64,
}

/// A quantized model.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    /// What was decided.
    pub plan: Plan,
    /// The ranges, in the order of the values.
    pub ranges: Vec<Range>,
    /// The weights, in the order of the layers.
    pub weights: Vec<Rounded>,
}

/// Quantizes a model on lines.
///
/// # Errors
/// When the network fails on a line.
pub fn quantize(model: &FloatModel, lines: &[Line], options: &Options) -> Result<Quantized> {
    let ranges = ranges::choose(model, lines, (options.ranges, options.target))?;
    let means = moments::means(model, lines)?;
    let values = ranges.iter().map(|range| (range.value.clone(), range.affine)).collect();
    let mut work = Work { model, lines, options, plan: Plan { values, ..Plan::default() }, weights: Vec::new() };
    for (layer, means) in model.layers.layers.iter().zip(&means) {
        if !options.float_layers.contains(&layer.name) {
            work.layer(layer, means).with_context(|| format!("cannot quantize {}", layer.name))?;
        }
    }
    let Work { plan, weights, .. } = work;
    Ok(Quantized { plan, ranges, weights })
}

/// The model with a plan carried out.
pub fn carried_out(model: &FloatModel, plan: &Plan) -> ModelProto {
    let graph = write::quantized(model.graph(), &model.layers, plan);
    ModelProto { graph: Some(graph), ..model.proto.clone() }
}

/// Work under way.
struct Work<'a> {
    model: &'a FloatModel,
    lines: &'a [Line],
    options: &'a Options,
    plan: Plan,
    weights: Vec<Rounded>,
}

impl Work<'_> {
    fn layer(&mut self, layer: &Layer, means: &[Means]) -> Result<()> {
        // Until its turn comes, an operand is rounded to the nearest.
        for operand in &layer.operands {
            let integers = self.nearest(layer, operand);
            self.plan.weights.insert(operand.tensor.clone(), integers);
        }
        for (side, means) in sides(layer).zip(means) {
            let quantized = carried_out(self.model, &self.plan);
            let moments = moments::of_layer(&quantized, (layer, side), self.lines, &self.model.spec.input)?;
            self.operand(layer, side, means, &moments);
        }
        Ok(())
    }

    fn operand(&mut self, layer: &Layer, side: Side, means: &Means, moments: &[Moments]) {
        let operand = side.operand(layer);
        let (rows, least) = (self.rows(operand), self.least(layer, operand));
        let nearest = self.plan.weights[&operand.tensor].clone();
        let (count, columns) = (operand.rows / moments.len(), operand.columns);
        let neighbours = Neighbours::of(layer, operand);
        let mut integers = Integers::default();
        let mut shifts = Vec::with_capacity(operand.rows);
        let (mut signal, mut before, mut after) = (0.0, 0.0, 0.0);
        for (group, (moments, mean)) in moments.iter().zip(means).enumerate() {
            let rows = &rows[group * count * columns..][..count * columns];
            let plain = nearest.part(group * count, count);
            let chosen = match self.options.rounding {
                Rounding::Gptq => {
                    let least = &least[group * count..][..count];
                    gptq::rounded(rows, moments, least, (self.limit(), &neighbours))
                }
                Rounding::Nearest => plain.clone(),
            };
            signal += gptq::signal(rows, moments);
            before += gptq::error(rows, &plain, moments);
            after += gptq::error(rows, &chosen, moments);
            shifts.extend(mean_errors((rows, mean), (&chosen.weights(), &moments.mean)));
            integers.extend(chosen);
        }
        self.plan.weights.insert(operand.tensor.clone(), integers);
        let corrected = self.correct(layer, side, &shifts);
        let squares: f64 = shifts.iter().map(|shift| shift * shift).sum();
        self.weights.push(Rounded {
            layer: layer.name.clone(),
            tensor: operand.tensor.clone(),
            nearest_db: decibels(signal, before),
            db: decibels(signal, after),
            bias: if corrected { (squares / signal.max(f64::MIN_POSITIVE)).sqrt() } else { 0.0 },
        });
    }

    /// Takes the mean errors of a layer's outputs off by its bias; whether it has one.
    #[expect(clippy::cast_possible_truncation, reason = "biases are floats")]
    fn correct(&mut self, layer: &Layer, side: Side, shifts: &[f64]) -> bool {
        let Some(name) = &layer.bias else { return false };
        let mut bias = self.plan.biases.get(name).cloned().unwrap_or_else(|| constant(self.model, name));
        // An LSTM has a bias for the input and one for the state, of all gates, direction by direction.
        let place: Box<dyn Fn(usize) -> usize> = match layer.kind {
            Kind::Lstm { hidden, .. } => {
                let gates = 4 * hidden;
                let second = usize::from(side == Side::State);
                Box::new(move |row| (2 * (row / gates) + second) * gates + row % gates)
            }
            Kind::Conv(_) | Kind::Linear => Box::new(|row| row),
        };
        let expected = if matches!(layer.kind, Kind::Lstm { .. }) { 2 * shifts.len() } else { shifts.len() };
        if bias.len() != expected {
            return false;
        }
        for (row, shift) in shifts.iter().enumerate() {
            bias[place(row)] += *shift as f32;
        }
        self.plan.biases.insert(name.clone(), bias);
        true
    }

    /// The float weights of an operand, row after row.
    fn rows(&self, operand: &Operand) -> Vec<f32> {
        operand.rows(&constant(self.model, &operand.tensor))
    }

    fn nearest(&self, layer: &Layer, operand: &Operand) -> Integers {
        let (rows, least, limit) = (self.rows(operand), self.least(layer, operand), self.limit());
        let steps = rows.chunks(operand.columns).zip(least).map(|(row, least)| weights::step(row, limit, least));
        weights::rounded(&rows, steps.collect(), limit)
    }

    /// The least step of each row: a convolution's bias has the step of its weights times that of its input.
    fn least(&self, layer: &Layer, operand: &Operand) -> Vec<f32> {
        match (&layer.kind, &layer.bias, self.plan.values.get(&layer.point)) {
            (Kind::Conv(_), Some(bias), Some(input)) => weights::least_steps(&constant(self.model, bias), input.scale),
            _ => vec![0.0; operand.rows],
        }
    }

    fn limit(&self) -> i8 {
        weights::limit(self.options.weight_bits)
    }
}

/// What the mean of each output is too low by: `w · E[x] - q · E[x']`, with x and x' what enters the float layer and
/// the quantized one.
fn mean_errors(float: (&[f32], &Vec<f64>), quantized: (&[f32], &Vec<f64>)) -> Vec<f64> {
    let products = |(rows, mean): (&[f32], &Vec<f64>)| -> Vec<f64> {
        let product = |row: &[f32]| row.iter().zip(mean).map(|(&w, m)| f64::from(w) * m).sum();
        rows.chunks_exact(mean.len()).map(product).collect()
    };
    products(float).iter().zip(products(quantized)).map(|(float, quantized)| float - quantized).collect()
}

/// Ten times the decimal logarithm of a ratio of variances.
pub fn decibels(signal: f64, error: f64) -> f64 {
    10.0 * (signal / error.max(f64::MIN_POSITIVE)).max(f64::MIN_POSITIVE).log10()
}

/// The values of a float constant of the model; none where there is no such constant.
pub fn constant(model: &FloatModel, name: &str) -> Vec<f32> {
    Index::new(model.graph()).constant(name).and_then(graph::floats).unwrap_or_default()
}

//! Rounding that makes up for its own errors: GPTQ (Frantar et al. 2022, arXiv 2210.17323).
//!
//! The weights of one output are rounded one after the other, and each error is made up for by those that are still
//! free. With the second moments `H` of the inputs and its Cholesky factor `H = L Lᵀ`, the error of the output is
//! `|Lᵀ (w - q)|²`. Row i of `Lᵀ` has only the weights from i on, so that from the last to the first
//!
//! `q_i = round(w_i + sum over k > i of (L_ki / L_ii) (w_k - q_k))`
//!
//! is the best choice for row i, given those after it. That is GPTQ in reverse order, without its inverse (Chee et al.
//! 2023, arXiv 2307.13304, theorem 6; it is also Babai's nearest plane). Inputs with the largest moments come first, as
//! they have the most others left to make up for them. Then each weight is looked at again, with all others as they are,
//! until none changes (Behdin et al. 2023, arXiv 2309.01885); the error never grows.
//!
//! For each output several steps are tried, and the one that leaves the least error is taken.

use rayon::prelude::*;

use crate::cholesky;
use crate::moments::Moments;
use crate::neighbours::Neighbours;
use crate::plan::Integers;
use crate::weights::{self, nearest};

/// Added to the diagonal, as a part of its mean: directions in which the lines say nothing are held to the nearest.
const DAMPING: f64 = 0.01;

/// Parts of the step that holds the largest weight which are tried: a larger one leaves neighbours more room, a smaller
/// one is finer for all others.
const STEPS: [f32; 10] = [2.0, 1.6, 1.35, 1.15, 1.05, 0.97, 0.9, 0.83, 0.75, 0.65];

/// Rounds over all weights of an output after the first; most find nothing after two.
const ROUNDS: usize = 4;

/// Outputs rounded together, so that a row of the factor is read once for all.
const LANES: usize = 8;

/// A problem ready for rounding.
struct Problem {
    columns: usize,
    /// Place of each weight in the order of rounding, from the last.
    order: Vec<usize>,
    /// `Lᵀ` with rows divided by the diagonal.
    factor: Vec<f32>,
    /// The diagonal of `L`.
    diagonal: Vec<f64>,
    /// `H`, damped, in the same order.
    moments: Vec<f32>,
    limit: i8,
    /// What limits each weight besides, in the same order.
    neighbours: Neighbours,
}

/// Rounds the rows of a matrix, each row's step no less than the one in `least`.
///
/// With moments that are all zero it is rounding to the nearest.
pub fn rounded(rows: &[f32], moments: &Moments, least: &[f32], (limit, neighbours): (i8, &Neighbours)) -> Integers {
    let problem = Problem::new(moments, limit, neighbours);
    let columns = moments.columns;
    let lanes: Vec<_> = rows
        .par_chunks(columns * LANES)
        .zip(least.par_chunks(LANES))
        .map(|(rows, least)| problem.best(rows, least))
        .collect();
    let (mut values, mut scales) = (Vec::with_capacity(rows.len()), Vec::with_capacity(least.len()));
    for integers in lanes {
        values.extend(integers.values);
        scales.extend(integers.scales);
    }
    Integers { values, scales }
}

/// `(w - q)ᵀ H (w - q)`, summed over rows: the variance of the outputs' error.
pub fn error(rows: &[f32], integers: &Integers, moments: &Moments) -> f64 {
    let difference: Vec<_> = rows.iter().zip(integers.weights()).map(|(w, q)| f64::from(*w) - f64::from(q)).collect();
    quadratic(&difference, moments)
}

/// `wᵀ H w`, summed over rows: the variance of the outputs.
pub fn signal(rows: &[f32], moments: &Moments) -> f64 {
    quadratic(&rows.iter().map(|&w| f64::from(w)).collect::<Vec<_>>(), moments)
}

fn quadratic(rows: &[f64], moments: &Moments) -> f64 {
    let row = |row: &[f64]| {
        let product = |(h, w): (&[f64], &f64)| w * h.iter().zip(row).map(|(h, w)| h * w).sum::<f64>();
        moments.covariance.chunks_exact(moments.columns).zip(row).map(product).sum::<f64>()
    };
    rows.par_chunks(moments.columns).map(row).collect::<Vec<_>>().iter().sum()
}

impl Problem {
    fn new(moments: &Moments, limit: i8, neighbours: &Neighbours) -> Self {
        let columns = moments.columns;
        let diagonal = |at: usize| moments.covariance[at * columns + at];
        let mut order: Vec<_> = (0..columns).collect();
        order.sort_by(|&a, &b| diagonal(a).total_cmp(&diagonal(b)));
        #[expect(clippy::cast_precision_loss, reason = "a count of weights")]
        let mean = (0..columns).map(diagonal).sum::<f64>() / columns as f64;
        let damping = if mean > 0.0 { DAMPING * mean } else { 1.0 };
        let mut damped = Vec::with_capacity(columns * columns);
        for (at, &i) in order.iter().enumerate() {
            damped.extend(order.iter().map(|&j| moments.covariance[i * columns + j]));
            damped[at * columns + at] += damping;
        }
        let factor = cholesky::factor(damped.clone(), columns);
        let diagonal = (0..columns).map(|at| factor[at * (columns + 1)]).collect();
        let moments = damped.iter().map(|&value| single(value)).collect();
        let neighbours = neighbours.reordered(&order);
        Self { columns, order, factor: unit_rows(&factor, columns), diagonal, moments, limit, neighbours }
    }

    /// The rows rounded with the best of [`STEPS`] each.
    fn best(&self, rows: &[f32], least: &[f32]) -> Integers {
        let mut best = vec![(f64::INFINITY, 1f32); least.len()];
        for part in STEPS {
            let of_row = |(row, &least): (&[f32], &f32)| (weights::step(row, self.limit, least) * part).max(least);
            let steps: Vec<_> = rows.chunks_exact(self.columns).zip(least).map(of_row).collect();
            let costs = self.round(rows, &steps).cost;
            for (best, (&cost, &step)) in best.iter_mut().zip(costs.iter().zip(&steps)) {
                if cost < best.0 {
                    *best = (cost, step);
                }
            }
        }
        let steps: Vec<_> = best.iter().map(|&(_, step)| step).collect();
        let mut lanes = self.round(rows, &steps);
        self.improve(&mut lanes);
        Integers { values: (0..steps.len()).flat_map(|lane| lanes.row(lane, &self.order)).collect(), scales: steps }
    }

    /// Up to [`LANES`] rows rounded with a step each, from the last weight to the first.
    fn round(&self, rows: &[f32], steps: &[f32]) -> Lanes {
        let columns = self.columns;
        let mut lanes = Lanes::new(rows, steps, self);
        for i in (0..columns).rev() {
            let pull = lanes.weighted(&self.factor[i * columns..][..columns], i + 1);
            lanes.set(i, pull, self);
            for ((cost, error), pull) in lanes.cost.iter_mut().zip(&lanes.errors[i]).zip(pull) {
                // What is left of row i of Lᵀ (w - q).
                let rest = f64::from(error + pull) * self.diagonal[i];
                *cost += rest * rest;
            }
        }
        lanes
    }

    /// Looks at each weight again until none changes.
    fn improve(&self, lanes: &mut Lanes) {
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (i, row) in self.moments.chunks_exact(self.columns).enumerate().rev() {
                let mut pull = lanes.weighted(row, 0);
                for (pull, error) in pull.iter_mut().zip(&lanes.errors[i]) {
                    *pull = *pull / row[i] - error;
                }
                changed |= lanes.set(i, pull, self);
            }
            if !changed {
                break;
            }
        }
    }
}

/// Rows under way, the same weight of all of them side by side.
struct Lanes {
    weights: Vec<[f32; LANES]>,
    values: Vec<[i8; LANES]>,
    /// `w - q * step`; 0 until a weight is rounded.
    errors: Vec<[f32; LANES]>,
    steps: [f32; LANES],
    /// `|Lᵀ (w - q)|²` once all are rounded from the last to the first.
    cost: [f64; LANES],
}

impl Lanes {
    fn new(rows: &[f32], steps: &[f32], problem: &Problem) -> Self {
        let columns = problem.columns;
        let mut weights = vec![[0.0; LANES]; columns];
        for (lane, row) in rows.chunks_exact(columns).enumerate() {
            problem.order.iter().zip(&mut weights).for_each(|(&from, weights)| weights[lane] = row[from]);
        }
        let mut all = [1.0; LANES];
        all[..steps.len()].copy_from_slice(steps);
        Self {
            weights,
            values: vec![[0; LANES]; columns],
            errors: vec![[0.0; LANES]; columns],
            steps: all,
            cost: [0.0; LANES],
        }
    }

    /// The errors from `first` on, weighted by a row.
    fn weighted(&self, row: &[f32], first: usize) -> [f32; LANES] {
        let mut sum = [0.0; LANES];
        for (errors, factor) in self.errors[first..].iter().zip(&row[first..]) {
            for (sum, error) in sum.iter_mut().zip(errors) {
                *sum += factor * error;
            }
        }
        sum
    }

    /// Rounds weight `i` of each row, moved by `pull`; whether an integer is another one then.
    fn set(&mut self, i: usize, pull: [f32; LANES], problem: &Problem) -> bool {
        let before = self.values[i];
        for (lane, pull) in pull.into_iter().enumerate() {
            let (weight, step) = (self.weights[i][lane], self.steps[lane]);
            let limits = problem.neighbours.limits(i, problem.limit, |other| self.values[other][lane]);
            let value = nearest(weight + pull, step, limits);
            self.values[i][lane] = value;
            self.errors[i][lane] = weight - f32::from(value) * step;
        }
        self.values[i] != before
    }

    /// The integers of a row, in the order of its weights.
    fn row(&self, lane: usize, order: &[usize]) -> Vec<i8> {
        let mut values = vec![0; order.len()];
        order.iter().zip(&self.values).for_each(|(&to, of)| values[to] = of[lane]);
        values
    }
}

/// `Lᵀ` with each row divided by its diagonal.
fn unit_rows(factor: &[f64], columns: usize) -> Vec<f32> {
    let mut unit = vec![0.0; columns * columns];
    for i in 0..columns {
        for k in i..columns {
            unit[i * columns + k] = single(factor[k * columns + i] / factor[i * columns + i]);
        }
    }
    unit
}

#[expect(clippy::cast_possible_truncation, reason = "half the memory; roundings of 1e-7 do not move a weight's")]
fn single(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests;

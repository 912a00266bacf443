//! LSTM weights from PyTorch's layout to that of ONNX.
//!
//! PyTorch stacks the gates i, f, g, o (input, forget, cell, output) and keeps eight tensors for two directions; ONNX
//! stacks i, o, f, c and keeps three: `W` `[2, 4 h, I]`, `R` `[2, 4 h, h]` and `B` `[2, 8 h]`, the biases of W and then
//! those of R.

use anyhow::{Result, ensure};

use super::weights::{Weight, Weights};

/// Where each gate of ONNX stands in PyTorch's order.
const GATES: [usize; 4] = [0, 3, 1, 2];

/// How PyTorch names the directions.
const DIRECTIONS: [&str; 2] = ["", "_reverse"];

/// The weights of one bidirectional LSTM, as ONNX takes them.
#[derive(Debug)]
pub(super) struct Lstm {
    /// `W`, `[2, 4 h, I]`.
    pub(super) input: Weight,
    /// `R`, `[2, 4 h, h]`.
    pub(super) recurrent: Weight,
    /// `B`, `[2, 8 h]`.
    pub(super) bias: Weight,
    /// h.
    pub(super) hidden: usize,
}

/// Takes the LSTM whose variables are under `name`.
///
/// # Errors
/// When a variable is missing or not of four gates.
pub(super) fn stacked(weights: &Weights, name: &str) -> Result<Lstm> {
    let hidden = weights.get(&format!("{name}.weight_hh_l0"), 2)?.shape[1];
    let (mut input, mut recurrent, mut bias) = (Vec::new(), Vec::new(), Vec::new());
    for direction in DIRECTIONS {
        let reordered = |part: &str, rank: usize| {
            let name = format!("{name}.{part}_l0{direction}");
            reorder(&name, weights.get(&name, rank)?, hidden)
        };
        input.extend(reordered("weight_ih", 2)?);
        recurrent.extend(reordered("weight_hh", 2)?);
        bias.extend(reordered("bias_ih", 1)?);
        bias.extend(reordered("bias_hh", 1)?);
    }
    let columns = input.len() / (2 * 4 * hidden);
    Ok(Lstm {
        input: Weight { shape: vec![2, 4 * hidden, columns], values: input },
        recurrent: Weight { shape: vec![2, 4 * hidden, hidden], values: recurrent },
        bias: Weight { shape: vec![2, 8 * hidden], values: bias },
        hidden,
    })
}

/// The way back: the variables under `name` of an LSTM's `W`, `R` and `B`.
pub(super) fn parted(name: &str, lstm: &Lstm) -> Vec<(String, Weight)> {
    let Lstm { input, recurrent, bias, hidden } = lstm;
    let rows = 4 * hidden;
    let mut parts = Vec::new();
    for (at, direction) in DIRECTIONS.iter().enumerate() {
        let mut part = |part: &str, (of, at): (&Weight, usize), shape: Vec<usize>| {
            let count: usize = shape.iter().product();
            let values = restored(&of.values[at * count..(at + 1) * count]);
            parts.push((format!("{name}.{part}_l0{direction}"), Weight { shape, values }));
        };
        part("weight_ih", (input, at), vec![rows, input.shape[2]]);
        part("weight_hh", (recurrent, at), vec![rows, *hidden]);
        part("bias_ih", (bias, 2 * at), vec![rows]);
        part("bias_hh", (bias, 2 * at + 1), vec![rows]);
    }
    parts
}

/// Rows with the gates in the order of ONNX, in PyTorch's.
fn restored(values: &[f32]) -> Vec<f32> {
    let gate = values.len() / 4;
    let mut restored = vec![0.0; values.len()];
    for (values, to) in values.chunks_exact(gate.max(1)).zip(GATES) {
        restored[to * gate..(to + 1) * gate].copy_from_slice(values);
    }
    restored
}

/// The rows of `weight`, `[4 h, ..]`, with the gates in the order of ONNX.
fn reorder(name: &str, weight: &Weight, hidden: usize) -> Result<Vec<f32>> {
    let rows = weight.shape[0];
    ensure!(
        rows == 4 * hidden,
        "`{name}` has {rows} rows and four gates of {hidden} need {}: not one of labelcam-train's",
        4 * hidden
    );
    let gate = weight.values.len() / 4;
    Ok(GATES.iter().flat_map(|&from| weight.values[from * gate..(from + 1) * gate].iter().copied()).collect())
}

//! The network of [`crate::crnn`] as an ONNX graph.
//!
//! Legend: N batch, C classes, W input columns, T = W / 4 + 1 time steps, c0..c6 channels, h hidden size.

use anyhow::{Result, ensure};
use labelcam::onnx::build::{Side, int, ints, long, node, text, value};
use labelcam::onnx::pb::GraphProto;

use super::fold::folded;
use super::graph::Graph;
use super::lstm::stacked;
use super::weights::Weights;
use crate::crnn::{HEIGHT, NORMALIZED, POOLS, Pool};

/// The graph's input.
const INPUT: &str = "lines";

/// The graph's output.
const OUTPUT: &str = "log_probabilities";

/// The whole network, `[N, 1, 32, W]` to `[T, N, C]`.
///
/// # Errors
/// When weights are missing, of an unexpected shape, or not finite once folded.
pub(super) fn graph(weights: &Weights, classes: usize) -> Result<GraphProto> {
    let mut graph = Graph::default();
    let mut x = INPUT.to_owned();
    for i in 0..NORMALIZED.len() {
        x = conv(&mut graph, weights, i, &x)?;
        for (at, pool) in POOLS.iter().enumerate().filter(|(_, pool)| pool.conv == i) {
            x = max_pool(&mut graph, at, pool, &x);
        }
    }
    let axes = graph.integers("squeeze.axes".into(), &[2]);
    x = graph.push(node("squeeze", "Squeeze", &[&x, &axes], vec![])); // [N, c6, T]
    x = graph.push(node("steps", "Transpose", &[&x], vec![ints("perm", &[2, 0, 1])])); // [T, N, c6]
    for i in 0..2 {
        x = lstm(&mut graph, weights, i, &x)?; // [T, N, 2 h]
        x = linear(&mut graph, weights, i, &x)?; // [T, N, h], then [T, N, C]
    }
    graph.push(node(OUTPUT, "LogSoftmax", &[&x], vec![int("axis", -1)]));
    let found = weights.get("linear1.bias", 1)?.values.len();
    ensure!(
        found == classes,
        "the network has {found} classes and its alphabet needs {classes}: the checkpoint is damaged"
    );
    let input = value(INPUT, &[Side::Open("N"), Side::Fixed(1), Side::Fixed(HEIGHT), Side::Open("W")]);
    let output = value(OUTPUT, &[Side::Open("T"), Side::Open("N"), Side::Fixed(classes)]);
    Ok(graph.finish("crnn", input, output))
}

/// Convolution `i` with its batch norm, if it has one, and the ReLU.
fn conv(graph: &mut Graph, weights: &Weights, i: usize, x: &str) -> Result<String> {
    let name = format!("conv{i}");
    let kernel = weights.get(&format!("{name}.weight"), 4)?;
    let bias = weights.get(&format!("{name}.bias"), 1)?;
    let side = long(kernel.shape[2]);
    // A kernel of 3 keeps the size; the last one, of 2, brings two rows to one.
    let padding = (side - 1) / 2;
    let (kernel, bias) = if NORMALIZED[i] {
        folded((kernel, bias), weights, &format!("norm{i}"))?
    } else {
        (kernel.clone(), bias.clone())
    };
    let kernel = graph.constant(format!("{name}.weight"), &kernel)?;
    let bias = graph.constant(format!("{name}.bias"), &bias)?;
    let attributes = vec![
        ints("dilations", &[1; 2]),
        int("group", 1),
        ints("kernel_shape", &[side; 2]),
        ints("pads", &[padding; 4]),
        ints("strides", &[1; 2]),
    ];
    let y = graph.push(node(&name, "Conv", &[x, &kernel, &bias], attributes));
    Ok(graph.push(node(&format!("relu{i}"), "Relu", &[&y], vec![])))
}

fn max_pool(graph: &mut Graph, at: usize, pool: &Pool, x: &str) -> String {
    let [rows, columns] = pool.padding;
    let attributes = vec![
        ints("kernel_shape", &[2; 2]),
        ints("pads", &[rows, columns, rows, columns]),
        ints("strides", &pool.strides),
    ];
    graph.push(node(&format!("pool{at}"), "MaxPool", &[x], attributes))
}

/// Bidirectional LSTM `i` from a zero state, `[T, N, I]` to `[T, N, 2 h]`.
///
/// # Errors
/// As [`graph`].
pub(super) fn lstm(graph: &mut Graph, weights: &Weights, i: usize, x: &str) -> Result<String> {
    let name = format!("lstm{i}");
    let lstm = stacked(weights, &name)?;
    let input = graph.constant(format!("{name}.W"), &lstm.input)?;
    let recurrent = graph.constant(format!("{name}.R"), &lstm.recurrent)?;
    let bias = graph.constant(format!("{name}.B"), &lstm.bias)?;
    let attributes = vec![text("direction", "bidirectional"), int("hidden_size", long(lstm.hidden))];
    let y = graph.push(node(&name, "LSTM", &[x, &input, &recurrent, &bias], attributes)); // [T, 2, N, h]
    let perm = vec![ints("perm", &[0, 2, 1, 3])];
    let y = graph.push(node(&format!("{name}.directions"), "Transpose", &[&y], perm)); // [T, N, 2, h]
    let shape = graph.integers(format!("{name}.shape"), &[0, 0, -1]);
    Ok(graph.push(node(&format!("{name}.joined"), "Reshape", &[&y, &shape], vec![])))
}

/// Linear layer `i`, `[T, N, I]` to `[T, N, O]`.
fn linear(graph: &mut Graph, weights: &Weights, i: usize, x: &str) -> Result<String> {
    let name = format!("linear{i}");
    // libtorch keeps [O, I] and multiplies by the transpose.
    let weight = weights.get(&format!("{name}.weight"), 2)?.transposed();
    let weight = graph.constant(format!("{name}.weight"), &weight)?;
    let bias = graph.constant(format!("{name}.bias"), weights.get(&format!("{name}.bias"), 1)?)?;
    let y = graph.push(node(&format!("{name}.product"), "MatMul", &[x, &weight], vec![]));
    Ok(graph.push(node(&name, "Add", &[&y, &bias], vec![])))
}

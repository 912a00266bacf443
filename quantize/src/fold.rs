//! What a graph computes that its weights can take over: batch norms behind convolutions, and nodes that do nothing.

use std::collections::HashMap;

use labelcam::onnx::build;
use labelcam::onnx::graph::{self, Index};
use labelcam::onnx::pb::{GraphProto, NodeProto};

/// What ONNX takes where a batch norm does not say.
const EPSILON: f32 = 1e-5;

/// Folds a graph: the same function, with fewer nodes.
pub fn graph(graph: &mut GraphProto) {
    while let Some(name) = idle(graph) {
        bypass(graph, &name);
    }
    while let Some(fold) = next(graph) {
        apply(graph, fold);
    }
}

/// The output of a node that gives its input, and is no output of the graph.
fn idle(graph: &GraphProto) -> Option<String> {
    let index = Index::new(graph);
    let does_nothing = |node: &&NodeProto| {
        let idle = matches!(node.op_type.as_str(), "Identity" | "Dropout");
        idle && node.output.len() == 1 && !index.is_output(&node.output[0])
    };
    graph.node.iter().find(does_nothing).map(|node| node.output[0].clone())
}

/// Takes out the node that makes a value; those that took it take its input.
fn bypass(graph: &mut GraphProto, output: &str) {
    let Some(at) = graph.node.iter().position(|node| node.output.first().is_some_and(|name| name == output)) else {
        return;
    };
    let input = graph.node.remove(at).input.swap_remove(0);
    for name in graph.node.iter_mut().flat_map(|node| &mut node.input).filter(|name| **name == output) {
        name.clone_from(&input);
    }
}

/// A batch norm that a convolution can take over.
struct Fold {
    norm: usize,
    conv: usize,
    /// By output channel: `y * gain + shift`.
    gain: Vec<f32>,
    shift: Vec<f32>,
}

/// `y = (x - mean) / sqrt(variance + epsilon) * scale + shift` is `x * gain + (shift - mean * gain)`.
fn next(graph: &GraphProto) -> Option<Fold> {
    let index = Index::new(graph);
    let fold = |(norm, node): (usize, &NodeProto)| {
        let maker = index.maker(&node.input[0]).filter(|maker| maker.op_type == "Conv")?;
        index.only_taker(&node.input[0])?;
        let constant = |at: usize| index.constant(node.input.get(at)?).and_then(graph::floats);
        let (scale, offset, mean, variance) = (constant(1)?, constant(2)?, constant(3)?, constant(4)?);
        let alone = |at: usize| maker.input.get(at).is_none_or(|name| index.only_taker(name).is_some());
        let weights = index.constant(maker.input.get(1)?).and_then(graph::floats).is_some();
        if !(weights && alone(1) && alone(2) && node.output.len() == 1) {
            return None;
        }
        let epsilon = graph::attribute(node, "epsilon").map_or(EPSILON, |attribute| attribute.f);
        let gain: Vec<_> = scale.iter().zip(&variance).map(|(s, v)| s / (v + epsilon).sqrt()).collect();
        let shift = offset.iter().zip(&mean).zip(&gain).map(|((o, m), g)| o - m * g).collect();
        let conv = graph.node.iter().position(|node| std::ptr::eq(node, maker))?;
        let finite = gain.iter().all(|gain| gain.is_finite());
        finite.then_some(Fold { norm, conv, gain, shift })
    };
    let mut norms = graph.node.iter().enumerate().filter(|(_, node)| node.op_type == "BatchNormalization");
    norms.find_map(fold)
}

fn apply(graph: &mut GraphProto, Fold { norm, conv, gain, shift }: Fold) {
    let output = graph.node[norm].output[0].clone();
    let node = &mut graph.node[conv];
    let bias = node.input.get(2).filter(|name| !name.is_empty()).cloned();
    let name = bias.unwrap_or_else(|| format!("{}.bias", node.output[0]));
    node.input.truncate(2);
    node.input.push(name.clone());
    node.output[0] = output;
    let weight = node.input[1].clone();
    graph.node.remove(norm);
    let mut constants: HashMap<_, _> = graph.initializer.iter_mut().map(|t| (t.name.clone(), t)).collect();
    if let Some(tensor) = constants.remove(&weight) {
        let (shape, mut values) = (graph::shape(tensor), graph::floats(tensor).unwrap_or_default());
        let columns = values.len() / gain.len().max(1);
        values.chunks_mut(columns.max(1)).zip(&gain).for_each(|(row, gain)| row.iter_mut().for_each(|w| *w *= gain));
        *tensor = build::floats(&weight, &shape, &values);
    }
    let old = constants.remove(&name);
    let before = old.as_deref().and_then(graph::floats).unwrap_or_else(|| vec![0.0; gain.len()]);
    let values: Vec<_> = before.iter().zip(&gain).zip(&shift).map(|((b, g), s)| b * g + s).collect();
    let tensor = build::floats(&name, &[values.len()], &values);
    match old {
        Some(old) => *old = tensor,
        None => graph.initializer.push(tensor),
    }
}

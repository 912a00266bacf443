//! Branches of a graph: a layer once more, on another form of the value that it takes.
//!
//! Beside the layer itself they tell what a quantizer does to the layer's output, many of them in one run.

use labelcam::onnx::build::{self, node};
use labelcam::onnx::graph::Index;
use labelcam::onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

use crate::affine::Affine;
use crate::layers::Layer;
use crate::write::zero_point;

/// A graph that gets branches.
pub struct Branches<'a> {
    float: Index<'a>,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl<'a> Branches<'a> {
    /// A graph without branches so far.
    pub fn new(float: &'a GraphProto) -> Self {
        Self { float: Index::new(float), nodes: Vec::new(), constants: Vec::new() }
    }

    /// Adds a constant.
    pub fn constant(&mut self, tensor: TensorProto) {
        self.constants.push(tensor);
    }

    /// Adds a node; gives its output.
    pub fn push(&mut self, node: NodeProto) -> String {
        let output = node.output[0].clone();
        self.nodes.push(node);
        output
    }

    /// Quantizes and dequantizes a value; gives what comes back.
    pub fn round_trip(&mut self, value: &str, affine: Affine, tag: &str) -> String {
        let name = |part: &str| format!("{value}#{tag}.{part}");
        let (scale, zero) = (name("scale"), name("zero_point"));
        self.constant(build::floats(&scale, &[], &[affine.scale]));
        self.constant(zero_point(&zero, affine));
        let quantized = self.push(node(&name("quantized"), "QuantizeLinear", &[value, &scale, &zero], vec![]));
        self.push(node(&name("dequantized"), "DequantizeLinear", &[&quantized, &scale, &zero], vec![]))
    }

    /// The layer once more, on `value` in place of its point's; `weights` are names of other constants for its operands.
    /// Gives its output.
    pub fn layer(&mut self, layer: &Layer, value: &str, tag: &str, weights: &[(String, String)]) -> String {
        let mut path = Vec::new();
        let mut at = layer.input.as_str();
        while at != layer.point {
            let Some(maker) = self.float.maker(at) else { break };
            path.push(maker);
            at = &maker.input[0];
        }
        let mut input = value.to_owned();
        let last = &self.float.graph.node[layer.node];
        for original in path.into_iter().rev().chain([last]) {
            let mut copy = original.clone();
            copy.name = format!("{}#{tag}", original.output[0]);
            copy.input[0] = input;
            copy.output = vec![copy.name.clone()];
            for (name, other) in weights {
                copy.input.iter_mut().filter(|input| *input == name).for_each(|input| other.clone_into(input));
            }
            input = self.push(copy);
        }
        input
    }

    /// The model with the branches.
    pub fn model(self, model: &ModelProto) -> ModelProto {
        let mut graph = self.float.graph.clone();
        graph.node.extend(self.nodes);
        graph.initializer.extend(self.constants);
        ModelProto { graph: Some(graph), ..model.clone() }
    }
}

//! A graph in the making: nodes in the order of execution, and their constants.

use anyhow::Result;
use labelcam::onnx::build;
use labelcam::onnx::pb::{GraphProto, NodeProto, TensorProto, ValueInfoProto};

use super::weights::{Weight, ensure_finite};

/// Nodes and constants so far. Values are named after the nodes that make them.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl Graph {
    /// Adds a node; gives the name of its output.
    pub(super) fn push(&mut self, node: NodeProto) -> String {
        let output = node.output[0].clone();
        self.nodes.push(node);
        output
    }

    /// Adds constant floats; gives their name.
    ///
    /// # Errors
    /// When a value is not finite, as the fold of a batch norm with a huge gain would make it.
    pub(super) fn constant(&mut self, name: String, weight: &Weight) -> Result<String> {
        ensure_finite(&name, weight)?;
        self.constants.push(build::floats(&name, &weight.shape, &weight.values));
        Ok(name)
    }

    /// Adds constant integers, such as axes or a shape; gives their name.
    pub(super) fn integers(&mut self, name: String, values: &[i64]) -> String {
        self.constants.push(build::longs(&name, values));
        name
    }

    /// The finished graph.
    pub(super) fn finish(self, name: &str, input: ValueInfoProto, output: ValueInfoProto) -> GraphProto {
        GraphProto {
            name: name.into(),
            node: self.nodes,
            initializer: self.constants,
            input: vec![input],
            output: vec![output],
            ..Default::default()
        }
    }
}

//! From an ONNX graph to our operators, as far as they go; the rest stays for tract.
//!
//! This is done on the file's graph, before tract reads it: there the islands of `DequantizeLinear`, an operator and
//! `QuantizeLinear` are still whole, while tract would turn int8 weights into floats at once. Nodes are taken in order;
//! each value is known by its layout and by how it is quantized, and is brought back to plain floats only where an
//! operator of tract's asks for them.

mod check;
mod layers;
mod sequence;
#[cfg(test)]
mod tests;
mod weights;

use std::collections::{HashMap, HashSet};

use super::node::{quant_attributes, window, window_attributes};
use super::quant::Quant;
use crate::onnx::build;
use crate::onnx::graph::{Index, attribute, int_or};
use crate::onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};
use crate::recognizer::ModelError;

/// Puts our operators in the place of those of `graph` that they can do.
///
/// # Errors
/// [`ModelError::Quantization`], when a scale, a zero point or a weight is one that no reading may be made with.
pub(super) fn lower(graph: &mut GraphProto) -> Result<(), ModelError> {
    constants_to_initializers(graph);
    check::graph(graph)?;
    let (nodes, constants) = Lowering::new(graph).run()?;
    graph.node = nodes;
    graph.initializer.extend(constants);
    // What is said of values between nodes may not hold any longer.
    graph.value_info.clear();
    prune(graph);
    Ok(())
}

/// How a value lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// As the file has it.
    Plain,
    /// A picture `[N, C, H, W]` as `[N, H, W, C]`.
    Last,
}

/// What a value of the file has become.
#[derive(Debug, Clone)]
struct Value {
    /// Its name now.
    name: String,
    layout: Layout,
    /// How it is quantized, if it is.
    quant: Option<Quant>,
}

/// The graph that is lowered, and what has come of it so far.
struct Lowering<'a> {
    index: Index<'a>,
    /// Values of the file that are no longer what they were.
    values: HashMap<&'a str, Value>,
    /// Nodes that became part of another, by their first output.
    done: HashSet<&'a str>,
    /// Whether convolutions in float are ours too.
    floats: bool,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl<'a> Lowering<'a> {
    fn new(graph: &'a GraphProto) -> Self {
        // Between convolutions that stay with tract, ours would only turn pictures around.
        let foreign = |node: &NodeProto| {
            node.op_type == "BatchNormalization" || node.op_type == "Conv" && int_or(node, "group", 1) != 1
        };
        Self {
            index: Index::new(graph),
            values: HashMap::new(),
            done: HashSet::new(),
            floats: !graph.node.iter().any(foreign),
            nodes: Vec::new(),
            constants: Vec::new(),
        }
    }

    fn run(mut self) -> Result<(Vec<NodeProto>, Vec<TensorProto>), ModelError> {
        for node in &self.index.graph.node {
            if self.done.contains(output_of(node)) {
                continue;
            }
            if !self.take(node)? {
                self.keep(node);
            }
        }
        for output in &self.index.graph.output {
            let name = self.plain(&output.name);
            if name != output.name {
                self.nodes.push(build::node(&output.name, "Identity", &[&name], vec![]));
            }
        }
        Ok((self.nodes, self.constants))
    }

    /// Makes one of our operators of a node, and of those behind it that it can do too; gives whether it did.
    fn take(&mut self, node: &'a NodeProto) -> Result<bool, ModelError> {
        let inputs = match node.op_type.as_str() {
            "LSTM" => 3,
            "Conv" | "MatMul" => 2,
            _ => 1,
        };
        // A node that lacks what every one of its kind has is for tract to refuse.
        if node.input.len() < inputs || node.output.is_empty() {
            return Ok(false);
        }
        match node.op_type.as_str() {
            "QuantizeLinear" => Ok(self.quantize(node)),
            "DequantizeLinear" => Ok(self.dequantize(node)),
            "Conv" => self.conv(node),
            "MaxPool" => Ok(self.max_pool(node)),
            "Squeeze" => Ok(self.steps(node)),
            "MatMul" => self.linear(node),
            "LSTM" => self.lstm(node),
            "LogSoftmax" => Ok(self.log_softmax(node)),
            _ => Ok(false),
        }
    }

    /// Leaves a node to tract.
    fn keep(&mut self, node: &'a NodeProto) {
        let input = node.input.iter().map(|name| self.plain(name)).collect();
        self.nodes.push(NodeProto { input, ..node.clone() });
    }

    fn value(&self, name: &str) -> Value {
        let unchanged = || Value { name: name.to_owned(), layout: Layout::Plain, quant: None };
        self.values.get(name).cloned().unwrap_or_else(unchanged)
    }

    /// Adds a node; its output is what the value `of` of the file has become.
    fn push(&mut self, op: &str, input: &str, attributes: Vec<AttributeProto>, (of, value): (&'a str, Value)) {
        self.nodes.push(build::node(&value.name, op, &[input], attributes));
        self.values.insert(of, value);
    }

    /// The name of a value as the file has it: plain floats.
    fn plain(&mut self, name: &'a str) -> String {
        let value = self.value(name);
        let value = self.floats(value);
        if value.layout == Layout::Plain {
            return value.name;
        }
        let plain = format!("{}/plain", value.name);
        self.turn(&value.name, &plain, &[0, 3, 1, 2]);
        self.values.insert(name, Value { name: plain.clone(), layout: Layout::Plain, quant: None });
        plain
    }

    /// A value in floats, in whatever layout it has.
    fn floats(&mut self, value: Value) -> Value {
        let Some(quant) = value.quant else { return value };
        let name = format!("{}/float", value.name);
        let attributes = quant_attributes("input", quant).to_vec();
        self.nodes.push(build::node(&name, "labelcam.Dequantize", &[&value.name], attributes));
        Value { name, quant: None, ..value }
    }

    /// A picture with its channels last.
    fn last(&mut self, value: Value) -> Value {
        if value.layout == Layout::Last {
            return value;
        }
        let name = format!("{}/last", value.name);
        self.turn(&value.name, &name, &[0, 2, 3, 1]);
        Value { name, layout: Layout::Last, ..value }
    }

    fn turn(&mut self, from: &str, to: &str, axes: &[i64]) {
        self.nodes.push(build::node(to, "Transpose", &[from], vec![build::ints("perm", axes)]));
    }

    /// The only node that takes a value, if it is of this type.
    fn next(&self, value: &str, op: &str) -> Option<&'a NodeProto> {
        self.index.only_taker(value).filter(|node| node.op_type == op)
    }

    fn quantize(&mut self, node: &'a NodeProto) -> bool {
        let Some(quant) = self.quant_of(node) else { return false };
        let of = output_of(node);
        let value = self.value(&node.input[0]);
        if value.quant == Some(quant) {
            self.values.insert(of, value);
            return true;
        }
        let value = self.floats(value);
        let result = Value { name: of.to_owned(), quant: Some(quant), ..value.clone() };
        self.push("labelcam.Quantize", &value.name, quant_attributes("output", quant).to_vec(), (of, result));
        true
    }

    /// The floats of a quantized value are that value, until somebody needs them.
    fn dequantize(&mut self, node: &'a NodeProto) -> bool {
        let value = self.value(&node.input[0]);
        let (Some(_), Some(quant)) = (value.quant, self.quant_of(node)) else { return false };
        self.values.insert(output_of(node), Value { quant: Some(quant), ..value });
        true
    }

    fn max_pool(&mut self, node: &'a NodeProto) -> bool {
        let value = self.value(&node.input[0]);
        let plain = int_or(node, "ceil_mode", 0) == 0 && node.output.len() == 1;
        let (Layout::Last, true, Some(window)) = (value.layout, plain, window(node)) else { return false };
        let of = output_of(node);
        let result = Value { name: of.to_owned(), ..value.clone() };
        self.push("labelcam.MaxPool", &value.name, window_attributes(&window).to_vec(), (of, result));
        true
    }

    fn log_softmax(&mut self, node: &'a NodeProto) -> bool {
        if attribute(node, "axis").is_some_and(|axis| axis.i != -1) {
            return false;
        }
        let (of, input) = (output_of(node), self.plain(&node.input[0]));
        let result = Value { name: of.to_owned(), layout: Layout::Plain, quant: None };
        self.push("labelcam.LogSoftmax", &input, vec![], (of, result));
        true
    }
}

/// A node's first output: every node has one.
fn output_of(node: &NodeProto) -> &str {
    node.output.first().map_or("", String::as_str)
}

/// Some exporters write constants as nodes.
fn constants_to_initializers(graph: &mut GraphProto) {
    let value = |node: &NodeProto| {
        let tensor = attribute(node, "value").and_then(|attribute| attribute.t.clone())?;
        (node.op_type == "Constant").then(|| TensorProto { name: output_of(node).to_owned(), ..tensor })
    };
    graph.initializer.extend(graph.node.iter().filter_map(value));
    graph.node.retain(|node| value(node).is_none());
}

/// Drops nodes and constants that no output depends on.
fn prune(graph: &mut GraphProto) {
    let mut needed: HashSet<String> = graph.output.iter().map(|output| output.name.clone()).collect();
    let mut kept = Vec::new();
    for node in std::mem::take(&mut graph.node).into_iter().rev() {
        if node.output.iter().any(|output| needed.contains(output)) {
            needed.extend(node.input.iter().cloned());
            kept.push(node);
        }
    }
    kept.reverse();
    graph.node = kept;
    graph.initializer.retain(|constant| needed.contains(&constant.name));
    // Old files list their constants among the inputs.
    graph.input.retain(|input| needed.contains(&input.name));
}

//! A graph looked through: which node makes a value, which nodes take it, what the constants are.

use std::collections::HashMap;

use super::pb::tensor_proto::DataType;
use super::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

/// Indices into a graph, by the names of its values. It borrows the graph: changes are made to a copy or afterwards.
#[derive(Debug)]
pub struct Index<'a> {
    /// The graph.
    pub graph: &'a GraphProto,
    makers: HashMap<&'a str, usize>,
    takers: HashMap<&'a str, Vec<usize>>,
    constants: HashMap<&'a str, &'a TensorProto>,
}

impl<'a> Index<'a> {
    /// Looks through a graph once.
    pub fn new(graph: &'a GraphProto) -> Self {
        let mut makers = HashMap::new();
        let mut takers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, node) in graph.node.iter().enumerate() {
            makers.extend(node.output.iter().filter(|name| !name.is_empty()).map(|name| (name.as_str(), at)));
            for name in node.input.iter().filter(|name| !name.is_empty()) {
                takers.entry(name).or_default().push(at);
            }
        }
        let constants = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        Self { graph, makers, takers, constants }
    }

    /// The node that makes a value; none for constants and the graph's inputs.
    pub fn maker(&self, value: &str) -> Option<&'a NodeProto> {
        self.makers.get(value).map(|&at| &self.graph.node[at])
    }

    /// The nodes that take a value, in the graph's order.
    pub fn takers(&self, value: &str) -> impl Iterator<Item = &'a NodeProto> + '_ {
        self.takers.get(value).into_iter().flatten().map(|&at| &self.graph.node[at])
    }

    /// The only node that takes a value; none where several do or the graph gives it out.
    pub fn only_taker(&self, value: &str) -> Option<&'a NodeProto> {
        let mut takers = self.takers(value);
        let taker = takers.next()?;
        (takers.next().is_none() && !self.is_output(value)).then_some(taker)
    }

    /// Whether a value is an output of the graph.
    pub fn is_output(&self, value: &str) -> bool {
        self.graph.output.iter().any(|output| output.name == value)
    }

    /// A constant by its name.
    pub fn constant(&self, name: &str) -> Option<&'a TensorProto> {
        self.constants.get(name).copied()
    }
}

/// An attribute of a node.
pub fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name == name)
}

/// An integer attribute, or what it is where it does not stand.
pub fn int_or(node: &NodeProto, name: &str, otherwise: i64) -> i64 {
    attribute(node, name).map_or(otherwise, |attribute| attribute.i)
}

/// A list of integers, empty where the attribute does not stand.
pub fn ints<'a>(node: &'a NodeProto, name: &str) -> &'a [i64] {
    attribute(node, name).map_or(&[], |attribute| &attribute.ints)
}

/// A tensor's sides.
///
/// # Panics
/// Never for a tensor of a file that [`super::parse`] took, whose sides are not negative.
pub fn shape(tensor: &TensorProto) -> Vec<usize> {
    tensor.dims.iter().map(|&side| usize::try_from(side).unwrap_or(0)).collect()
}

/// The values of a tensor of floats; none for another type.
pub fn floats(tensor: &TensorProto) -> Option<Vec<f32>> {
    let stored = || words(tensor).map(f32::from_le_bytes).collect();
    let list = || if tensor.float_data.is_empty() { stored() } else { tensor.float_data.clone() };
    (tensor.data_type == DataType::Float as i32).then(list)
}

/// The values of a tensor of 32-bit integers; none for another type.
pub fn int32s(tensor: &TensorProto) -> Option<Vec<i32>> {
    let stored = || words(tensor).map(i32::from_le_bytes).collect();
    let list = || if tensor.int32_data.is_empty() { stored() } else { tensor.int32_data.clone() };
    (tensor.data_type == DataType::Int32 as i32).then(list)
}

/// The values of a tensor of 64-bit integers; none for another type.
pub fn longs(tensor: &TensorProto) -> Option<Vec<i64>> {
    let stored = || tensor.raw_data.as_chunks::<8>().0.iter().map(|&word| i64::from_le_bytes(word)).collect();
    let list = || if tensor.int64_data.is_empty() { stored() } else { tensor.int64_data.clone() };
    (tensor.data_type == DataType::Int64 as i32).then(list)
}

/// The values of a tensor of signed or unsigned bytes; none for another type.
#[expect(clippy::cast_possible_truncation, reason = "a tensor of bytes stores each of them as a whole integer")]
pub fn bytes(tensor: &TensorProto) -> Option<Vec<i16>> {
    let signed = tensor.data_type == DataType::Int8 as i32;
    let widen = |byte: &u8| if signed { i16::from(byte.cast_signed()) } else { i16::from(*byte) };
    let list = || match &tensor.int32_data[..] {
        [] => tensor.raw_data.iter().map(widen).collect(),
        listed => listed.iter().map(|&value| value as i16).collect(),
    };
    (signed || tensor.data_type == DataType::Uint8 as i32).then(list)
}

fn words(tensor: &TensorProto) -> impl Iterator<Item = [u8; 4]> + '_ {
    tensor.raw_data.as_chunks::<4>().0.iter().copied()
}

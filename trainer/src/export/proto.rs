//! The messages of an ONNX file that have many fields of which few are used.

use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};

use super::weights::Weight;

/// A side of an input or output.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// As many as this.
    Fixed(usize),
    /// Open, named for people and for shape inference.
    Open(&'static str),
}

/// A node with one output of its own name.
pub(super) fn node(name: &str, op: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        name: name.into(),
        op_type: op.into(),
        input: inputs.iter().map(|&input| input.into()).collect(),
        output: vec![name.into()],
        attribute,
        ..Default::default()
    }
}

/// An attribute of one integer.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int.into(), i: value, ..Default::default() }
}

/// An attribute of integers.
pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Ints.into(), ints: values.into(), ..Default::default() }
}

/// An attribute of text.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::String.into(), s: value.into(), ..Default::default() }
}

/// A constant of floats.
pub(super) fn floats(name: &str, weight: &Weight) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: weight.shape.iter().map(|&side| long(side)).collect(),
        data_type: DataType::Float.into(),
        raw_data: weight.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// A constant list of integers.
pub(super) fn longs(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: vec![long(values.len())],
        data_type: DataType::Int64.into(),
        raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        ..Default::default()
    }
}

/// A float input or output of the graph.
pub(super) fn value(name: &str, sides: &[Side]) -> ValueInfoProto {
    let dimension = |side: &Side| {
        let value = match *side {
            Side::Fixed(count) => dimension::Value::DimValue(long(count)),
            Side::Open(name) => dimension::Value::DimParam(name.into()),
        };
        Dimension { value: Some(value), ..Default::default() }
    };
    let shape = TensorShapeProto { dim: sides.iter().map(dimension).collect() };
    let tensor = type_proto::Tensor { elem_type: DataType::Float.into(), shape: Some(shape) };
    let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..Default::default() };
    ValueInfoProto { name: name.into(), r#type: Some(r#type), ..Default::default() }
}

/// A count as ONNX writes it.
pub(super) fn long(count: usize) -> i64 {
    i64::try_from(count).expect("a count of values in memory is below 2^63")
}

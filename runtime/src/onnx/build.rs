//! The messages of an ONNX file that have many fields of which few are used.

use super::pb::attribute_proto::AttributeType;
use super::pb::tensor_proto::DataType;
use super::pb::tensor_shape_proto::{Dimension, dimension};
use super::pb::{AttributeProto, NodeProto, TensorProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};

/// A side of an input or output.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    /// As many as this.
    Fixed(usize),
    /// Open, named for people and for shape inference.
    Open(&'static str),
}

/// A node with one output of its own name.
pub fn node(name: &str, op: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> NodeProto {
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
pub fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Int.into(), i: value, ..Default::default() }
}

/// An attribute of integers.
pub fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Ints.into(), ints: values.into(), ..Default::default() }
}

/// An attribute of text.
pub fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::String.into(), s: value.into(), ..Default::default() }
}

/// A constant of floats.
pub fn floats(name: &str, shape: &[usize], values: &[f32]) -> TensorProto {
    constant(name, DataType::Float, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A constant list of integers.
pub fn longs(name: &str, values: &[i64]) -> TensorProto {
    constant(name, DataType::Int64, &[values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A constant of 32-bit integers.
pub fn int32s(name: &str, shape: &[usize], values: &[i32]) -> TensorProto {
    constant(name, DataType::Int32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A constant of signed bytes.
pub fn int8s(name: &str, shape: &[usize], values: &[i8]) -> TensorProto {
    constant(name, DataType::Int8, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// A constant of bytes.
pub fn uint8s(name: &str, shape: &[usize], values: &[u8]) -> TensorProto {
    constant(name, DataType::Uint8, shape, values.to_vec())
}

fn constant(name: &str, data_type: DataType, shape: &[usize], raw_data: Vec<u8>) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: shape.iter().map(|&side| long(side)).collect(),
        data_type: data_type.into(),
        raw_data,
        ..Default::default()
    }
}

/// A float input or output of the graph.
pub fn value(name: &str, sides: &[Side]) -> ValueInfoProto {
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
///
/// # Panics
/// Never: no count of values in memory reaches 2^63.
pub fn long(count: usize) -> i64 {
    i64::try_from(count).expect("a count of values in memory is below 2^63")
}

/// An attribute of one float.
pub fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Float.into(), f: value, ..Default::default() }
}

/// An attribute of floats.
pub fn float_list(name: &str, values: &[f32]) -> AttributeProto {
    let floats = values.to_vec();
    AttributeProto { name: name.into(), r#type: AttributeType::Floats.into(), floats, ..Default::default() }
}

/// An attribute of one tensor.
pub fn tensor(name: &str, value: TensorProto) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: AttributeType::Tensor.into(), t: Some(value), ..Default::default() }
}

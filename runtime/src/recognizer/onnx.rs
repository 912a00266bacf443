//! The ONNX file as tract parses it, and what stands in its metadata.

use prost::Message;
use tract_onnx::pb;

use super::ModelError;

/// A parsed ONNX file.
pub(super) type Model = pb::ModelProto;

/// Parses a file.
///
/// Protocol buffers have no end mark: a file cut between two fields is a valid shorter one, so that a model without a
/// graph, or with a tensor shorter than its shape, is a damaged file as well.
pub(super) fn parse(bytes: &[u8]) -> Result<Model, ModelError> {
    let model = Model::decode(bytes).map_err(|error| ModelError::NotOnnx(error.to_string()))?;
    let Some(graph) = &model.graph else { return Err(ModelError::NotOnnx("it has no graph".into())) };
    if graph.node.is_empty() || graph.output.is_empty() {
        return Err(ModelError::NotOnnx("its graph has no nodes or no output".into()));
    }
    for tensor in &graph.initializer {
        check_length(tensor)?;
    }
    Ok(model)
}

/// The value of a metadata key.
pub(super) fn metadata<'a>(model: &'a Model, key: &str) -> Option<&'a str> {
    model.metadata_props.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
}

/// A float tensor given as raw bytes must have 4 for each value of its shape.
fn check_length(tensor: &pb::TensorProto) -> Result<(), ModelError> {
    let float = tensor.data_type == pb::tensor_proto::DataType::Float as i32;
    if !float || !tensor.float_data.is_empty() || !tensor.external_data.is_empty() {
        return Ok(());
    }
    let expected = tensor.dims.iter().try_fold(4i64, |bytes, &side| bytes.checked_mul(side));
    if expected.and_then(|bytes| usize::try_from(bytes).ok()) == Some(tensor.raw_data.len()) {
        return Ok(());
    }
    let Some(expected) = expected else {
        return Err(ModelError::NotOnnx(format!("its tensor `{}` has the impossible shape {:?}", tensor.name, tensor.dims)));
    };
    let found = tensor.raw_data.len();
    Err(ModelError::NotOnnx(format!("its tensor `{}` has {found} bytes of data and needs {expected}", tensor.name)))
}

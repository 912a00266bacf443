//! The ONNX file: parsed, checked for damage, looked through, and written.
//!
//! The messages are tract's own ([`pb`]), so that what is changed here is what tract runs.

pub mod build;
pub mod graph;

pub use tract_onnx::pb;

use pb::tensor_proto::DataType;
use prost::Message;

use crate::recognizer::ModelError;

/// Parses a file.
///
/// Protocol buffers have no end mark: a file cut between two fields is a valid shorter one, so that a model without a
/// graph, or with a tensor shorter than its shape, is a damaged file as well.
///
/// # Errors
/// [`ModelError::NotOnnx`], which says what is damaged.
pub fn parse(bytes: &[u8]) -> Result<pb::ModelProto, ModelError> {
    let model = pb::ModelProto::decode(bytes).map_err(|error| ModelError::NotOnnx(error.to_string()))?;
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
pub fn metadata<'a>(model: &'a pb::ModelProto, key: &str) -> Option<&'a str> {
    model.metadata_props.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
}

/// A tensor given as raw bytes must have as many as its shape asks for, and they must be in this file.
fn check_length(tensor: &pb::TensorProto) -> Result<(), ModelError> {
    if !tensor.external_data.is_empty() {
        let whole = "save the model as one file";
        return Err(ModelError::NotOnnx(format!("its tensor `{}` lies in another file: {whole}", tensor.name)));
    }
    let size = match DataType::try_from(tensor.data_type) {
        Ok(DataType::Int8 | DataType::Uint8) => 1,
        Ok(DataType::Float | DataType::Int32) => 4,
        Ok(DataType::Int64) => 8,
        _ => return Ok(()),
    };
    let listed = tensor.float_data.len() + tensor.int32_data.len() + tensor.int64_data.len();
    if listed > 0 {
        return Ok(());
    }
    let expected = tensor.dims.iter().try_fold(size, |bytes: i64, &side| bytes.checked_mul(side));
    if expected.and_then(|bytes| usize::try_from(bytes).ok()) == Some(tensor.raw_data.len()) {
        return Ok(());
    }
    let Some(expected) = expected else {
        return Err(ModelError::NotOnnx(format!(
            "its tensor `{}` has the impossible shape {:?}",
            tensor.name, tensor.dims
        )));
    };
    let found = tensor.raw_data.len();
    Err(ModelError::NotOnnx(format!("its tensor `{}` has {found} bytes of data and needs {expected}", tensor.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOAT: i32 = DataType::Float as i32;

    /// A file with one node, one output and this tensor.
    fn file(tensor: pb::TensorProto) -> Vec<u8> {
        let graph = pb::GraphProto {
            node: vec![pb::NodeProto::default()],
            output: vec![pb::ValueInfoProto::default()],
            initializer: vec![tensor],
            ..Default::default()
        };
        pb::ModelProto { graph: Some(graph), ..Default::default() }.encode_to_vec()
    }

    fn tensor(dims: &[i64], bytes: usize) -> pb::TensorProto {
        let name = "weights".to_owned();
        pb::TensorProto { dims: dims.to_vec(), data_type: FLOAT, name, raw_data: vec![0; bytes], ..Default::default() }
    }

    fn message(bytes: &[u8]) -> String {
        parse(bytes).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn tensors_have_the_data_of_their_shape() {
        for (dims, bytes) in [(vec![2, 3], 24), (vec![], 4), (vec![0, 3], 0)] {
            assert_eq!(message(&file(tensor(&dims, bytes))), "", "{dims:?}");
        }
        for (dims, bytes) in [(vec![2, 3], 23), (vec![2, 3], 28), (vec![], 0), (vec![-1], 4)] {
            let text = message(&file(tensor(&dims, bytes)));
            assert!(text.contains(&format!("`weights` has {bytes} bytes of data")), "{dims:?}: {text}");
        }
    }

    #[test]
    fn quantized_tensors_have_the_data_of_their_shape_too() {
        for (data_type, size) in [(DataType::Int8, 1), (DataType::Uint8, 1), (DataType::Int32, 4), (DataType::Int64, 8)]
        {
            let of = |bytes| pb::TensorProto { data_type: data_type.into(), ..tensor(&[2, 3], bytes) };
            assert_eq!(message(&file(of(6 * size))), "", "{data_type:?}");
            let text = message(&file(of(6 * size - 1)));
            assert!(text.contains(&format!("needs {}", 6 * size)), "{data_type:?}: {text}");
        }
    }

    #[test]
    fn weights_in_another_file_are_refused_by_name() {
        let entry = pb::StringStringEntryProto { key: "location".into(), value: "weights.bin".into() };
        let text = message(&file(pb::TensorProto { external_data: vec![entry], ..tensor(&[2], 0) }));
        assert!(text.contains("`weights` lies in another file"), "{text}");
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let text = message(&file(tensor(&[i64::MAX, 2], 8)));
        assert!(text.contains("`weights` has the impossible shape"), "{text}");
    }

    #[test]
    fn tensors_that_are_stored_otherwise_are_left_to_tract() {
        let floats = pb::TensorProto { float_data: vec![1.0], ..tensor(&[1], 0) };
        let integers = pb::TensorProto { data_type: DataType::Int64 as i32, int64_data: vec![1], ..tensor(&[1], 0) };
        let texts = pb::TensorProto { data_type: DataType::String as i32, ..tensor(&[1], 0) };
        for tensor in [floats, integers, texts] {
            assert_eq!(message(&file(tensor)), "");
        }
    }

    #[test]
    fn a_file_without_a_graph_or_with_an_empty_one_is_no_model() {
        assert!(message(b"").contains("it has no graph"));
        let empty = pb::ModelProto { graph: Some(pb::GraphProto::default()), ..Default::default() };
        assert!(message(&empty.encode_to_vec()).contains("no nodes or no output"));
    }

    #[test]
    fn a_file_cut_anywhere_is_refused_or_whole() {
        let whole = file(tensor(&[2, 3], 24));
        for length in 0..whole.len() {
            assert!(parse(&whole[..length]).is_err(), "{length} of {}", whole.len());
        }
    }

    #[test]
    fn metadata_is_found_by_its_key() {
        let entry = pb::StringStringEntryProto { key: "a".into(), value: "b".into() };
        let model = pb::ModelProto { metadata_props: vec![entry], ..Default::default() };
        assert_eq!((metadata(&model, "a"), metadata(&model, "b")), (Some("b"), None));
    }
}

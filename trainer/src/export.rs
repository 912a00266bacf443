//! From trained weights to a model file: one ONNX file that carries its contract.
//!
//! [`model`] is pure and deterministic: the same weights and contract give the same bytes. [`parity::check`] shows that
//! the file reads as the network did, and [`labelcam::file::replace`] puts it in its place whole or not at all.
//!
//! The network's structure is stated a second time in `network.rs`, as ONNX has it; that the two agree is what the
//! parity check is for.

mod fold;
mod graph;
pub mod inverse;
mod lstm;
mod network;
pub mod parity;
#[cfg(test)]
mod tests;
mod weights;

use anyhow::Result;
use labelcam::onnx::pb::{GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto};
use labelcam::spec::{METADATA_KEY, Spec};
use prost::Message;
use tch::nn::VarStore;

use weights::Weights;

/// The operator set: the newest that ONNX Runtime's quantizer, TensorRT 8 and tract all know.
const OPSET: i64 = 17;

/// The version of the file format that came with [`OPSET`].
const IR_VERSION: i64 = 8;

/// The bytes of the ONNX file of a [`Crnn`](crate::crnn::Crnn) whose variables are in `store`.
///
/// Input `lines` `[N, 1, 32, W]`, output `log_probabilities` `[T, N, C]`; N and W are open, T = W / 4 + 1. Batch norms
/// are folded into the convolutions before them.
///
/// # Errors
/// When a variable is missing or of an unexpected shape, or has a value that is not finite.
pub fn model(store: &VarStore, spec: &Spec) -> Result<Vec<u8>> {
    Ok(bytes(graph(store, spec.alphabet.classes())?, spec.to_json()))
}

/// The graph of that file.
fn graph(store: &VarStore, classes: usize) -> Result<GraphProto> {
    network::graph(&Weights::read(store)?, classes)
}

/// The file of a graph, with `contract` as its metadata.
fn bytes(graph: GraphProto, contract: String) -> Vec<u8> {
    let model = ModelProto {
        ir_version: IR_VERSION,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        producer_name: "labelcam-train".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(graph),
        metadata_props: vec![StringStringEntryProto { key: METADATA_KEY.into(), value: contract }],
        ..Default::default()
    };
    model.encode_to_vec()
}

//! The shipped models, and variants of it that must be refused.

use std::fs;
use std::path::PathBuf;

use labelcam::spec::{METADATA_KEY, Spec};
use prost::Message;
use serde_json::Value;
use tract_onnx::pb::ModelProto;

use crate::cli;

/// The int8 model that is within the program.
pub(crate) fn shipped() -> PathBuf {
    cli::root().join("models/labels-en-int8.onnx")
}

/// The float model, which others are made from here.
pub(crate) fn path() -> PathBuf {
    cli::root().join("models/labels-en.onnx")
}

/// Its bytes.
pub(crate) fn bytes() -> Vec<u8> {
    fs::read(path()).expect("the repository has the shipped model")
}

/// The model with another ONNX structure.
pub(crate) fn with_proto(edit: impl FnOnce(&mut ModelProto)) -> Vec<u8> {
    let mut proto = ModelProto::decode(bytes().as_slice()).expect("the shipped model is ONNX");
    edit(&mut proto);
    proto.encode_to_vec()
}

/// The model with another contract in its metadata.
pub(crate) fn with_contract(edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_proto(|proto| {
        let contract = proto.metadata_props.iter_mut().find(|entry| entry.key == METADATA_KEY);
        let contract = &mut contract.expect("the shipped model has a contract").value;
        let mut json = serde_json::from_str(contract).expect("the contract is JSON");
        edit(&mut json);
        *contract = json.to_string();
    })
}

/// The contract in its metadata.
pub(crate) fn contract() -> Spec {
    let mut contract = None;
    with_contract(|json| contract = Some(json.to_string()));
    Spec::from_json(&contract.expect("the closure has run")).expect("the shipped contract is valid")
}

/// The contract as a sidecar file has it.
pub(crate) fn sidecar() -> toml::Table {
    toml::Table::try_from(contract()).expect("a contract has only what TOML has")
}

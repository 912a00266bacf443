//! What tells whether a model file is the one that a reference was read with.

use prost::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::onnx;
use crate::recognizer::ModelError;
use crate::spec::Spec;

/// A model by its digests, all SHA-256 in hexadecimal.
///
/// The trainer reads with a checkpoint and a board with a file made of it, so that the digest of the one does not tell
/// the other. Hence the trainer also gives the digests of the file that it would export. That file names the commit of
/// the program that exports it, so that another commit writes other bytes: `graph_sha256`, of the network alone, stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelIdentity {
    /// Of the float ONNX file.
    pub onnx_sha256: String,
    /// Of the file's graph, nodes and weights, without the contract.
    pub graph_sha256: String,
    /// Of the checkpoint; absent where none was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint_sha256: Option<String>,
    /// Of the training configuration, as the contract has it; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
}

/// How far two models are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The same network and weights, or quantized from it.
    Same,
    /// Of one training configuration; nothing tells whether of one checkpoint.
    SameConfiguration,
    /// Another model.
    Other,
}

impl ModelIdentity {
    /// The identity of a model file.
    ///
    /// # Errors
    /// [`ModelError`], when the bytes are no model.
    pub fn of(bytes: &[u8], spec: &Spec) -> Result<Self, ModelError> {
        let graph = onnx::parse(bytes)?.graph.unwrap_or_default();
        Ok(Self {
            onnx_sha256: format!("{:x}", Sha256::digest(bytes)),
            graph_sha256: format!("{:x}", Sha256::digest(graph.encode_to_vec())),
            checkpoint_sha256: None,
            config_sha256: spec.training.as_ref().map(|training| training.config_sha256.clone()),
        })
    }

    /// Whether this, a reference's model, is the float model `other`.
    #[must_use]
    pub fn matches(&self, other: &Self) -> Match {
        if self.onnx_sha256 == other.onnx_sha256 || self.graph_sha256 == other.graph_sha256 {
            return Match::Same;
        }
        Match::Other
    }

    /// Whether an int8 model with this contract was quantized from this, a reference's model.
    ///
    /// Its calibration may name the float file; otherwise only the training configuration can be compared.
    #[must_use]
    pub fn matches_quantized(&self, spec: &Spec) -> Match {
        if spec.calibration.as_ref().is_some_and(|calibration| calibration.float_sha256 == self.onnx_sha256) {
            return Match::Same;
        }
        let config = spec.training.as_ref().map(|training| &training.config_sha256);
        if config.is_some() && config == self.config_sha256.as_ref() { Match::SameConfiguration } else { Match::Other }
    }
}

//! The float model that is to be quantized.

use labelcam::onnx::graph;
use labelcam::onnx::pb::{GraphProto, ModelProto};
use labelcam::onnx::{self, metadata};
use labelcam::recognizer::{ModelError, Recognizer};
use labelcam::spec::{METADATA_KEY, Spec};
use thiserror::Error;

use crate::fold;
use crate::layers::Layers;

/// Why a model cannot be quantized.
#[derive(Debug, Error)]
pub enum FloatError {
    /// The runtime cannot use it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// It has quantizers in it.
    #[error(
        "the model is quantized already: it has {count} nodes such as {example}; quantize the float model that it was \
         made from"
    )]
    Quantized {
        /// Such nodes.
        count: usize,
        /// The operator of the first.
        example: String,
    },
    /// Weights that are no numbers.
    #[error("the weights `{tensor}` have {count} values that are not finite: the model is damaged, export it again")]
    NotFinite {
        /// The tensor.
        tensor: String,
        /// Such values.
        count: usize,
    },
    /// Nothing to do.
    #[error(
        "the model has no convolution, linear layer or LSTM with constant weights of its own ({operators}): there is \
         nothing to quantize"
    )]
    NoLayers {
        /// The operators that it has.
        operators: String,
    },
    /// Too old for steps by channel.
    #[error(
        "the model is of ONNX opset {found} and weights with a step for each channel need {OPSET} or later: export it \
         again for opset {OPSET}, or convert it with onnx.version_converter"
    )]
    Opset {
        /// The model's.
        found: i64,
    },
}

/// The first opset whose `DequantizeLinear` has an axis.
const OPSET: i64 = 13;

/// A model of floats, checked, with its batch norms folded.
#[derive(Debug)]
pub struct FloatModel {
    /// The file, folded.
    pub proto: ModelProto,
    /// Its contract.
    pub spec: Spec,
    /// SHA-256 of the file as it was, in hexadecimal.
    pub digest: String,
    /// What can be quantized.
    pub layers: Layers,
    /// The model as the runtime reads with it.
    pub recognizer: Recognizer,
}

impl FloatModel {
    /// Checks a file of floats. `sidecar` is the contract of a model made elsewhere.
    ///
    /// # Errors
    /// [`FloatError`].
    pub fn new(bytes: &[u8], sidecar: Option<Spec>) -> Result<Self, FloatError> {
        let mut proto = onnx::parse(bytes)?;
        if sidecar.is_none() && metadata(&proto, METADATA_KEY).is_none() {
            return Err(ModelError::NoContract.into());
        }
        refuse_old(&proto)?;
        let Some(graph) = &mut proto.graph else { return Err(ModelError::NotOnnx("it has no graph".into()).into()) };
        refuse_quantized(graph)?;
        refuse_broken(graph)?;
        let recognizer = match sidecar {
            Some(spec) => Recognizer::from_foreign(bytes, spec)?,
            None => Recognizer::from_bytes(bytes)?,
        };
        fold::graph(graph);
        let layers = Layers::of(graph);
        if layers.layers.is_empty() {
            let mut operators: Vec<_> = graph.node.iter().map(|node| node.op_type.as_str()).collect();
            operators.sort_unstable();
            operators.dedup();
            return Err(FloatError::NoLayers { operators: operators.join(", ") });
        }
        let (spec, digest) = (recognizer.spec().clone(), recognizer.digest().to_owned());
        Ok(Self { proto, spec, digest, layers, recognizer })
    }

    /// The graph.
    ///
    /// # Panics
    /// Never: a model without a graph is refused.
    pub fn graph(&self) -> &GraphProto {
        self.proto.graph.as_ref().expect("a model without a graph is refused")
    }
}

impl FloatModel {
    /// The sides of a constant; none where there is no such constant.
    pub fn shape(&self, name: &str) -> Vec<usize> {
        self.graph().initializer.iter().find(|tensor| tensor.name == name).map(graph::shape).unwrap_or_default()
    }
}

fn refuse_quantized(graph: &GraphProto) -> Result<(), FloatError> {
    let quantized = |op: &str| op.contains("Quantize") || op.starts_with("QLinear") || op.ends_with("Integer");
    let mut nodes = graph.node.iter().filter(|node| quantized(&node.op_type));
    let Some(first) = nodes.next() else { return Ok(()) };
    Err(FloatError::Quantized { count: 1 + nodes.count(), example: first.op_type.clone() })
}

fn refuse_broken(graph: &GraphProto) -> Result<(), FloatError> {
    for tensor in &graph.initializer {
        let count = graph::floats(tensor).unwrap_or_default().iter().filter(|value| !value.is_finite()).count();
        if count > 0 {
            return Err(FloatError::NotFinite { tensor: tensor.name.clone(), count });
        }
    }
    Ok(())
}

fn refuse_old(proto: &ModelProto) -> Result<(), FloatError> {
    let own = proto.opset_import.iter().filter(|import| import.domain.is_empty() || import.domain == "ai.onnx");
    let found = own.map(|import| import.version).max().unwrap_or(1);
    if found < OPSET { Err(FloatError::Opset { found }) } else { Ok(()) }
}

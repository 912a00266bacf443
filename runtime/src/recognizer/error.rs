//! Why a model cannot be used or a line not be read.

use thiserror::Error;

use crate::ctc::CtcError;
use crate::lexicon::LexiconError;
use crate::lines::QuadError;
use crate::preprocess::PreprocessError;
use crate::spec::{METADATA_KEY, SpecError};

/// Why a model was refused.
#[derive(Debug, Error)]
pub enum ModelError {
    /// The bytes are no ONNX file, or only the beginning of one.
    #[error("not an ONNX model, or a damaged or truncated one ({0}): copy or export it again")]
    NotOnnx(String),
    /// An ONNX file without our metadata.
    #[error(
        "the model has no `{METADATA_KEY}` in its metadata: export it with `labelcam-train export`, or describe a model \
         made elsewhere in a TOML file and name that with --spec"
    )]
    NoContract,
    /// The contract cannot be used.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// tract cannot make a network of the file.
    #[error("tract cannot run the model: {0}; export it again with operators that tract knows")]
    Unusable(String),
    /// A number of its quantization is one that no reading may be made with.
    #[error(
        "the model's quantization is damaged: the {what} of `{node}` is {found} and must be {rule}; make the file again \
         with `labelcam-quantize`"
    )]
    Quantization {
        /// The operator.
        node: String,
        /// Which number of it.
        what: &'static str,
        /// Its value.
        found: String,
        /// What it must be.
        rule: String,
    },
    /// The network takes or gives tensors of another shape than a line recognizer's.
    #[error(
        "the model's {tensor} has shape {found} and must have {expected}: it is no line recognizer of this contract"
    )]
    Shape {
        /// `input` or `output`.
        tensor: &'static str,
        /// Its shape.
        found: String,
        /// What the contract asks for.
        expected: String,
    },
    /// The output has other classes than the alphabet.
    #[error(
        "the model outputs {found} classes and its alphabet needs {expected} (the blank and {} characters): give the \
         alphabet that it was trained with, or export it again", expected - 1
    )]
    ClassCount {
        /// Classes of the alphabet, with the blank.
        expected: usize,
        /// Classes of the output.
        found: usize,
    },
}

/// Why a line was not read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The region cannot be a line.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// The quadrilateral cannot be cut out.
    #[error(transparent)]
    Quad(#[from] QuadError),
    /// The network failed at run time.
    #[error("the network failed: {0}")]
    Run(String),
    /// The network's numbers cannot be decoded.
    #[error(transparent)]
    Ctc(#[from] CtcError),
    /// The lexicon is for another model.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

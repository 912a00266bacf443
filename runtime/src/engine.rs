//! Our operators within tract: what a line recognizer spends its time in, in int8 and in float.
//!
//! [`model`] reads a file's graph and puts operators of ours in the place of convolutions, pools, linear layers, LSTMs and the
//! log-softmax ([`lower`]); tract does the rest, and plans and runs the whole. A quantized layer is then one operator that
//! takes bytes and gives bytes.
//!
//! | module | what |
//! | --- | --- |
//! | [`kernel`] | inner loops by instruction set; the only `unsafe` code |
//! | [`product`] | rows times packed weights: every layer with weights |
//! | [`op`] | the operators |
//! | [`lower`], [`node`], [`parse`] | from the file's graph to operators |
//! | [`measure`] | one product at a time, for benches |

#[expect(unsafe_code, reason = "vector instructions, and tiles that read without bounds checks")]
#[cfg_attr(
    target_arch = "aarch64",
    expect(clippy::needless_range_loop, reason = "rows and vectors count in several arrays at once")
)]
pub mod kernel;
mod lower;
pub mod measure;
mod node;
mod op;
mod parse;
mod product;
mod quant;
mod scratch;

use tract_core::prelude::TractResult;
use tract_onnx::prelude::{Framework, InferenceModel};

use crate::onnx::pb::ModelProto;
use crate::recognizer::ModelError;

/// tract's model of a file, with our operators in it.
///
/// # Errors
/// [`ModelError::Quantization`] when the file's quantization is damaged; the inner result is tract's.
pub(crate) fn model(mut proto: ModelProto) -> Result<TractResult<InferenceModel>, ModelError> {
    if let Some(graph) = &mut proto.graph {
        lower::lower(graph)?;
    }
    let mut onnx = tract_onnx::onnx();
    parse::register(&mut onnx);
    Ok(onnx.model_for_proto_model(&proto))
}

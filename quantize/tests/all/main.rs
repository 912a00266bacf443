//! Black-box tests of `labelcam-quantize`.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod foreign;
#[path = "../../../trainer/tests/all/onnxruntime.rs"]
mod onnxruntime;
mod peer;
mod program;
mod refusals;
mod written;

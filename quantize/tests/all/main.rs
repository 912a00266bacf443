//! Black-box tests of `labelcam-quantize`.

mod peer;
mod program;
mod refusals;
mod written;

//! Black-box tests of `labelcam-quantize`.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod alike;
mod foreign;
mod peer;
#[path = "../../../trainer/tests/all/peers.rs"]
mod peers;
mod program;
mod refusals;
mod written;

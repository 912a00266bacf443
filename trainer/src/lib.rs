//! Trains CRNN+CTC line recognizers with libtorch and exports them to ONNX.
//!
//! From lines to a model file:
//!
//! - [`synth`] renders labelled lines; [`lines`] prepares them as the network takes them; [`loader`] batches them.
//! - [`crnn`] is the network, [`mod@ctc_loss`] its loss, [`adamw`] and [`schedule`] its updates, [`replicas`] its threads.
//! - [`mod@train`] is the loop; [`validate`], [`checkpoint`] and [`log`] are what it does on the way; [`config`] sets it.
//! - [`contract`] is what a model says of itself.
//!
//! Preprocessing, alphabet, decoding and metrics are the runtime's: there is no second definition of them here.

pub mod adamw;
pub mod checkpoint;
pub mod cmd;
pub mod config;
pub mod contract;
pub mod crnn;
pub mod ctc_loss;
pub mod device;
pub mod lines;
pub mod loader;
pub mod log;
pub mod replicas;
pub mod schedule;
pub mod synth;
pub mod train;
pub mod validate;

//! Trains CRNN+CTC line recognizers with libtorch and exports them to ONNX.
//!
//! From lines to a model file:
//!
//! - [`synth`] renders labelled lines; [`lines`] prepares them as the network takes them; [`loader`] batches them.
//! - [`crnn`] is the network, [`mod@ctc_loss`] its loss, [`adamw`] and [`schedule`] its updates, [`replicas`] its threads.
//! - [`quantization`] has the network trained with the roundings of int8, and [`distillation`] keeps it to the float one.
//! - [`mod@train`] is the loop; [`validate`], [`checkpoint`] and [`log`] are what it does on the way; [`config`] sets it.
//! - [`export`] writes the model file, and shows that it reads as the network did; [`contract`] is what it says of itself.
//! - [`folder`] reads labelled sets, to measure on lines that were not rendered.
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
pub mod distillation;
pub mod export;
pub mod folder;
pub mod lines;
pub mod loader;
pub mod log;
pub mod quantization;
pub mod replicas;
pub mod schedule;
pub mod synth;
pub mod train;
pub mod validate;

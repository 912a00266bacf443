//! Makes int8 models of float ones.
//!
//! From a float model and lines to a file:
//!
//! - [`model`] reads and checks the float model, [`fold`] simplifies it, [`layers`] finds what can be quantized.
//! - [`lines`] are prepared as the runtime prepares them; [`doubts`] tells what is odd about them.
//! - [`run`] runs a graph over lines with inner values given out; [`observe`] counts them in a [`histogram`].
//! - [`mod@equalize`] brings channels to like ranges; [`range`] has the methods that choose a range, [`ranges`] the choice
//!   among them, by the error at layers' outputs, which [`branch`] makes visible.
//! - [`moments`] are what rounding weights must know of a layer's inputs; [`gptq`] rounds with them, [`weights`] without.
//! - [`mod@quantize`] does all that layer by layer; its decisions are a [`plan`], which [`write`](mod@write) carries out.
//! - [`measure`] and [`sensitivity`] read with the result; [`report`] tells.
//!
//! Preprocessing, decoding and the contract are the runtime's: there is no second definition of them here.

pub mod affine;
pub mod branch;
mod cholesky;
pub mod cmd;
pub mod doubts;
pub mod equalize;
pub mod fold;
pub mod gptq;
pub mod histogram;
pub mod layers;
pub mod lines;
pub mod measure;
pub mod model;
pub mod moments;
pub mod neighbours;
pub mod observe;
mod output;
pub mod plan;
pub mod quantize;
pub mod range;
pub mod ranges;
pub mod report;
pub mod run;
pub mod sensitivity;
pub mod weights;
pub mod write;

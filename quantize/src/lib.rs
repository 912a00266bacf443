//! Makes int8 models of float ones.
pub mod affine;
pub mod branch;
mod cholesky;
pub mod fold;
pub mod gptq;
pub mod histogram;
pub mod layers;
pub mod lines;
pub mod model;
pub mod moments;
pub mod observe;
pub mod plan;
pub mod quantize;
pub mod range;
pub mod ranges;
pub mod run;
pub mod weights;
pub mod write;

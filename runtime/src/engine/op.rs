//! Operators of ours within tract: channels last, quantized or float.
//!
//! Each keeps its weights behind an [`Arc`], so that plans for other widths share them. None is evaluated while tract
//! simplifies a graph: their inputs are never constant.

mod conv;
mod linear;
mod lstm;
mod pointwise;
mod pool;
mod prelude;

pub(super) use conv::{Conv, Window};
pub(super) use linear::Linear;
pub(super) use lstm::{Lstm, Recurrent};
pub(super) use pointwise::{Dequantize, LogSoftmax, Quantize};
pub(super) use pool::MaxPool;

use std::sync::Arc;

use self::prelude::*;
use super::product::{Layer, Out};
use super::quant::Quant;

/// A layer's weights in either number format.
#[derive(Debug, Clone)]
pub(super) enum Weights {
    /// Float by float.
    Float(Arc<Layer<f32>>),
    /// Bytes by signed bytes, and how the input is quantized.
    Int8(Arc<Layer<u8>>, Quant),
}

impl Weights {
    fn channels(&self) -> usize {
        match self {
            Self::Float(layer) => layer.packed.channels(),
            Self::Int8(layer, _) => layer.packed.channels(),
        }
    }
}

/// Weights are never compared value by value: two operators are the same only if they share them.
impl PartialEq for Weights {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => Arc::ptr_eq(a, b),
            (Self::Int8(a, _), Self::Int8(b, _)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Eq for Weights {}

/// The type of a tensor that is quantized or not.
fn datum_type(quantized: bool) -> DatumType {
    if quantized { u8::datum_type() } else { f32::datum_type() }
}

/// An output tensor that `fill` fills.
fn filled(quantized: bool, shape: &[usize], fill: impl FnOnce(&mut Out<'_>) -> TractResult<()>) -> TractResult<Tensor> {
    let mut tensor = Tensor::zero_dt(datum_type(quantized), shape)?;
    let mut plain = tensor.try_as_plain_ram_mut()?;
    let mut out =
        if quantized { Out::Bytes(plain.as_slice_mut::<u8>()?) } else { Out::Floats(plain.as_slice_mut::<f32>()?) };
    fill(&mut out)?;
    Ok(tensor)
}

/// A shape with its last side replaced.
fn with_last(shape: &[TDim], last: usize) -> TVec<TDim> {
    let mut shape: TVec<TDim> = shape.into();
    if let Some(side) = shape.last_mut() {
        *side = last.into();
    }
    shape
}

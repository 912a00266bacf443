//! A linear layer, with bias, ReLU and quantization of its output.

use super::super::kernel::Number;
use super::super::product::{Layer, Out, Rows};
use super::super::scratch::{self, Buffer};
use super::prelude::*;
use super::{Weights, datum_type, filled, with_last};

/// `[.., I]` to `[.., C]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Linear {
    /// I.
    pub(in super::super) depth: usize,
    pub(in super::super) weights: Weights,
    /// Whether the output is quantized.
    pub(in super::super) quantized: bool,
}

impl Op for Linear {
    fn name(&self) -> StaticName {
        match self.weights {
            Weights::Float(_) => "labelcam.Linear".into(),
            Weights::Int8(..) => "labelcam.LinearInt8".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Linear {
    not_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let shape = inputs[0].shape();
        ensure!(shape.last() == Some(&self.depth), "the weights are for rows of {}, not {shape:?}", self.depth);
        let output: TVec<usize> = shape[..shape.len() - 1].iter().copied().chain([self.weights.channels()]).collect();
        let plain = inputs[0].try_as_plain_ram()?;
        let output = filled(self.quantized, &output, |out| match &self.weights {
            Weights::Float(layer) => apply(layer, plain.as_slice()?, self.depth, out),
            Weights::Int8(layer, _) => apply(layer, plain.as_slice()?, self.depth, out),
        })?;
        Ok(tvec!(output.into()))
    }
}

impl TypedOp for Linear {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = inputs[0].shape.to_tvec();
        ensure!(!shape.is_empty(), "rows have a side");
        Ok(tvec!(datum_type(self.quantized).fact(with_last(&shape, self.weights.channels()))))
    }

    as_op!();
}

/// Multiplies rows of `depth` values, which lie one after the other.
pub(super) fn apply<N: Number + Buffer>(
    layer: &Layer<N>,
    values: &[N],
    depth: usize,
    out: &mut Out<'_>,
) -> TractResult<()> {
    let (rows, length) = (values.len() / depth, layer.packed.length());
    scratch::with(|scratch| {
        scratch.starts.clear();
        scratch.starts.extend((0..rows).map(|row| row * length));
        if length == depth {
            return layer.apply(&Rows { values, starts: &scratch.starts, stride: 0 }, out);
        }
        // The last row's run would reach beyond the tensor: rows are copied to a length of whole groups.
        let mut padded = std::mem::take(N::buffer(scratch));
        padded.clear();
        padded.resize(rows * length, N::default());
        for (padded, row) in padded.chunks_exact_mut(length).zip(values.chunks_exact(depth)) {
            padded[..depth].copy_from_slice(row);
        }
        let result = layer.apply(&Rows { values: &padded, starts: &scratch.starts, stride: 0 }, out);
        *N::buffer(scratch) = padded;
        result
    })
}

//! Operators that take values one by one, or row by row.

use super::super::kernel::Kernels;
use super::super::product::Out;
use super::super::quant::Quant;
use super::filled;
use super::prelude::*;

/// Floats to stored bytes.
#[derive(Debug, Clone)]
pub(in super::super) struct Quantize {
    pub(in super::super) quant: Quant,
    pub(in super::super) kernels: &'static Kernels,
}

/// Stored bytes to floats.
#[derive(Debug, Clone)]
pub(in super::super) struct Dequantize {
    pub(in super::super) quant: Quant,
}

/// Scores to natural logarithms of probabilities, over the last axis.
#[derive(Debug, Clone)]
pub(in super::super) struct LogSoftmax {
    pub(in super::super) kernels: &'static Kernels,
}

/// The traits that three operators of one input and an output of its shape have in common.
macro_rules! pointwise {
    ($op:ty, $name:literal, $output:ty) => {
        impl Op for $op {
            fn name(&self) -> StaticName {
                $name.into()
            }

            op_as_typed_op!();
        }

        impl EvalOp for $op {
            not_out_of_plan!();

            fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
                self.run(&inputs[0])
            }
        }

        impl TypedOp for $op {
            fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
                Ok(tvec!(<$output>::datum_type().fact(inputs[0].shape.to_tvec())))
            }

            as_op!();
        }

        /// Never the same as another: tract compares operators only to merge them.
        impl PartialEq for $op {
            fn eq(&self, _other: &Self) -> bool {
                false
            }
        }

        impl Eq for $op {}
    };
}

pointwise!(Quantize, "labelcam.Quantize", u8);
pointwise!(Dequantize, "labelcam.Dequantize", f32);
pointwise!(LogSoftmax, "labelcam.LogSoftmax", f32);

impl Quantize {
    fn run(&self, input: &TValue) -> TractResult<TVec<TValue>> {
        let plain = input.try_as_plain_ram()?;
        let output = filled(true, input.shape(), |out| {
            if let Out::Bytes(out) = out {
                self.kernels.quantize(plain.as_slice()?, self.quant.scale, &self.quant.limits(false), out);
            }
            Ok(())
        })?;
        Ok(tvec!(output.into()))
    }
}

impl Dequantize {
    fn run(&self, input: &TValue) -> TractResult<TVec<TValue>> {
        let plain = input.try_as_plain_ram()?;
        let output = filled(false, input.shape(), |out| {
            if let Out::Floats(out) = out {
                let bytes = plain.as_slice::<u8>()?;
                out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = self.quant.value(byte));
            }
            Ok(())
        })?;
        Ok(tvec!(output.into()))
    }
}

impl LogSoftmax {
    fn run(&self, input: &TValue) -> TractResult<TVec<TValue>> {
        let mut output = input.clone().into_tensor();
        let classes = output.shape().last().copied().unwrap_or(1).max(1);
        let mut plain = output.try_as_plain_ram_mut()?;
        plain.as_slice_mut::<f32>()?.chunks_exact_mut(classes).for_each(|row| self.kernels.log_softmax(row));
        Ok(tvec!(output.into()))
    }
}

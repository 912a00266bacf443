//! LSTM from a zero state, one or two directions, with ONNX's gates in ONNX's order.
//!
//! The products with the inputs of all steps are one matrix product. What depends on the step before is a product with one row:
//! in float, or, with int8 weights, of the output in 15 bits as two rows of bytes, so that the state is not what
//! is lost in quantization.

use std::sync::Arc;

use super::super::kernel::{Gates, Kernels, LIMB_ONE, Sums};
use super::super::product::{Out, Packed, Rows};
use super::super::scratch::{self, Scratch};
use super::prelude::*;
use super::{Weights, datum_type, filled, linear, with_last};
use crate::engine::quant::Quant;

/// The weights of one direction's recurrent product, `[4 h][h]`.
#[derive(Debug)]
pub(in super::super) enum Recurrent {
    /// In float.
    Float(Packed<f32>),
    /// In int8: `scale` and `offset` of each of `4 h` channels turn sums into values.
    Int8 { packed: Packed<u8>, scale: Vec<f32>, offset: Vec<i32> },
}

/// `[T, N, I]` to `[T, N, D h]`, D directions.
#[derive(Debug, Clone)]
pub(in super::super) struct Lstm {
    pub(in super::super) depth: usize,
    pub(in super::super) hidden: usize,
    /// Of each direction, whether it runs from the end to the start.
    pub(in super::super) backward: Vec<bool>,
    /// The products with the inputs and all biases: D 4 h channels.
    pub(in super::super) weights: Weights,
    /// By direction.
    pub(in super::super) recurrent: Arc<Vec<Recurrent>>,
    /// How the output is quantized, if it is.
    pub(in super::super) output: Option<Quant>,
    pub(in super::super) kernels: &'static Kernels,
}

impl PartialEq for Lstm {
    fn eq(&self, other: &Self) -> bool {
        self.weights == other.weights
    }
}

impl Eq for Lstm {}

impl Op for Lstm {
    fn name(&self) -> StaticName {
        match self.weights {
            Weights::Float(_) => "labelcam.Lstm".into(),
            Weights::Int8(..) => "labelcam.LstmInt8".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Lstm {
    not_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [steps, lines, depth] = *inputs[0].shape() else {
            bail!("a sequence has three sides, not {:?}", inputs[0].shape())
        };
        ensure!(depth == self.depth, "the weights are for {} values a step, not {depth}", self.depth);
        let plain = inputs[0].try_as_plain_ram()?;
        let mut gates = scratch::with(|scratch| std::mem::take(&mut scratch.gates));
        gates.resize(steps * lines * self.channels(), 0.0);
        match &self.weights {
            Weights::Float(layer) => linear::apply(layer, plain.as_slice()?, depth, &mut Out::Floats(&mut gates))?,
            Weights::Int8(layer, _) => linear::apply(layer, plain.as_slice()?, depth, &mut Out::Floats(&mut gates))?,
        }
        let sequence = Sequence { steps, lines, gates: &gates };
        let shape = [steps, lines, self.backward.len() * self.hidden];
        let output =
            scratch::with(|scratch| filled(self.output.is_some(), &shape, |out| self.run(sequence, scratch, out)))?;
        scratch::with(|scratch| scratch.gates = gates);
        Ok(tvec!(output.into()))
    }
}

impl TypedOp for Lstm {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = inputs[0].shape.to_tvec();
        ensure!(shape.len() == 3, "a sequence has three sides, not {shape:?}");
        let side = self.backward.len() * self.hidden;
        Ok(tvec!(datum_type(self.output.is_some()).fact(with_last(&shape, side))))
    }

    as_op!();
}

/// The products with the inputs, `[T][N][D 4 h]`.
#[derive(Debug, Clone, Copy)]
struct Sequence<'a> {
    steps: usize,
    lines: usize,
    gates: &'a [f32],
}

impl Lstm {
    /// Values of a step and line before the gates.
    fn channels(&self) -> usize {
        self.backward.len() * 4 * self.hidden
    }

    fn run(&self, sequence: Sequence<'_>, scratch: &mut Scratch, out: &mut Out<'_>) -> TractResult<()> {
        let size = sequence.steps * sequence.lines * self.backward.len() * self.hidden;
        match (out, self.output) {
            (Out::Bytes(bytes), Some(quant)) => {
                let mut outputs = std::mem::take(&mut scratch.outputs);
                outputs.resize(size, 0.0);
                self.directions(sequence, scratch, &mut outputs)?;
                self.kernels.quantize(&outputs, quant.scale, &quant.limits(false), bytes);
                scratch.outputs = outputs;
                Ok(())
            }
            (Out::Floats(outputs), _) => self.directions(sequence, scratch, outputs),
            (Out::Bytes(_), None) => unreachable!("bytes are made of an output that is quantized"),
        }
    }

    fn directions(&self, sequence: Sequence<'_>, scratch: &mut Scratch, outputs: &mut [f32]) -> TractResult<()> {
        for direction in 0..self.backward.len() {
            for line in 0..sequence.lines {
                self.direction((direction, line), sequence, scratch, outputs)?;
            }
        }
        Ok(())
    }

    /// One line in one direction.
    fn direction(
        &self,
        (direction, line): (usize, usize),
        Sequence { steps, lines, gates }: Sequence<'_>,
        scratch: &mut Scratch,
        outputs: &mut [f32],
    ) -> TractResult<()> {
        let hidden = self.hidden;
        let mut state = State::new(&self.recurrent[direction], hidden, scratch);
        for t in 0..steps {
            let t = if self.backward[direction] { steps - 1 - t } else { t };
            let from = (t * lines + line) * self.channels() + direction * 4 * hidden;
            state.step.copy_from_slice(&gates[from..from + 4 * hidden]);
            state.recur()?;
            let to = ((t * lines + line) * self.backward.len() + direction) * hidden;
            self.kernels.gates(&mut Gates {
                inputs: state.step,
                cell: state.cell,
                output: &mut outputs[to..to + hidden],
                limbs: if matches!(state.recurrent, Recurrent::Int8 { .. }) { state.limbs } else { &mut [] },
            });
            if matches!(state.recurrent, Recurrent::Float(_)) {
                state.output[..hidden].copy_from_slice(&outputs[to..to + hidden]);
            }
        }
        Ok(())
    }
}

/// What goes from one step to the next.
struct State<'a> {
    recurrent: &'a Recurrent,
    step: &'a mut [f32],
    cell: &'a mut [f32],
    /// The output in float, as far as the packed weights' rows reach.
    output: &'a mut [f32],
    /// The output in two rows of bytes.
    limbs: &'a mut [u8],
    starts: [usize; 2],
}

impl<'a> State<'a> {
    /// The zero state.
    fn new(recurrent: &'a Recurrent, hidden: usize, scratch: &'a mut Scratch) -> Self {
        let Scratch { floats, bytes, step, cell, .. } = scratch;
        step.resize(4 * hidden, 0.0);
        cell.clear();
        cell.resize(hidden, 0.0);
        floats.clear();
        bytes.clear();
        let length = match recurrent {
            Recurrent::Float(packed) => packed.length(),
            Recurrent::Int8 { packed, .. } => packed.length(),
        };
        floats.resize(length, 0.0);
        // Behind the second row is room for what the kernels read beyond it.
        bytes.resize(hidden + length.max(hidden), Quant::LIMB.stored_zero());
        let limbs = bytes;
        Self { recurrent, step, cell, output: floats, limbs, starts: [0, hidden] }
    }

    /// Adds to the gates what depends on the step before.
    fn recur(&mut self) -> TractResult<()> {
        let step = &mut *self.step;
        match self.recurrent {
            Recurrent::Float(packed) => {
                let rows = Rows { values: &*self.output, starts: &[0], stride: 0 };
                packed.multiply(&rows, |_, channels, sums| {
                    step[channels].iter_mut().zip(sums.values).for_each(|(gate, sum)| *gate += sum);
                })
            }
            Recurrent::Int8 { packed, scale, offset } => {
                let rows = Rows { values: &*self.limbs, starts: &self.starts, stride: 0 };
                packed.multiply(&rows, |_, channels, sums| {
                    let clamp = (&scale[channels.clone()], &offset[channels.clone()]);
                    add_limbs(&mut step[channels], sums, clamp);
                })
            }
        }
    }
}

/// Adds `(128 * high + low + offset) * scale` to each gate.
#[expect(clippy::cast_precision_loss, reason = "beyond 2^24 the nearest float is as good as any")]
fn add_limbs(gates: &mut [f32], sums: &Sums<'_, i32>, (scale, offset): (&[f32], &[i32])) {
    let (high, low) = sums.values.split_at(sums.width);
    let sums = high.iter().zip(low).zip(scale.iter().zip(offset));
    for (gate, ((&high, &low), (&scale, &offset))) in gates.iter_mut().zip(sums) {
        // The true sum is within 32 bits; what wraps on the way comes back.
        let sum = (high << 7).wrapping_add(low).wrapping_add(offset);
        *gate += sum as f32 * scale;
    }
}

impl Recurrent {
    /// Packs `weights`, `[4 h][h]`, with a scale for each row.
    ///
    /// # Errors
    /// When there is no memory.
    pub(in super::super) fn int8(
        kernels: &'static Kernels,
        weights: &[i8],
        scales: &[f32],
        hidden: usize,
    ) -> TractResult<Self> {
        let zero = Quant::LIMB.kernel_zero() * (128 + 1);
        let total = |row: &[i8]| row.iter().map(|&weight| i32::from(weight)).sum::<i32>();
        let offset = weights.chunks_exact(hidden).map(|row| -zero * total(row)).collect();
        let scale = scales.iter().map(|scale| scale / LIMB_ONE).collect();
        Ok(Self::Int8 { packed: Packed::new(kernels, weights, 1, hidden)?, scale, offset })
    }
}

impl Quant {
    /// How a limb of an LSTM's output is stored: as an activation around 128. Its scale is of no use.
    const LIMB: Self = Self { scale: 1.0, zero: 128 };
}

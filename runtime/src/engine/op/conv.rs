//! Convolution of channels-last pictures, with bias, ReLU and quantization of its output.
//!
//! There is no im2col: with the channels last, a row of the kernel covers `kw * C` consecutive values of the picture, so
//! the product walks over the picture itself, padded once. Only where that run is too short to fill a step of the kernels, as
//! with a grey input, windows are copied out.

use super::super::kernel::Number;
use super::super::product::{Layer, Out, Rows};
use super::super::scratch::{self, Buffer};
use super::prelude::*;
use super::{Weights, datum_type, filled};

/// The window of a convolution or pool, rows and then columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Window {
    /// Rows and columns.
    pub(in super::super) kernel: [usize; 2],
    /// From one window to the next.
    pub(in super::super) strides: [usize; 2],
    /// Before the first row and column.
    pub(in super::super) before: [usize; 2],
    /// After the last row and column.
    pub(in super::super) after: [usize; 2],
}

impl Window {
    /// Rows and columns of the output; none where the window does not fit.
    pub(super) fn output(&self, input: [usize; 2]) -> Option<[usize; 2]> {
        let side = |axis: usize| {
            let room = (input[axis] + self.before[axis] + self.after[axis]).checked_sub(self.kernel[axis])?;
            Some(room / self.strides[axis] + 1)
        };
        Some([side(0)?, side(1)?])
    }

    /// The same of sides that may be symbols.
    pub(super) fn output_dims(&self, input: [&TDim; 2]) -> [TDim; 2] {
        let side = |axis: usize| {
            let margins = TDim::from(self.before[axis] + self.after[axis]);
            (input[axis].clone() + margins - self.kernel[axis]) / self.strides[axis] + 1
        };
        [side(0), side(1)]
    }
}

/// `[N, H, W, I]` to `[N, H', W', C]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Conv {
    pub(in super::super) window: Window,
    /// Channels of the input.
    pub(in super::super) depth: usize,
    pub(in super::super) weights: Weights,
    /// Whether the output is quantized.
    pub(in super::super) quantized: bool,
}

impl Op for Conv {
    fn name(&self) -> StaticName {
        match self.weights {
            Weights::Float(_) => "labelcam.Conv".into(),
            Weights::Int8(..) => "labelcam.ConvInt8".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Conv {
    not_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [n, height, width, depth] = *inputs[0].shape() else {
            bail!("a picture has four sides, not {:?}", inputs[0].shape())
        };
        ensure!(depth == self.depth, "the weights are for {} channels, the picture has {depth}", self.depth);
        let picture = Picture { count: n, sides: [height, width], depth };
        let Some([rows, columns]) = self.window.output(picture.sides) else {
            bail!("the picture of {height}x{width} is smaller than {:?}", self.window)
        };
        let shape = [n, rows, columns, self.weights.channels()];
        let plain = inputs[0].try_as_plain_ram()?;
        let output = filled(self.quantized, &shape, |out| match &self.weights {
            Weights::Float(layer) => self.apply((plain.as_slice()?, 0.0), picture, layer, out),
            Weights::Int8(layer, quant) => self.apply((plain.as_slice()?, quant.stored_zero()), picture, layer, out),
        })?;
        Ok(tvec!(output.into()))
    }
}

impl TypedOp for Conv {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = &inputs[0].shape;
        ensure!(shape.rank() == 4, "a picture has four sides, not {shape:?}");
        let [rows, columns] = self.window.output_dims([&shape[1], &shape[2]]);
        let shape = [shape[0].clone(), rows, columns, self.weights.channels().into()];
        Ok(tvec!(datum_type(self.quantized).fact(shape)))
    }

    as_op!();
}

/// The sides of the input.
#[derive(Debug, Clone, Copy)]
struct Picture {
    count: usize,
    sides: [usize; 2],
    depth: usize,
}

impl Conv {
    fn apply<N: Number + Buffer>(
        &self,
        (values, zero): (&[N], N),
        picture: Picture,
        layer: &Layer<N>,
        out: &mut Out<'_>,
    ) -> TractResult<()> {
        scratch::with(|scratch| {
            let mut buffer = std::mem::take(N::buffer(scratch));
            let mut starts = std::mem::take(&mut scratch.starts);
            starts.clear();
            self.pad(picture, (values, zero), &mut buffer, layer.packed.length());
            self.starts(picture, &mut starts);
            let stride = self.padded(picture)[1] * picture.depth;
            let result = layer.apply(&Rows { values: &buffer, starts: &starts, stride }, out);
            *N::buffer(scratch) = buffer;
            scratch.starts = starts;
            result
        })
    }

    fn padded(&self, picture: Picture) -> [usize; 2] {
        [0, 1].map(|axis| self.window.before[axis] + picture.sides[axis] + self.window.after[axis])
    }

    /// Copies the pictures with their margins; behind the last one is room for the longest run.
    fn pad<N: Number>(&self, picture: Picture, (values, zero): (&[N], N), buffer: &mut Vec<N>, run: usize) {
        let Picture { count, sides: [height, width], depth } = picture;
        let [rows, columns] = self.padded(picture);
        let ([top, left], right) = (self.window.before, self.window.after[1]);
        buffer.resize(count * rows * columns * depth + run, N::default());
        let (pictures, rest) = buffer.split_at_mut(count * rows * columns * depth);
        rest.fill(zero);
        for (n, padded) in pictures.chunks_exact_mut(rows * columns * depth).enumerate() {
            for (y, row) in padded.chunks_exact_mut(columns * depth).enumerate() {
                let Some(source) = y.checked_sub(top).filter(|&y| y < height) else {
                    row.fill(zero);
                    continue;
                };
                let source = (n * height + source) * width * depth;
                row[..left * depth].fill(zero);
                row[left * depth..(left + width) * depth].copy_from_slice(&values[source..source + width * depth]);
                row[(left + width) * depth..][..right * depth].fill(zero);
            }
        }
    }

    fn starts(&self, picture: Picture, starts: &mut Vec<usize>) {
        let [rows, columns] = self.padded(picture);
        let [down, across] = self.window.strides;
        let [height, width] = self.window.output(picture.sides).unwrap_or_default();
        for n in 0..picture.count {
            for y in 0..height {
                let row = (n * rows + y * down) * columns;
                starts.extend((0..width).map(|x| (row + x * across) * picture.depth));
            }
        }
    }
}

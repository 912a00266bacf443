//! One product of the engine at a time, for benches: rows of activations times packed weights, with all that a layer does
//! to its sums.

use super::kernel::{FLIP, Kernels, Number};
use super::product::{Finish, Layer, Out, Packed, Rows};
use super::quant::{Quant, float_limits};

/// M rows of K values times K x C weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// M: pixels, time steps, or the two rows of an LSTM's state.
    pub rows: usize,
    /// K.
    pub depth: usize,
    /// C.
    pub channels: usize,
}

impl Shape {
    /// Multiply-adds of the product.
    pub fn multiply_adds(self) -> usize {
        self.rows * self.depth * self.channels
    }

    /// Activations from 0 to 255, `[M][K]`: made up, the same at every call.
    #[expect(clippy::cast_possible_truncation, reason = "remainders below 256")]
    pub fn activations(self) -> Vec<u8> {
        (0..self.rows * self.depth).map(|i| (i * 31 % 251) as u8).collect()
    }

    /// Weights within 7 bits, `[C][K]`: made up, the same at every call.
    #[expect(clippy::cast_possible_truncation, reason = "remainders below 127")]
    pub fn weights(self) -> Vec<i8> {
        (0..self.channels * self.depth).map(|i| (i * 29 % 127) as i8 - 63).collect()
    }
}

/// A layer of some shape with its activations, and room for its output.
#[derive(Debug)]
pub struct Product(Operands);

#[derive(Debug)]
enum Operands {
    Float(Operand<f32>, Vec<f32>),
    Int8(Operand<u8>, Vec<u8>),
}

#[derive(Debug)]
struct Operand<N: Number> {
    layer: Layer<N>,
    values: Vec<N>,
    starts: Vec<usize>,
}

impl Product {
    /// In float, with bias and ReLU.
    ///
    /// # Panics
    /// When a side of the shape is zero, or there is no memory.
    pub fn float(kernels: &'static Kernels, shape: Shape) -> Self {
        let weights: Vec<f32> = shape.weights().into_iter().map(f32::from).collect();
        let values: Vec<f32> = shape.activations().into_iter().map(f32::from).collect();
        let finish = finish(shape, float_limits(true));
        Self(Operands::Float(Operand::new(kernels, shape, (&weights, &values), finish), vec![0.0; output(shape)]))
    }

    /// In int8, with bias, ReLU and rounding to bytes.
    ///
    /// # Panics
    /// As [`Self::float`].
    pub fn int8(kernels: &'static Kernels, shape: Shape) -> Self {
        let values: Vec<u8> = shape.activations().into_iter().map(|value| value ^ FLIP).collect();
        let finish = finish(shape, Quant { scale: 1.0, zero: 0 }.limits(true));
        Self(Operands::Int8(Operand::new(kernels, shape, (&shape.weights(), &values), finish), vec![0; output(shape)]))
    }

    /// Multiplies once.
    ///
    /// # Panics
    /// Never.
    pub fn run(&mut self) {
        match &mut self.0 {
            Operands::Float(operand, out) => operand.apply(&mut Out::Floats(out)),
            Operands::Int8(operand, out) => operand.apply(&mut Out::Bytes(out)),
        }
    }
}

impl<N: Number> Operand<N> {
    fn new(kernels: &'static Kernels, shape: Shape, (weights, values): (&[N::Weight], &[N]), finish: Finish) -> Self {
        let packed = Packed::new(kernels, weights, 1, shape.depth).expect("there is memory");
        let length = packed.length();
        let mut padded = vec![N::default(); shape.rows * length];
        for (padded, row) in padded.chunks_exact_mut(length).zip(values.chunks_exact(shape.depth)) {
            padded[..shape.depth].copy_from_slice(row);
        }
        let starts = (0..shape.rows).map(|row| row * length).collect();
        Self { layer: Layer { kernels, packed, finish }, values: padded, starts }
    }

    fn apply(&self, out: &mut Out<'_>) {
        let rows = Rows { values: &self.values, starts: &self.starts, stride: 0 };
        self.layer.apply(&rows, out).expect("the rows lie within their values");
    }
}

/// Values of the output.
fn output(shape: Shape) -> usize {
    shape.rows * shape.channels
}

/// Brings sums to about the range of a byte.
#[expect(clippy::cast_precision_loss, reason = "a depth is far below 2^24")]
fn finish(shape: Shape, limits: super::kernel::Limits) -> Finish {
    let scale = (63.0 * shape.depth as f32).recip();
    let channels = shape.channels;
    Finish { offset: vec![1; channels], scale: vec![scale; channels], shift: vec![1.0; channels], limits }
}

//! Max pooling of channels-last pictures, of floats or stored bytes: rounding keeps the order, so both agree.

use super::super::kernel::Kernels;
use super::super::product::Out;
use super::prelude::*;
use super::{Window, filled};

/// `[N, H, W, C]` to `[N, H', W', C]`. Margins never win.
#[derive(Debug, Clone)]
pub(in super::super) struct MaxPool {
    pub(in super::super) window: Window,
    pub(in super::super) kernels: &'static Kernels,
}

impl PartialEq for MaxPool {
    fn eq(&self, other: &Self) -> bool {
        self.window == other.window
    }
}

impl Eq for MaxPool {}

impl Op for MaxPool {
    fn name(&self) -> StaticName {
        "labelcam.MaxPool".into()
    }

    op_as_typed_op!();
}

impl EvalOp for MaxPool {
    not_out_of_plan!();

    fn eval(&self, _context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = &inputs[0];
        let [n, height, width, depth] = *input.shape() else {
            bail!("a picture has four sides, not {:?}", input.shape())
        };
        let Some([rows, columns]) = self.window.output([height, width]) else {
            bail!("the picture of {height}x{width} is smaller than {:?}", self.window)
        };
        let quantized = input.datum_type() == u8::datum_type();
        let plain = input.try_as_plain_ram()?;
        let sides = [n, height, width, depth];
        let output = filled(quantized, &[n, rows, columns, depth], |out| {
            match out {
                Out::Floats(out) => self.pool(plain.as_slice()?, sides, out, |a, b| self.kernels.max_floats(a, b)),
                Out::Bytes(out) => self.pool(plain.as_slice()?, sides, out, |a, b| self.kernels.max_bytes(a, b)),
            }
            Ok(())
        })?;
        Ok(tvec!(output.into()))
    }
}

impl TypedOp for MaxPool {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = &inputs[0].shape;
        ensure!(shape.rank() == 4, "a picture has four sides, not {shape:?}");
        let [rows, columns] = self.window.output_dims([&shape[1], &shape[2]]);
        let shape = [shape[0].clone(), rows, columns, shape[3].clone()];
        Ok(tvec!(inputs[0].datum_type.fact(shape)))
    }

    as_op!();
}

impl MaxPool {
    fn pool<T: Copy>(
        &self,
        values: &[T],
        [n, height, width, depth]: [usize; 4],
        out: &mut [T],
        max: impl Fn(&mut [T], &[T]),
    ) {
        let [rows, columns] = self.window.output([height, width]).unwrap_or_default();
        for (at, best) in out.chunks_exact_mut(depth).enumerate() {
            let (n, y, x) = (at / columns / rows % n, at / columns % rows, at % columns);
            let mut first = true;
            for y in self.range(0, y, height) {
                for x in self.range(1, x, width) {
                    let value = &values[((n * height + y) * width + x) * depth..][..depth];
                    if first {
                        best.copy_from_slice(value);
                    } else {
                        max(best, value);
                    }
                    first = false;
                }
            }
        }
    }

    /// The rows or columns of the picture under a window.
    fn range(&self, axis: usize, at: usize, side: usize) -> std::ops::Range<usize> {
        let start = at * self.window.strides[axis];
        let end = (start + self.window.kernel[axis]).saturating_sub(self.window.before[axis]).min(side);
        start.saturating_sub(self.window.before[axis])..end
    }
}

//! Quantized activations: `value = scale * (q - zero)`, q from 0 to 255.

use super::kernel::{FLIP, Limits};

/// How an activation tensor is quantized. A file's int8 is the same with zero points moved by 128.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quant {
    /// Positive and finite.
    pub(crate) scale: f32,
    /// The q of the value zero.
    pub(crate) zero: u8,
}

/// How far a stored byte is below its q.
const MOVED: i32 = FLIP as i32;

impl Quant {
    /// The byte that stores zero.
    pub(crate) fn stored_zero(self) -> u8 {
        self.zero ^ FLIP
    }

    /// What kernels see where the value is zero.
    pub(crate) fn kernel_zero(self) -> i32 {
        i32::from(self.zero) - MOVED
    }

    /// The range of stored bytes, of values from zero on if there is a ReLU.
    pub(crate) fn limits(self, relu: bool) -> Limits {
        let zero = self.kernel_zero();
        Limits { floor: floor(relu), zero, low: if relu { zero } else { -MOVED }, high: 255 - MOVED }
    }

    /// The value of a stored byte.
    pub(crate) fn value(self, stored: u8) -> f32 {
        f32::from(i16::from(stored ^ FLIP) - i16::from(self.zero)) * self.scale
    }
}

/// The limits of a float output.
pub(crate) fn float_limits(relu: bool) -> Limits {
    Limits { floor: floor(relu), zero: 0, low: 0, high: 0 }
}

fn floor(relu: bool) -> f32 {
    if relu { 0.0 } else { f32::NEG_INFINITY }
}

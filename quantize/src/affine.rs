//! The quantizer of a tensor of values: `x ≈ (q - zero_point) * scale` with `q` in 0..=255 or -128..=127.
//!
//! As ONNX has it in `QuantizeLinear`: rounded to the nearest integer, halves to even, and cut off at the ends.

use serde::Serialize;

/// What the values of the network are stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// Unsigned bytes with any zero point: all 256 steps serve the values after a ReLU.
    #[default]
    Onnx,
    /// Signed bytes with zero point 0, which is all that TensorRT takes: values after a ReLU get 128 steps.
    TensorRt,
}

/// The quantizer of one tensor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Affine {
    /// The step between neighbouring values, positive.
    pub scale: f32,
    /// The integer that stands for 0, within the integers of the type.
    pub zero_point: i32,
    /// Whether the integers are -128..=127 and not 0..=255.
    pub signed: bool,
}

impl Affine {
    /// The quantizer that holds `low..=high` and 0.
    ///
    /// A range of nothing but 0 gets the step 1: all is 0 then, whatever the step.
    #[expect(clippy::cast_possible_truncation, reason = "the zero point lies in 0..=255")]
    pub fn of_range(low: f32, high: f32, target: Target) -> Self {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let usable = |scale: f32| if scale.is_normal() { scale } else { 1.0 };
        match target {
            Target::Onnx => {
                let scale = usable((high - low) / 255.0);
                Self { scale, zero_point: (-low / scale).round_ties_even().clamp(0.0, 255.0) as i32, signed: false }
            }
            Target::TensorRt => Self { scale: usable(high.max(-low) / 127.0), zero_point: 0, signed: true },
        }
    }

    /// The smallest and the largest integer.
    pub fn limits(&self) -> (i32, i32) {
        if self.signed { (-128, 127) } else { (0, 255) }
    }

    /// The value that comes back once `x` is quantized.
    pub fn round_trip(&self, x: f64) -> f64 {
        let (least, most) = self.limits();
        let (scale, zero) = (f64::from(self.scale), f64::from(self.zero_point));
        let q = ((x / scale).round_ties_even() + zero).clamp(f64::from(least), f64::from(most));
        (q - zero) * scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_comes_back_as_zero() {
        for (low, high) in [(0.0, 6.0), (-1.0, 3.0), (-5.0, -1.0), (2.0, 4.0), (0.0, 0.0)] {
            for target in [Target::Onnx, Target::TensorRt] {
                let affine = Affine::of_range(low, high, target);
                assert!(affine.round_trip(0.0).abs() < 1e-12, "{low}..{high} {target:?}");
            }
        }
    }

    #[test]
    fn values_within_the_range_are_off_by_half_a_step_at_most() {
        for target in [Target::Onnx, Target::TensorRt] {
            let affine = Affine::of_range(-1.0, 3.0, target);
            for step in 0..=400 {
                let x = -1.0 + f64::from(step) / 100.0;
                // The zero point is rounded, so that an end may lie outside by another half step.
                let most = f64::from(affine.scale) * 1.001;
                assert!((affine.round_trip(x) - x).abs() <= most, "{x} became {}", affine.round_trip(x));
            }
        }
    }

    #[test]
    fn values_beyond_the_range_are_cut_off() {
        let affine = Affine::of_range(0.0, 2.55, Target::Onnx);
        assert_eq!((affine.zero_point, affine.limits()), (0, (0, 255)));
        assert!((affine.round_trip(9.0) - 2.55).abs() < 1e-6);
        assert!(affine.round_trip(-9.0).abs() < 1e-12);
    }

    #[test]
    fn signed_bytes_are_symmetric() {
        let affine = Affine::of_range(0.0, 1.27, Target::TensorRt);
        assert_eq!((affine.zero_point, affine.limits()), (0, (-128, 127)));
        assert!((affine.scale - 0.01).abs() < 1e-8);
    }
}

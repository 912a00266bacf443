//! Loops over slices in plain Rust, which the compiler turns into vector instructions; [`vectorized`] compiles them
//! once more for a set's own.
//!
//! Nothing here calls a mathematical library and nothing is fused, so that the results are the same bits on every
//! processor.

#![expect(clippy::inline_always, reason = "a call would leave the instructions of the set")]

/// What becomes of sums: `value = (sum + offset) * scale + shift`, for each channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clamp<'a> {
    /// Added to integer sums: the bias, less what the zero point contributes. Of no use for floats.
    pub(crate) offset: &'a [i32],
    /// Multiplied with.
    pub(crate) scale: &'a [f32],
    /// Added last.
    pub(crate) shift: &'a [f32],
    /// How far values go.
    pub(crate) limits: Limits,
}

/// How far values go. As floats they are raised to `floor`; as bytes they are rounded to the nearest integer, ties to
/// even, moved by `zero` and kept within `low..=high`, three numbers in terms of the stored byte, which is signed on ARM.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Smallest float.
    pub(crate) floor: f32,
    /// The stored byte of the value zero.
    pub(crate) zero: i32,
    /// The smallest stored byte.
    pub(crate) low: i32,
    /// The largest stored byte.
    pub(crate) high: i32,
}

/// Sums of some rows, `[rows][width]`; only as many channels as a [`Clamp`] has are of use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums<'a, S> {
    /// Row after row.
    pub(crate) values: &'a [S],
    /// Channels of a row.
    pub(crate) width: usize,
}

/// A part of a matrix with rows `stride` values apart; it begins with the first value that is written.
#[derive(Debug)]
pub(crate) struct Part<'a, T> {
    /// From the first value on.
    pub(crate) values: &'a mut [T],
    /// From one row to the next.
    pub(crate) stride: usize,
}

/// Adding and taking away `1.5 * 2^23` rounds a float below `2^22` to the nearest integer, ties to even, and leaves that
/// integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// The nearest integer of a float below `2^22` in magnitude, ties to even.
#[inline(always)]
fn nearest(value: f32) -> i32 {
    (value + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).cast_signed()
}

/// `value` within `low..=high`; by comparisons that are one instruction each.
#[inline(always)]
fn within(value: f32, low: f32, high: f32) -> f32 {
    let value = if value > low { value } else { low };
    if value < high { value } else { high }
}

#[expect(clippy::cast_precision_loss, reason = "bytes")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the stored byte, whatever its sign")]
#[inline(always)]
fn byte(value: f32, limits: &Limits) -> u8 {
    let (low, high) = ((limits.low - limits.zero) as f32, (limits.high - limits.zero) as f32);
    (nearest(within(value, low, high)) + limits.zero) as u8
}

#[inline(always)]
fn raised(value: f32, limits: &Limits) -> f32 {
    if value > limits.floor { value } else { limits.floor }
}

/// A sum with its offset as a float.
pub(super) trait Sum: Copy {
    fn float(self, offset: i32) -> f32;
}

impl Sum for f32 {
    #[inline(always)]
    fn float(self, _offset: i32) -> f32 {
        self
    }
}

impl Sum for i32 {
    #[expect(clippy::cast_precision_loss, reason = "beyond 2^24 the nearest float is as good: the result has 8 bits")]
    #[inline(always)]
    fn float(self, offset: i32) -> f32 {
        self.wrapping_add(offset) as f32
    }
}

/// Makes values of sums, block by block of channels, so that a block's parameters are read once for all rows.
#[inline(always)]
fn each<S: Sum, T: Copy>(sums: &Sums<'_, S>, clamp: &Clamp<'_>, out: &mut Part<'_, T>, make: impl Fn(f32) -> T) {
    let channels = clamp.scale.len();
    let rows = sums.values.len() / sums.width;
    let mut start = 0;
    while start < channels {
        let step = if channels - start >= 16 { 16 } else { 8 };
        let whole = start + step <= channels;
        for row in 0..rows {
            let sums = &sums.values[row * sums.width + start..];
            let out = &mut out.values[row * out.stride + start..];
            let done = whole
                && match step {
                    16 => block::<S, T, 16>(sums, clamp, start, out, &make),
                    _ => block::<S, T, 8>(sums, clamp, start, out, &make),
                };
            if !done {
                for i in 0..channels - start {
                    let (offset, scale, shift) =
                        (clamp.offset[start + i], clamp.scale[start + i], clamp.shift[start + i]);
                    out[i] = make(sums[i].float(offset) * scale + shift);
                }
            }
        }
        start += step;
    }
}

/// `B` channels of a row, in registers from end to end; false where there are fewer.
#[inline(always)]
fn block<S: Sum, T: Copy, const B: usize>(
    sums: &[S],
    clamp: &Clamp<'_>,
    start: usize,
    out: &mut [T],
    make: &impl Fn(f32) -> T,
) -> bool {
    let parameters = (
        clamp.offset[start..].first_chunk::<B>(),
        clamp.scale[start..].first_chunk::<B>(),
        clamp.shift[start..].first_chunk::<B>(),
    );
    let (Some(&offset), Some(&scale), Some(&shift)) = parameters else { return false };
    let (Some(&sums), Some(out)) = (sums.first_chunk::<B>(), out.first_chunk_mut::<B>()) else { return false };
    // Loops, as the functions of arrays would not be compiled for the instructions of the set.
    let mut values = *out;
    for i in 0..B {
        values[i] = make(sums[i].float(offset[i]) * scale[i] + shift[i]);
    }
    *out = values;
    true
}

/// Makes floats of sums.
#[inline(always)]
pub(super) fn floats<S: Sum>(sums: &Sums<'_, S>, clamp: &Clamp<'_>, out: &mut Part<'_, f32>) {
    each(sums, clamp, out, |value| raised(value, &clamp.limits));
}

/// Makes stored bytes of sums.
#[inline(always)]
pub(super) fn bytes<S: Sum>(sums: &Sums<'_, S>, clamp: &Clamp<'_>, out: &mut Part<'_, u8>) {
    each(sums, clamp, out, |value| byte(value, &clamp.limits));
}

/// Rounds floats to stored bytes of one scale: divided by it, as ONNX has it.
#[inline(always)]
pub(super) fn quantize(values: &[f32], scale: f32, limits: &Limits, out: &mut [u8]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = byte(value / scale, limits);
    }
}

#[inline(always)]
pub(super) fn max_floats(best: &mut [f32], values: &[f32]) {
    for (best, &value) in best.iter_mut().zip(values) {
        *best = if value > *best { value } else { *best };
    }
}

#[inline(always)]
pub(super) fn max_bytes(best: &mut [u8], bytes: &[u8]) {
    for (best, &byte) in best.iter_mut().zip(bytes) {
        // Stored bytes are signed where FLIP is set.
        *best =
            (*best ^ super::FLIP ^ 0x80).cast_signed().max((byte ^ super::FLIP ^ 0x80).cast_signed()).cast_unsigned()
                ^ super::FLIP
                ^ 0x80;
    }
}

/// One time step of the cells of an LSTM: ONNX's order of gates i, o, f, c, `h` cells each.
#[derive(Debug)]
pub(crate) struct Gates<'a> {
    /// `[4 h]`: the gates before their functions.
    pub(crate) inputs: &'a [f32],
    /// `[h]`: the cells' state, brought one step on.
    pub(crate) cell: &'a mut [f32],
    /// `[h]`: the output.
    pub(crate) output: &'a mut [f32],
    /// `[2 h]`: the output in 15 bits as two bytes, `(128 * high + low) / 16256`, stored as activations are; high
    /// bytes first. May be empty.
    pub(crate) limbs: &'a mut [u8],
}

/// What 1 is in the limbs of [`Gates`]: the high limb reaches 127.
pub(crate) const LIMB_ONE: f32 = 127.0 * 128.0;

#[inline(always)]
pub(super) fn gates(step: &mut Gates<'_>) {
    let hidden = step.cell.len();
    let (input, rest) = step.inputs.split_at(hidden);
    let (output, rest) = rest.split_at(hidden);
    let (forget, candidate) = rest.split_at(hidden);
    let cells = step.cell.iter_mut().zip(step.output.iter_mut());
    let gates = input.iter().zip(output).zip(forget.iter().zip(candidate));
    for ((cell, out), ((&i, &o), (&f, &c))) in cells.zip(gates) {
        *cell = sigmoid(f) * *cell + sigmoid(i) * tanh(c);
        *out = sigmoid(o) * tanh(*cell);
    }
    if step.limbs.is_empty() {
        return;
    }
    let (high, low) = step.limbs.split_at_mut(hidden);
    for ((high, low), &value) in high.iter_mut().zip(low).zip(&*step.output) {
        let whole = nearest(value * LIMB_ONE);
        let top = (whole + 64) >> 7;
        *high = stored(top);
        *low = stored(whole - (top << 7));
    }
}

/// The byte that stores a signed value around the zero point 128.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "-128..=127 by construction")]
#[inline(always)]
fn stored(value: i32) -> u8 {
    value as u8 ^ 0x80 ^ super::FLIP
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline(always)]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// `e^x` within 2 units of the last place, for x in -87..=88 and the ends beyond: `2^n * e^r` with `|r| <= ln 2 / 2`.
///
/// The split of ln 2 and the polynomial are those of Cephes' `expf` (S. L. Moshier).
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = within(x, -87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    let mantissa = p * r * r + r + 1.0;
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    mantissa * f32::from_bits(exponent)
}

/// Sums that are formed side by side, so that they fill vectors in one order everywhere.
const CHAINS: usize = 16;

#[inline(always)]
pub(super) fn log_softmax(scores: &mut [f32]) {
    let (chunks, rest) = scores.as_chunks::<CHAINS>();
    let mut highest = [f32::NEG_INFINITY; CHAINS];
    for chunk in chunks {
        for i in 0..CHAINS {
            highest[i] = if chunk[i] > highest[i] { chunk[i] } else { highest[i] };
        }
    }
    let highest = highest.iter().chain(rest).fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let mut sums = [0.0; CHAINS];
    for chunk in chunks {
        for i in 0..CHAINS {
            sums[i] += exp(chunk[i] - highest);
        }
    }
    let sum: f32 = sums.iter().sum::<f32>() + rest.iter().map(|&score| exp(score - highest)).sum::<f32>();
    let norm = highest + sum.ln();
    for score in scores {
        *score -= norm;
    }
}

/// The loops, compiled for more instructions than the target has everywhere: `vectorized!("avx2,fma")` is a [`Loops`].
///
/// [`Loops`]: super::Loops
#[cfg(target_arch = "x86_64")]
macro_rules! vectorized {
    ($features:literal) => {{
        use super::loops::{self, Clamp, Gates, Limits, Part, Sums};
        #[target_feature(enable = $features)]
        fn floats<S: loops::Sum>(sums: &Sums<'_, S>, clamp: &Clamp<'_>, out: &mut Part<'_, f32>) {
            loops::floats(sums, clamp, out);
        }
        #[target_feature(enable = $features)]
        fn bytes<S: loops::Sum>(sums: &Sums<'_, S>, clamp: &Clamp<'_>, out: &mut Part<'_, u8>) {
            loops::bytes(sums, clamp, out);
        }
        #[target_feature(enable = $features)]
        fn quantize(values: &[f32], scale: f32, limits: &Limits, out: &mut [u8]) {
            loops::quantize(values, scale, limits, out);
        }
        #[target_feature(enable = $features)]
        fn max_floats(best: &mut [f32], values: &[f32]) {
            loops::max_floats(best, values);
        }
        #[target_feature(enable = $features)]
        fn max_bytes(best: &mut [u8], bytes: &[u8]) {
            loops::max_bytes(best, bytes);
        }
        #[target_feature(enable = $features)]
        fn gates(step: &mut Gates<'_>) {
            loops::gates(step);
        }
        #[target_feature(enable = $features)]
        fn log_softmax(scores: &mut [f32]) {
            loops::log_softmax(scores);
        }
        super::Loops {
            float: super::Clamps { floats: floats::<f32>, bytes: bytes::<f32> },
            int8: super::Clamps { floats: floats::<i32>, bytes: bytes::<i32> },
            quantize,
            max_floats,
            max_bytes,
            gates,
            log_softmax,
        }
    }};
}

#[cfg(target_arch = "x86_64")]
pub(super) use vectorized;

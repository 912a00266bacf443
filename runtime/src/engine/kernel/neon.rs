//! NEON, with the dot product where the processor has it, and without.
//!
//! - Floats: five rows by four vectors of four channels; a row's value is a lane of the vector that holds four of them.
//! - With `sdot` (ARMv8.2): the same tile, with four bytes in the place of a float.
//! - Without: `smull` and `smlal2` sum two products of each of eight lanes in 16 bits, of narrow weights four, and
//!   `sadalp` adds pairs of these to sums in 32 bits. Here a vector holds sixteen values of k of *one* channel, and four
//!   rows are multiplied with four channels at a time, so that each operand that is loaded serves four products.

use std::arch::aarch64::{
    float32x4_t, int8x16_t, int32x4_t, vdupq_n_f32, vdupq_n_s8, vdupq_n_s32, vfmaq_laneq_f32, vld1q_f32, vld1q_f32_x4,
    vld1q_s8, vld1q_s8_x4, vpaddq_s32, vst1q_f32, vst1q_s32,
};
use std::arch::asm;

use super::portable::LOOPS;
use super::room::Group;
use super::{Kernels, Tile, Walk};

/// NEON with the dot product.
pub(super) static DOT: Kernels =
    Kernels { name: "neon-dot", float: FLOAT, group: None, narrow: SDOT, wide: SDOT, loops: LOOPS };

/// NEON as every aarch64 has it.
pub(super) static NEON: Kernels = Kernels {
    name: "neon",
    float: FLOAT,
    group: Some(Group::FOURS),
    narrow: Tile { rows: 4, lanes: CHANNELS, vectors: 4, align: 16, together: 16, run: narrow },
    wide: Tile { rows: 4, lanes: CHANNELS, vectors: 4, align: 16, together: 16, run: wide },
    loops: LOOPS,
};

const LANES: usize = 4;
const FLOAT: Tile<f32> = Tile { rows: 5, lanes: LANES, vectors: 4, align: 4, together: 1, run: float };
const SDOT: Tile<u8> = Tile { rows: 5, lanes: LANES, vectors: 4, align: 16, together: 4, run: sdot };

/// Calls `$tile::<rows, vectors>` for the numbers that are only known at run time.
macro_rules! sized {
    ($tile:ident($starts:expr, $vectors:expr, $rest:tt), $($rows:literal),*) => {
        match ($starts.len(), $vectors) {
            $(
                ($rows, 1) => $tile::<$rows, 1> $rest,
                ($rows, 2) => $tile::<$rows, 2> $rest,
                ($rows, 3) => $tile::<$rows, 3> $rest,
                ($rows, 4) => $tile::<$rows, 4> $rest,
            )*
            (rows, vectors) => unreachable!("no tile has {rows} rows and {vectors} vectors"),
        }
    };
}

/// Calls `$tile` for a number of rows that is only known at run time.
macro_rules! by_rows {
    ($tile:ident::<$narrow:literal>($starts:ident, $($rest:tt)*)) => {
        match $starts.len() {
            1 => $tile::<$narrow, 1>($starts, $($rest)*),
            2 => $tile::<$narrow, 2>($starts, $($rest)*),
            3 => $tile::<$narrow, 3>($starts, $($rest)*),
            4 => $tile::<$narrow, 4>($starts, $($rest)*),
            rows => unreachable!("no tile has {rows} rows"),
        }
    };
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "neon")]
unsafe fn float(starts: &[*const f32], walk: &Walk, vectors: usize, panel: *const f32, sums: *mut f32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(float_tile(starts, vectors, (starts, walk, panel, sums)), 1, 2, 3, 4, 5) }
}

/// # Safety
/// As [`super::Run`], with `R` rows and `V` vectors.
#[target_feature(enable = "neon")]
unsafe fn float_tile<const R: usize, const V: usize>(
    starts: &[*const f32],
    walk: &Walk,
    mut panel: *const f32,
    sums: *mut f32,
) {
    let mut acc = [[vdupq_n_f32(0.0); V]; R];
    /// Multiplies lane `$lane` of every row with the panel's next vectors.
    macro_rules! lane {
        ($values:ident, $($lane:literal),*) => {$(
            // SAFETY: the caller's promise: the panel has V vectors for each k.
            let weights = unsafe { floats::<V>(panel.add($lane * V * LANES)) };
            for v in 0..V {
                for r in 0..R {
                    acc[r][v] = vfmaq_laneq_f32::<$lane>(acc[r][v], weights[v], $values[r]);
                }
            }
        )*};
    }
    for segment in 0..walk.segments {
        for k in (0..walk.length).step_by(4) {
            let mut values = [vdupq_n_f32(0.0); R];
            for (values, start) in values.iter_mut().zip(starts) {
                // SAFETY: the caller's promise: k is within the segment, whose length is a multiple of 4.
                *values = unsafe { vld1q_f32(start.add(segment * walk.stride + k)) };
            }
            lane!(values, 0, 1, 2, 3);
            // SAFETY: the panel goes on, or ends here.
            panel = unsafe { panel.add(4 * V * LANES) };
        }
    }
    for r in 0..R {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { vst1q_f32(sums.add((r * V + v) * LANES), acc[r][v]) };
        }
    }
}

/// Loads `V` vectors of floats; four of them by one instruction.
///
/// # Safety
/// They are readable.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn floats<const V: usize>(from: *const f32) -> [float32x4_t; V] {
    let mut vectors = [vdupq_n_f32(0.0); V];
    // SAFETY: the caller's promise.
    unsafe {
        if V == 4 {
            let four = vld1q_f32_x4(from);
            vectors.copy_from_slice(&[four.0, four.1, four.2, four.3]);
        } else {
            vectors.iter_mut().enumerate().for_each(|(v, vector)| *vector = vld1q_f32(from.add(v * LANES)));
        }
    }
    vectors
}

/// The same of bytes.
///
/// # Safety
/// They are readable.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn bytes<const V: usize>(from: *const i8) -> [int8x16_t; V] {
    let mut vectors = [vdupq_n_s8(0); V];
    // SAFETY: the caller's promise.
    unsafe {
        if V == 4 {
            let four = vld1q_s8_x4(from);
            vectors.copy_from_slice(&[four.0, four.1, four.2, four.3]);
        } else {
            vectors.iter_mut().enumerate().for_each(|(v, vector)| *vector = vld1q_s8(from.add(v * 16)));
        }
    }
    vectors
}

/// Adds to four sums the products of four bytes, lane `LANE` of `bytes`, with four weights of four channels.
///
/// # Safety
/// The processor has the dot product.
#[inline]
#[target_feature(enable = "neon,dotprod")]
unsafe fn dot<const LANE: u32>(mut sum: int32x4_t, weights: int8x16_t, bytes: int8x16_t) -> int32x4_t {
    // SAFETY: the instruction works on registers alone, and the caller has seen to it that there is one.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {weights:v}.16b, {bytes:v}.4b[{lane}]",
            sum = inout(vreg) sum,
            weights = in(vreg) weights,
            bytes = in(vreg) bytes,
            lane = const LANE,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "neon,dotprod")]
unsafe fn sdot(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(sdot_tile(starts, vectors, (starts, walk, panel, sums)), 1, 2, 3, 4, 5) }
}

/// # Safety
/// As [`super::Run`], with `R` rows and `V` vectors.
#[target_feature(enable = "neon,dotprod")]
unsafe fn sdot_tile<const R: usize, const V: usize>(
    starts: &[*const u8],
    walk: &Walk,
    mut panel: *const i8,
    sums: *mut i32,
) {
    let mut acc = [[vdupq_n_s32(0); V]; R];
    /// Multiplies four bytes of every row with the panel's next vectors.
    macro_rules! lane {
        ($bytes:ident, $($lane:literal),*) => {$(
            // SAFETY: the caller's promise: the panel has V vectors for each four values of k.
            unsafe {
                let weights = bytes::<V>(panel.add($lane * V * 16));
                for v in 0..V {
                    for r in 0..R {
                        acc[r][v] = dot::<$lane>(acc[r][v], weights[v], $bytes[r]);
                    }
                }
            }
        )*};
    }
    for segment in 0..walk.segments {
        for k in (0..walk.length).step_by(16) {
            let mut values = [vdupq_n_s8(0); R];
            for (values, start) in values.iter_mut().zip(starts) {
                // SAFETY: the caller's promise: k is within the segment, whose length is a multiple of 16.
                *values = unsafe { vld1q_s8(start.add(segment * walk.stride + k).cast()) };
            }
            lane!(values, 0, 1, 2, 3);
            // SAFETY: the panel goes on, or ends here.
            panel = unsafe { panel.add(4 * V * 16) };
        }
    }
    for r in 0..R {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { vst1q_s32(sums.add((r * V + v) * LANES), acc[r][v]) };
        }
    }
}

/// Channels that the widening kernels have at a time, each in a vector of sums of its own.
const CHANNELS: usize = 4;

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "neon")]
unsafe fn narrow(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { by_rows!(widening::<true>(starts, walk, vectors, panel, sums)) }
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "neon")]
unsafe fn wide(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { by_rows!(widening::<false>(starts, walk, vectors, panel, sums)) }
}

/// All channels of a panel, four at a time, for weights that are narrow or not.
///
/// # Safety
/// As [`super::Run`], with `R` rows.
#[target_feature(enable = "neon")]
unsafe fn widening<const NARROW: bool, const R: usize>(
    starts: &[*const u8],
    walk: &Walk,
    vectors: usize,
    panel: *const i8,
    sums: *mut i32,
) {
    let starts: [*const i8; R] = std::array::from_fn(|row| starts[row].cast());
    // From sixteen values of k to the next: every channel of the panel has its sixteen weights in between.
    let step = vectors * CHANNELS * 16;
    for vector in 0..vectors {
        let mut acc = [[vdupq_n_s32(0); CHANNELS]; R];
        // SAFETY: the caller's promise: the panel has all channels for every k, of which these are four.
        let mut panel = unsafe { panel.add(vector * CHANNELS * 16) };
        for segment in 0..walk.segments {
            let mut k = 0;
            while NARROW && k + 32 <= walk.length {
                // SAFETY: the caller's promise: k and what follows are within the segment.
                unsafe {
                    let values = |row: usize| starts[row].add(segment * walk.stride + k);
                    let mut bytes = [[vdupq_n_s8(0); 2]; R];
                    for (row, bytes) in bytes.iter_mut().enumerate() {
                        *bytes = [vld1q_s8(values(row)), vld1q_s8(values(row).add(16))];
                    }
                    for channel in 0..CHANNELS {
                        let weights = [vld1q_s8(panel.add(channel * 16)), vld1q_s8(panel.add(step + channel * 16))];
                        for row in 0..R {
                            acc[row][channel] = add_narrow(acc[row][channel], bytes[row], weights);
                        }
                    }
                    panel = panel.add(2 * step);
                }
                k += 32;
            }
            while k < walk.length {
                // SAFETY: as above; the length is a multiple of 16.
                unsafe {
                    let mut bytes = [vdupq_n_s8(0); R];
                    for (row, bytes) in bytes.iter_mut().enumerate() {
                        *bytes = vld1q_s8(starts[row].add(segment * walk.stride + k));
                    }
                    for channel in 0..CHANNELS {
                        let weights = vld1q_s8(panel.add(channel * 16));
                        for row in 0..R {
                            acc[row][channel] = add_wide(acc[row][channel], [bytes[row]], [weights]);
                        }
                    }
                    panel = panel.add(step);
                }
                k += 16;
            }
        }
        for (row, acc) in acc.iter().enumerate() {
            let totals = vpaddq_s32(vpaddq_s32(acc[0], acc[1]), vpaddq_s32(acc[2], acc[3]));
            // SAFETY: the caller's promise: there is room for all channels of every row.
            unsafe { vst1q_s32(sums.add((row * vectors + vector) * CHANNELS), totals) };
        }
    }
}

/// Adds to four sums the products of sixteen wide weights with as many bytes.
///
/// As one block, so that the compiler does not take it apart: it would run out of registers for the 16-bit sums.
#[inline]
#[target_feature(enable = "neon")]
fn add_wide(mut sum: int32x4_t, [bytes]: [int8x16_t; 1], [weights]: [int8x16_t; 1]) -> int32x4_t {
    // SAFETY: the instructions work on registers alone.
    unsafe {
        asm!(
            "smull {half:v}.8h, {bytes:v}.8b, {weights:v}.8b",
            "smlal2 {half:v}.8h, {bytes:v}.16b, {weights:v}.16b",
            "sadalp {sum:v}.4s, {half:v}.8h",
            sum = inout(vreg) sum,
            half = out(vreg) _,
            bytes = in(vreg) bytes,
            weights = in(vreg) weights,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// The same of twice sixteen narrow weights.
#[inline]
#[target_feature(enable = "neon")]
fn add_narrow(mut sum: int32x4_t, bytes: [int8x16_t; 2], weights: [int8x16_t; 2]) -> int32x4_t {
    // SAFETY: the instructions work on registers alone.
    unsafe {
        asm!(
            "smull {half:v}.8h, {bytes0:v}.8b, {weights0:v}.8b",
            "smlal2 {half:v}.8h, {bytes0:v}.16b, {weights0:v}.16b",
            "smlal {half:v}.8h, {bytes1:v}.8b, {weights1:v}.8b",
            "smlal2 {half:v}.8h, {bytes1:v}.16b, {weights1:v}.16b",
            "sadalp {sum:v}.4s, {half:v}.8h",
            sum = inout(vreg) sum,
            half = out(vreg) _,
            bytes0 = in(vreg) bytes[0],
            bytes1 = in(vreg) bytes[1],
            weights0 = in(vreg) weights[0],
            weights1 = in(vreg) weights[1],
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

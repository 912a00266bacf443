//! The reference: what every set of kernels computes, in plain Rust.

use super::{Clamps, Kernels, Loops, Number, Tile, Walk, loops};

/// Kernels for any processor.
pub(super) static PORTABLE: Kernels = Kernels {
    name: "portable",
    float: Tile { rows: 4, lanes: 8, vectors: 2, align: 1, together: 1, run: float },
    group: None,
    narrow: Tile { rows: 4, lanes: 8, vectors: 2, align: 4, together: 4, run: int8 },
    wide: Tile { rows: 4, lanes: 8, vectors: 2, align: 4, together: 4, run: int8 },
    loops: LOOPS,
};

/// Channels in a vector of the portable tiles.
const LANES: usize = 8;

/// The loops, compiled for what the target has everywhere.
pub(super) const LOOPS: Loops = Loops {
    float: Clamps { floats: loops::floats::<f32>, bytes: loops::bytes::<f32> },
    int8: Clamps { floats: loops::floats::<i32>, bytes: loops::bytes::<i32> },
    quantize: loops::quantize,
    max_floats: loops::max_floats,
    max_bytes: loops::max_bytes,
    gates: loops::gates,
    log_softmax: loops::log_softmax,
};

/// # Safety
/// As [`super::Run`].
unsafe fn float(starts: &[*const f32], walk: &Walk, vectors: usize, panel: *const f32, sums: *mut f32) {
    // SAFETY: the caller's promise.
    unsafe { tile::<f32, 1>((starts, walk), vectors * LANES, panel, sums, |sum, a, b| sum + a * b) }
}

/// # Safety
/// As [`super::Run`].
unsafe fn int8(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    let step = |sum, a: u8, b| sum + product(a, b);
    // SAFETY: the caller's promise.
    unsafe { tile::<u8, 4>((starts, walk), vectors * LANES, panel, sums, step) }
}

/// A stored byte times a weight, each with the sign that it has here.
fn product(byte: u8, weight: i8) -> i32 {
    let byte = if super::FLIP == 0 { i32::from(byte) } else { i32::from(byte.cast_signed()) };
    byte * i32::from(weight)
}

/// `sums[r][c] = Σ a[r][k] b[k][c]`, where a panel holds `TOGETHER` values of k of one channel, then of the next.
///
/// # Safety
/// As [`super::Run`].
unsafe fn tile<N: Number, const TOGETHER: usize>(
    (starts, walk): (&[*const N], &Walk),
    channels: usize,
    panel: *const N::Weight,
    sums: *mut N::Sum,
    step: impl Fn(N::Sum, N, N::Weight) -> N::Sum,
) {
    for (row, &start) in starts.iter().enumerate() {
        // SAFETY: the caller's promise: there is room for all sums.
        let sums = unsafe { std::slice::from_raw_parts_mut(sums.add(row * channels), channels) };
        sums.fill(N::Sum::default());
        let mut panel = panel;
        for segment in 0..walk.segments {
            // SAFETY: the caller's promise: each segment is readable.
            let values = unsafe { std::slice::from_raw_parts(start.add(segment * walk.stride), walk.length) };
            for values in values.chunks_exact(TOGETHER) {
                // SAFETY: the caller's promise: the panel has weights for every value and channel.
                let weights = unsafe { std::slice::from_raw_parts(panel, TOGETHER * channels) };
                for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(TOGETHER)) {
                    *sum = values.iter().zip(weights).fold(*sum, |sum, (&a, &b)| step(sum, a, b));
                }
                // SAFETY: the panel goes on, or ends here.
                panel = unsafe { panel.add(TOGETHER * channels) };
            }
        }
    }
}

//! The inner loops, one set for each kind of processor, chosen once.
//!
//! A [`Kernels`] holds the functions of one instruction set. What they compute is stated once, in plain Rust
//! ([`portable`] and [`loops`]): integer results agree with it bit for bit on every processor, because every step is
//! either integer arithmetic that cannot overflow or a float operation that IEEE 754 defines. Products in float may be
//! fused, and so differ in the last bits.
//!
//! This folder is the only one of the engine with `unsafe` code. Two rules make it sound: a set of kernels is handed out
//! only where the processor has its instructions ([`available`]), and [`super::product`] checks all bounds before it
//! calls a tile.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod loops;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
pub mod room;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

use room::Group;
use tract_core::prelude::Datum;

pub(crate) use loops::{Clamp, Gates, LIMB_ONE, Limits, Part, Sums};

/// The environment variable that names a set of kernels, for tests and measurements.
pub const VARIABLE: &str = "LABELCAM_KERNELS";

/// A byte that stores an activation is the quantized value, 0 to 255, with these bits flipped.
///
/// x86 multiplies unsigned activations with signed weights; ARM multiplies signed with signed.
pub(crate) const FLIP: u8 = if cfg!(target_arch = "aarch64") { 0x80 } else { 0 };

/// What is multiplied: floats by floats, or bytes by signed bytes.
pub(crate) trait Number: Datum + Copy + Default {
    /// A weight.
    type Weight: Datum + Copy + Default;
    /// A sum of products.
    type Sum: Copy + Default + 'static;

    /// The tile for these weights, which lie in runs of `length`.
    fn tile<'a>(kernels: &'a Kernels, weights: &[Self::Weight], length: usize) -> &'a Tile<Self>;

    /// The loops that make values of sums.
    fn clamps(kernels: &Kernels) -> &Clamps<Self::Sum>;
}

impl Number for f32 {
    type Weight = f32;
    type Sum = f32;

    fn tile<'a>(kernels: &'a Kernels, _weights: &[f32], _length: usize) -> &'a Tile<Self> {
        &kernels.float
    }

    fn clamps(kernels: &Kernels) -> &Clamps<f32> {
        &kernels.loops.float
    }
}

impl Number for u8 {
    type Weight = i8;
    type Sum = i32;

    fn tile<'a>(kernels: &'a Kernels, weights: &[i8], length: usize) -> &'a Tile<Self> {
        let has_room = |group: Group| weights.chunks(length.max(1)).all(|run| group.has_room(run));
        if kernels.group.is_none_or(has_room) { &kernels.narrow } else { &kernels.wide }
    }

    fn clamps(kernels: &Kernels) -> &Clamps<i32> {
        &kernels.loops.int8
    }
}

/// How a row of the left matrix lies in memory: `segments` runs of `length` values, `stride` values apart.
///
/// A row of a linear layer is one segment; that of a convolution over channels-last pixels is one segment for each row
/// of the kernel, so that no copy of the window is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Walk {
    /// Runs, at least one.
    pub(crate) segments: usize,
    /// Values from the start of one run to that of the next.
    pub(crate) stride: usize,
    /// Values of a run, a multiple of the tile's `align`.
    pub(crate) length: usize,
}

/// Multiplies a few rows with a panel of weights: `sums[r][c] = Σ_k a[r][k] * b[k][c]`.
///
/// Arguments: the starts of the rows, at most [`Tile::rows`] of them; how they lie; vectors in the panel; the panel; and the sums, `[rows][vectors * lanes]`,
/// which are overwritten.
///
/// # Safety
/// - the processor has the instructions of the set;
/// - from each start, all that `Walk` reaches is readable;
/// - the panel holds `segments * length * vectors * lanes` weights, packed as the tile says;
/// - `sums` has room for `rows * vectors * lanes` sums.
pub(crate) type Run<N> = unsafe fn(&[*const N], &Walk, usize, *const <N as Number>::Weight, *mut <N as Number>::Sum);

/// A tile: the function, and how it wants its operands.
#[derive(Debug)]
pub(crate) struct Tile<N: Number> {
    /// Rows at a time, at most [`ROWS_MAX`].
    pub(crate) rows: usize,
    /// Channels in a vector.
    pub(crate) lanes: usize,
    /// Vectors in a panel, at most.
    pub(crate) vectors: usize,
    /// What a segment's length is a multiple of; the weights beyond a shorter one are zero.
    pub(crate) align: usize,
    /// Consecutive values of k of one channel that lie together in a panel.
    pub(crate) together: usize,
    /// The function.
    pub(crate) run: Run<N>,
}

/// The most rows of any tile.
pub(crate) const ROWS_MAX: usize = 8;

/// The most sums of any tile.
pub(crate) const SUMS_MAX: usize = 6 * 32;

/// Makes values of sums, as [`Clamp`] says.
///
/// # Safety
/// The processor has the instructions of the set.
type Make<S, T> = unsafe fn(&Sums<'_, S>, &Clamp<'_>, &mut Part<'_, T>);

/// The loops that make values of sums.
#[derive(Debug)]
pub(crate) struct Clamps<S: 'static> {
    floats: Make<S, f32>,
    bytes: Make<S, u8>,
}

/// Loops over whole slices, compiled for the set's instructions.
#[derive(Debug)]
pub(crate) struct Loops {
    float: Clamps<f32>,
    int8: Clamps<i32>,
    quantize: unsafe fn(&[f32], f32, &Limits, &mut [u8]),
    max_floats: unsafe fn(&mut [f32], &[f32]),
    max_bytes: unsafe fn(&mut [u8], &[u8]),
    gates: unsafe fn(&mut Gates<'_>),
    log_softmax: unsafe fn(&mut [f32]),
}

/// The functions of one instruction set.
#[derive(Debug)]
pub struct Kernels {
    /// The name that [`VARIABLE`] knows.
    pub name: &'static str,
    float: Tile<f32>,
    /// The products that [`Self::narrow`] sums in 16 bits, for which there must be room.
    group: Option<Group>,
    narrow: Tile<u8>,
    /// For all weights from -127 on; as exact, and perhaps slower.
    wide: Tile<u8>,
    loops: Loops,
}

impl Kernels {
    /// Rounds floats to stored bytes, `scale` apart.
    pub(crate) fn quantize(&self, values: &[f32], scale: f32, limits: &Limits, bytes: &mut [u8]) {
        // SAFETY: a set is handed out only where the processor has its instructions.
        unsafe { (self.loops.quantize)(values, scale, limits, bytes) }
    }

    /// `best = max(best, values)`, value by value.
    pub(crate) fn max_floats(&self, best: &mut [f32], values: &[f32]) {
        // SAFETY: as in `quantize`.
        unsafe { (self.loops.max_floats)(best, values) }
    }

    /// `best = max(best, bytes)`, in the order of the values that the bytes store.
    pub(crate) fn max_bytes(&self, best: &mut [u8], bytes: &[u8]) {
        // SAFETY: as in `quantize`.
        unsafe { (self.loops.max_bytes)(best, bytes) }
    }

    /// One step of an LSTM's cells.
    pub(crate) fn gates(&self, gates: &mut Gates<'_>) {
        // SAFETY: as in `quantize`.
        unsafe { (self.loops.gates)(gates) }
    }

    /// Scores to natural logarithms of probabilities.
    pub(crate) fn log_softmax(&self, scores: &mut [f32]) {
        // SAFETY: as in `quantize`.
        unsafe { (self.loops.log_softmax)(scores) }
    }

    /// Makes floats of sums.
    pub(crate) fn floats<N: Number>(&self, sums: &Sums<'_, N::Sum>, clamp: &Clamp<'_>, out: &mut Part<'_, f32>) {
        // SAFETY: as in `quantize`.
        unsafe { (N::clamps(self).floats)(sums, clamp, out) }
    }

    /// Makes stored bytes of sums.
    pub(crate) fn bytes<N: Number>(&self, sums: &Sums<'_, N::Sum>, clamp: &Clamp<'_>, out: &mut Part<'_, u8>) {
        // SAFETY: as in `quantize`.
        unsafe { (N::clamps(self).bytes)(sums, clamp, out) }
    }
}

/// The sets that this processor can run, the fastest first; the last is the portable one.
pub fn available() -> impl Iterator<Item = &'static Kernels> {
    let sets: &[(&Kernels, bool)] = &[
        #[cfg(target_arch = "x86_64")]
        (&avx512::VNNI, avx512::has_vnni()),
        #[cfg(target_arch = "x86_64")]
        (&avx2::VNNI, avx2::has_vnni()),
        #[cfg(target_arch = "x86_64")]
        (&avx2::AVX2, avx2::has_avx2()),
        #[cfg(target_arch = "aarch64")]
        (&neon::DOT, std::arch::is_aarch64_feature_detected!("dotprod")),
        #[cfg(target_arch = "aarch64")]
        (&neon::NEON, true),
        (&portable::PORTABLE, true),
    ];
    sets.iter().filter(|(_, has)| *has).map(|&(set, _)| set).collect::<Vec<_>>().into_iter()
}

/// The set in use: the one that [`VARIABLE`] names, else the fastest.
///
/// # Errors
/// The names there are, when the variable names none of them.
pub fn chosen() -> Result<&'static Kernels, String> {
    static CHOSEN: OnceLock<Result<&'static Kernels, String>> = OnceLock::new();
    CHOSEN.get_or_init(|| choose(std::env::var(VARIABLE).ok().as_deref())).clone()
}

fn choose(name: Option<&str>) -> Result<&'static Kernels, String> {
    let Some(name) = name else { return Ok(available().next().unwrap_or(&portable::PORTABLE)) };
    available().find(|set| set.name == name).ok_or_else(|| {
        let names: Vec<&str> = available().map(|set| set.name).collect();
        format!("{VARIABLE} is `{name}` and this processor has {}: name one of these or unset it", names.join(", "))
    })
}

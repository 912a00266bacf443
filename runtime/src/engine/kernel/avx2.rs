//! AVX2 and FMA, and AVX-VNNI where the processor has it: six rows by two vectors of eight channels.
//!
//! Four consecutive bytes of a row are broadcast and multiplied with four weights of each of eight channels. AVX2 does so
//! in three instructions: `vpmaddubsw` makes sums of two products in 16 bits, for which narrow weights leave room,
//! `vpmaddwd` by ones adds two of these in 32 bits, and `vpaddd` adds the result. Wide weights take that way twice, with
//! the byte split into two halves of at most 128. AVX-VNNI has one instruction for it all.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_dpbusd_avx_epi32, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_srli_epi16, _mm256_storeu_ps,
    _mm256_storeu_si256, _mm256_sub_epi8,
};

use super::loops::vectorized;
use super::room::Group;
use super::{Kernels, Run, Tile, Walk};

const ROWS: usize = 6;
const LANES: usize = 8;
const VECTORS: usize = 2;

const fn int8(run: Run<u8>) -> Tile<u8> {
    Tile { rows: ROWS, lanes: LANES, vectors: VECTORS, align: 4, together: 4, run }
}

const FLOAT: Tile<f32> = Tile { rows: ROWS, lanes: LANES, vectors: VECTORS, align: 1, together: 1, run: float };

/// AVX2 with FMA.
pub(super) static AVX2: Kernels = Kernels {
    name: "avx2",
    float: FLOAT,
    group: Some(Group::PAIRS),
    narrow: int8(narrow),
    wide: int8(wide),
    loops: vectorized!("avx2,fma"),
};

/// AVX2 with FMA and AVX-VNNI.
pub(super) static VNNI: Kernels = Kernels {
    name: "avx-vnni",
    float: FLOAT,
    group: None,
    narrow: int8(vnni),
    wide: int8(vnni),
    loops: vectorized!("avx2,fma"),
};

pub(super) fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

pub(super) fn has_vnni() -> bool {
    has_avx2() && is_x86_feature_detected!("avxvnni")
}

/// Calls `$tile::<rows, vectors>` for the numbers that are only known at run time.
macro_rules! sized {
    ($tile:ident($starts:expr, $vectors:expr, $rest:tt)) => {
        match ($starts.len(), $vectors) {
            (1, 1) => $tile::<1, 1> $rest,
            (2, 1) => $tile::<2, 1> $rest,
            (3, 1) => $tile::<3, 1> $rest,
            (4, 1) => $tile::<4, 1> $rest,
            (5, 1) => $tile::<5, 1> $rest,
            (6, 1) => $tile::<6, 1> $rest,
            (1, 2) => $tile::<1, 2> $rest,
            (2, 2) => $tile::<2, 2> $rest,
            (3, 2) => $tile::<3, 2> $rest,
            (4, 2) => $tile::<4, 2> $rest,
            (5, 2) => $tile::<5, 2> $rest,
            (6, 2) => $tile::<6, 2> $rest,
            (rows, vectors) => unreachable!("a tile has 1 to 6 rows and 1 or 2 vectors, not {rows} and {vectors}"),
        }
    };
}

pub(super) use sized;

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx2,fma")]
unsafe fn float(starts: &[*const f32], walk: &Walk, vectors: usize, panel: *const f32, sums: *mut f32) {
    // SAFETY: the caller's promise.
    unsafe {
        match (starts, vectors) {
            (&[start], 1) => float_row::<1>(start, walk, panel, sums),
            (&[start], 2) => float_row::<2>(start, walk, panel, sums),
            _ => sized!(float_tile(starts, vectors, (starts, walk, panel, sums))),
        }
    }
}

/// A single row: four sums of each channel side by side, as one would wait for itself.
///
/// # Safety
/// As [`super::Run`], with one row and `V` vectors.
#[target_feature(enable = "avx2,fma")]
unsafe fn float_row<const V: usize>(start: *const f32, walk: &Walk, mut panel: *const f32, sums: *mut f32) {
    const CHAINS: usize = 4;
    let mut acc = [[_mm256_setzero_ps(); V]; CHAINS];
    /// Takes values from `$k` on into the chains given.
    macro_rules! chains {
        ($segment:ident, $k:ident, $chains:expr) => {
            for chain in 0..$chains {
                // SAFETY: the caller's promise: k is within the segment, and the panel has V vectors for each k.
                unsafe {
                    let value = _mm256_set1_ps(*start.add($segment * walk.stride + $k + chain));
                    for v in 0..V {
                        acc[chain][v] = _mm256_fmadd_ps(value, _mm256_loadu_ps(panel.add(v * LANES)), acc[chain][v]);
                    }
                    panel = panel.add(V * LANES);
                }
            }
        };
    }
    for segment in 0..walk.segments {
        let whole = walk.length - walk.length % CHAINS;
        for k in (0..whole).step_by(CHAINS) {
            chains!(segment, k, CHAINS);
        }
        for k in whole..walk.length {
            chains!(segment, k, 1);
        }
    }
    for v in 0..V {
        let halves = [_mm256_add_ps(acc[0][v], acc[1][v]), _mm256_add_ps(acc[2][v], acc[3][v])];
        // SAFETY: the caller's promise.
        unsafe { _mm256_storeu_ps(sums.add(v * LANES), _mm256_add_ps(halves[0], halves[1])) };
    }
}

/// # Safety
/// As [`super::Run`], with `R` rows and `V` vectors.
#[target_feature(enable = "avx2,fma")]
unsafe fn float_tile<const R: usize, const V: usize>(
    starts: &[*const f32],
    walk: &Walk,
    mut panel: *const f32,
    sums: *mut f32,
) {
    let mut acc = [[_mm256_setzero_ps(); V]; R];
    for segment in 0..walk.segments {
        for k in 0..walk.length {
            // SAFETY: the caller's promise: k is within the segment, and the panel has V vectors for each k.
            unsafe {
                let mut weights = [_mm256_setzero_ps(); V];
                for (v, weights) in weights.iter_mut().enumerate() {
                    *weights = _mm256_loadu_ps(panel.add(v * LANES));
                }
                for r in 0..R {
                    let value = _mm256_set1_ps(*starts[r].add(segment * walk.stride + k));
                    for v in 0..V {
                        acc[r][v] = _mm256_fmadd_ps(value, weights[v], acc[r][v]);
                    }
                }
                panel = panel.add(V * LANES);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { _mm256_storeu_ps(sums.add((r * V + v) * LANES), acc[r][v]) };
        }
    }
}

/// Adds to eight sums the products of four bytes with four weights of eight channels.
trait Step {
    /// # Safety
    /// The processor has the instructions.
    unsafe fn step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i;
}

struct Narrow;
struct Wide;
struct Vnni;

impl Step for Narrow {
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
        let pairs = _mm256_maddubs_epi16(bytes, weights);
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }
}

impl Step for Wide {
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
        let half = _mm256_and_si256(_mm256_srli_epi16::<1>(bytes), _mm256_set1_epi8(0x7f));
        // SAFETY: the same instructions.
        unsafe { Narrow::step(Narrow::step(sum, half, weights), _mm256_sub_epi8(bytes, half), weights) }
    }
}

impl Step for Vnni {
    #[inline]
    #[target_feature(enable = "avx2,avxvnni")]
    unsafe fn step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
        _mm256_dpbusd_avx_epi32(sum, bytes, weights)
    }
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx2")]
unsafe fn narrow(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(narrow_tile(starts, vectors, (starts, walk, panel, sums))) }
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx2")]
unsafe fn wide(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(wide_tile(starts, vectors, (starts, walk, panel, sums))) }
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx2,avxvnni")]
unsafe fn vnni(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(vnni_tile(starts, vectors, (starts, walk, panel, sums))) }
}

/// The tile of one kind of step; a function that has the step's instructions can take it in.
macro_rules! int8_tile {
    ($name:ident, $step:ty, $features:literal) => {
        /// # Safety
        /// As [`super::Run`], with `R` rows and `V` vectors.
        #[target_feature(enable = $features)]
        unsafe fn $name<const R: usize, const V: usize>(
            starts: &[*const u8],
            walk: &Walk,
            mut panel: *const i8,
            sums: *mut i32,
        ) {
            let mut acc = [[_mm256_setzero_si256(); V]; R];
            for segment in 0..walk.segments {
                for k in (0..walk.length).step_by(4) {
                    // SAFETY: the caller's promise: k is within the segment, whose length is a multiple of 4.
                    unsafe {
                        let mut weights = [_mm256_setzero_si256(); V];
                        for (v, weights) in weights.iter_mut().enumerate() {
                            *weights = _mm256_loadu_si256(panel.add(v * 32).cast());
                        }
                        for r in 0..R {
                            let four = starts[r].add(segment * walk.stride + k).cast::<i32>().read_unaligned();
                            let bytes = _mm256_set1_epi32(four);
                            for v in 0..V {
                                acc[r][v] = <$step>::step(acc[r][v], bytes, weights[v]);
                            }
                        }
                        panel = panel.add(V * 32);
                    }
                }
            }
            for r in 0..R {
                for v in 0..V {
                    // SAFETY: the caller's promise.
                    unsafe { _mm256_storeu_si256(sums.add((r * V + v) * LANES).cast(), acc[r][v]) };
                }
            }
        }
    };
}

int8_tile!(narrow_tile, Narrow, "avx2");
int8_tile!(wide_tile, Wide, "avx2");
int8_tile!(vnni_tile, Vnni, "avx2,avxvnni");

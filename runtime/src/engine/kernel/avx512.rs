//! AVX-512 with VNNI: six rows by two vectors of sixteen channels, one instruction for four products of each.

use std::arch::x86_64::{
    _mm512_add_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use super::avx2::sized;
use super::loops::vectorized;
use super::{Kernels, Tile, Walk};

const ROWS: usize = 6;
const LANES: usize = 16;
const VECTORS: usize = 2;

const INT8: Tile<u8> = Tile { rows: ROWS, lanes: LANES, vectors: VECTORS, align: 4, together: 4, run: int8 };

/// AVX-512 with VNNI.
pub(super) static VNNI: Kernels = Kernels {
    name: "avx512-vnni",
    float: Tile { rows: ROWS, lanes: LANES, vectors: VECTORS, align: 1, together: 1, run: float },
    group: None,
    narrow: INT8,
    wide: INT8,
    loops: vectorized!("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"),
};

pub(super) fn has_vnni() -> bool {
    super::avx2::has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx512f")]
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
#[target_feature(enable = "avx512f")]
unsafe fn float_row<const V: usize>(start: *const f32, walk: &Walk, mut panel: *const f32, sums: *mut f32) {
    const CHAINS: usize = 4;
    let mut acc = [[_mm512_setzero_ps(); V]; CHAINS];
    /// Takes values from `$k` on into the chains given.
    macro_rules! chains {
        ($segment:ident, $k:ident, $chains:expr) => {
            for chain in 0..$chains {
                // SAFETY: the caller's promise: k is within the segment, and the panel has V vectors for each k.
                unsafe {
                    let value = _mm512_set1_ps(*start.add($segment * walk.stride + $k + chain));
                    for v in 0..V {
                        acc[chain][v] = _mm512_fmadd_ps(value, _mm512_loadu_ps(panel.add(v * LANES)), acc[chain][v]);
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
        let halves = [_mm512_add_ps(acc[0][v], acc[1][v]), _mm512_add_ps(acc[2][v], acc[3][v])];
        // SAFETY: the caller's promise.
        unsafe { _mm512_storeu_ps(sums.add(v * LANES), _mm512_add_ps(halves[0], halves[1])) };
    }
}

/// # Safety
/// As [`super::Run`], with `R` rows and `V` vectors.
#[target_feature(enable = "avx512f")]
unsafe fn float_tile<const R: usize, const V: usize>(
    starts: &[*const f32],
    walk: &Walk,
    mut panel: *const f32,
    sums: *mut f32,
) {
    let mut acc = [[_mm512_setzero_ps(); V]; R];
    for segment in 0..walk.segments {
        for k in 0..walk.length {
            // SAFETY: the caller's promise: k is within the segment, and the panel has V vectors for each k.
            unsafe {
                let mut weights = [_mm512_setzero_ps(); V];
                for (v, weights) in weights.iter_mut().enumerate() {
                    *weights = _mm512_loadu_ps(panel.add(v * LANES));
                }
                for r in 0..R {
                    let value = _mm512_set1_ps(*starts[r].add(segment * walk.stride + k));
                    for v in 0..V {
                        acc[r][v] = _mm512_fmadd_ps(value, weights[v], acc[r][v]);
                    }
                }
                panel = panel.add(V * LANES);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { _mm512_storeu_ps(sums.add((r * V + v) * LANES), acc[r][v]) };
        }
    }
}

/// # Safety
/// As [`super::Run`].
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn int8(starts: &[*const u8], walk: &Walk, vectors: usize, panel: *const i8, sums: *mut i32) {
    // SAFETY: the caller's promise.
    unsafe { sized!(int8_tile(starts, vectors, (starts, walk, panel, sums))) }
}

/// # Safety
/// As [`super::Run`], with `R` rows and `V` vectors.
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn int8_tile<const R: usize, const V: usize>(
    starts: &[*const u8],
    walk: &Walk,
    mut panel: *const i8,
    sums: *mut i32,
) {
    let mut acc = [[_mm512_setzero_si512(); V]; R];
    for segment in 0..walk.segments {
        for k in (0..walk.length).step_by(4) {
            // SAFETY: the caller's promise: k is within the segment, whose length is a multiple of 4.
            unsafe {
                let mut weights = [_mm512_setzero_si512(); V];
                for (v, weights) in weights.iter_mut().enumerate() {
                    *weights = _mm512_loadu_si512(panel.add(v * 64).cast());
                }
                for r in 0..R {
                    let four = starts[r].add(segment * walk.stride + k).cast::<i32>().read_unaligned();
                    let bytes = _mm512_set1_epi32(four);
                    for v in 0..V {
                        acc[r][v] = _mm512_dpbusd_epi32(acc[r][v], bytes, weights[v]);
                    }
                }
                panel = panel.add(V * 64);
            }
        }
    }
    for r in 0..R {
        for v in 0..V {
            // SAFETY: the caller's promise.
            unsafe { _mm512_storeu_si512(sums.add((r * V + v) * LANES).cast(), acc[r][v]) };
        }
    }
}

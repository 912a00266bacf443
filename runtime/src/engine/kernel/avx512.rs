//! AVX-512 with VNNI: six rows by two vectors of sixteen channels, one instruction for four products of each.

use std::arch::x86_64::{
    __m512, _mm512_add_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_storeu_ps, _mm512_storeu_si512,
};

use super::loops::vectorized;
use super::x86::{ROWS, VECTORS, float_tile, int8_tile, sized};
use super::{Kernels, Tile, Walk};

const LANES: usize = 16;

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

float_tile!(
    "avx512f", LANES, __m512, zero: _mm512_setzero_ps, one: _mm512_set1_ps, load: _mm512_loadu_ps,
    store: _mm512_storeu_ps, add: _mm512_add_ps, multiply_add: _mm512_fmadd_ps
);

int8_tile!(
    int8, "avx512f,avx512vnni", LANES, _mm512_dpbusd_epi32, zero: _mm512_setzero_si512, one: _mm512_set1_epi32,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512
);

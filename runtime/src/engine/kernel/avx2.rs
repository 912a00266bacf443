//! AVX2 and FMA, and AVX-VNNI where the processor has it: six rows by two vectors of eight channels.
//!
//! Four consecutive bytes of a row are broadcast and multiplied with four weights of each of eight channels. AVX2 does so
//! in three instructions: `vpmaddubsw` makes sums of two products in 16 bits, for which narrow weights leave room,
//! `vpmaddwd` by ones adds two of these in 32 bits, and `vpaddd` adds the result. Wide weights take that way twice, with
//! the byte split into two halves of at most 128. AVX-VNNI has one instruction for it all.

use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_dpbusd_avx_epi32, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_srli_epi16, _mm256_storeu_ps,
    _mm256_storeu_si256, _mm256_sub_epi8,
};

use super::loops::vectorized;
use super::room::Group;
use super::x86::{ROWS, VECTORS, float_tile, int8_tile, sized};
use super::{Kernels, Run, Tile, Walk};

const LANES: usize = 8;

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

float_tile!(
    "avx2,fma", LANES, __m256, zero: _mm256_setzero_ps, one: _mm256_set1_ps, load: _mm256_loadu_ps,
    store: _mm256_storeu_ps, add: _mm256_add_ps, multiply_add: _mm256_fmadd_ps
);

/// Narrow weights: sums of two products in 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn narrow_step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(bytes, weights);
    _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
}

/// Wide weights: the same twice, each with about half of the byte.
#[inline]
#[target_feature(enable = "avx2")]
fn wide_step(sum: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
    let half = _mm256_and_si256(_mm256_srli_epi16::<1>(bytes), _mm256_set1_epi8(0x7f));
    narrow_step(narrow_step(sum, half, weights), _mm256_sub_epi8(bytes, half), weights)
}

int8_tile!(
    narrow, "avx2", LANES, narrow_step, zero: _mm256_setzero_si256, one: _mm256_set1_epi32, load: _mm256_loadu_si256,
    store: _mm256_storeu_si256
);
int8_tile!(
    wide, "avx2", LANES, wide_step, zero: _mm256_setzero_si256, one: _mm256_set1_epi32, load: _mm256_loadu_si256,
    store: _mm256_storeu_si256
);
int8_tile!(
    vnni, "avx2,avxvnni", LANES, _mm256_dpbusd_avx_epi32, zero: _mm256_setzero_si256, one: _mm256_set1_epi32,
    load: _mm256_loadu_si256, store: _mm256_storeu_si256
);

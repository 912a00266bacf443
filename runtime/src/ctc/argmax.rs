//! The best allowed class of a time step, found at the speed of reading its scores.
//!
//! A row can have thousands of scores. They are taken a word of the allow-list at a time, 64
//! classes, and reduced in independent lanes, which compilers turn into vector code.
//! Only the chunk that holds the maximum is looked at again for its class.

use crate::alphabet::{AllowList, WORD_BITS};

/// Scores reduced side by side; two vectors of 128 bits.
const LANES: usize = 8;

/// The allowed class with the highest score and that score; the lowest class on a tie.
///
/// None if any score of the row, allowed or not, is NaN or infinity: such a row says nothing. The
/// blank if all allowed scores are `-inf`.
pub(super) fn best(row: &[f32], allow: &AllowList) -> Option<(u16, f32)> {
    let mut max = f32::NEG_INFINITY;
    let mut winner = (0, 0);
    let mut broken = false;
    for (index, chunk) in row.chunks(WORD_BITS).enumerate() {
        let (chunk_max, chunk_broken) = reduce(chunk);
        broken |= chunk_broken;
        // The maximum of all classes bounds that of the allowed ones.
        if chunk_max > max {
            let word = allow.word(index);
            let allowed_max = if word == u64::MAX { chunk_max } else { masked_max(chunk, word) };
            if allowed_max > max {
                max = allowed_max;
                winner = (index, word);
            }
        }
    }
    if broken {
        return None;
    }
    Some((class_of_max(row, winner, max), max))
}

/// The first NaN or infinity of a row, with its class.
pub(super) fn first_broken(row: &[f32]) -> Option<(u16, f32)> {
    (0..=u16::MAX).zip(row.iter().copied()).find(|(_, score)| is_broken(*score))
}

/// The maximum of a row of any length; `-inf` if it is empty, and NaN is passed over.
pub(super) fn max(row: &[f32]) -> f32 {
    reduce(row).0
}

/// The maximum, NaN passed over, and whether there was a NaN or an infinity.
fn reduce(scores: &[f32]) -> (f32, bool) {
    let (blocks, rest) = scores.as_chunks::<LANES>();
    let mut max = [f32::NEG_INFINITY; LANES];
    // As wide as a score, so that both fill the same vectors.
    let mut broken = [0_u32; LANES];
    for block in blocks {
        for lane in 0..LANES {
            max[lane] = greater(max[lane], block[lane]);
            broken[lane] |= u32::from(is_broken(block[lane]));
        }
    }
    let max = max.iter().chain(rest).copied().fold(f32::NEG_INFINITY, greater);
    let broken = broken.iter().any(|lane| *lane != 0) || rest.iter().copied().any(is_broken);
    (max, broken)
}

/// The maximum of the scores whose bit is set; few are, as a rule.
fn masked_max(chunk: &[f32], word: u64) -> f32 {
    let mut max = f32::NEG_INFINITY;
    let mut left = word;
    while left != 0 {
        let bit = left.trailing_zeros() as usize;
        max = chunk.get(bit).map_or(max, |score| greater(max, *score));
        // Clears the lowest bit set.
        left &= left - 1;
    }
    max
}

/// The first allowed class of the winning chunk, given as its index and word, that scores `max`.
fn class_of_max(row: &[f32], (index, word): (usize, u64), max: f32) -> u16 {
    let start = index * WORD_BITS;
    let chunk = row[start..].iter().take(WORD_BITS);
    let mut winners = (0..=u16::MAX)
        .skip(start)
        .zip(chunk)
        .zip(0..)
        .filter(|((_, score), bit)| is_set(word, *bit) && **score >= max)
        .map(|((class, _), _)| class);
    // Without a winner every allowed score is -inf, and the blank is the lowest of that tie.
    winners.next().unwrap_or(crate::alphabet::BLANK)
}

fn is_set(word: u64, bit: usize) -> bool {
    (word >> bit) & 1 == 1
}

fn is_broken(score: f32) -> bool {
    score.is_nan() || score == f32::INFINITY
}

/// Unlike `f32::max` one compare and select, as it need not care for the order of NaN.
fn greater(max: f32, score: f32) -> f32 {
    if score > max { score } else { max }
}

//! Edit distance between two lines.

use super::float;

/// The Levenshtein distance: the fewest insertions, deletions and substitutions of one `char`
/// that turn `a` into `b`. O(|a| * |b|) time, O(|b|) memory.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // The distances of the part of `a` seen so far to every prefix of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for char in a.chars() {
        let mut diagonal = row[0];
        row[0] += 1;
        for (at, other) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(char != *other);
            diagonal = row[at + 1];
            row[at + 1] = substituted.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[b.len()]
}

/// 1 - `distance(a, b)` / the longer length, 0 to 1: what 1-NED averages over lines.
///
/// The measure of ICDAR 2019 LSVT and `ArT`. 1 for equal lines, two empty ones included.
#[must_use]
pub fn similarity(a: &str, b: &str) -> f64 {
    similar(distance(a, b), a.chars().count().max(b.chars().count()))
}

/// [`similarity`] from a distance and the longer length, in `char`s.
pub(super) fn similar(edits: usize, longer: usize) -> f64 {
    if longer == 0 { 1.0 } else { 1.0 - float(edits) / float(longer) }
}

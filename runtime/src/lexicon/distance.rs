//! Edit distance, bit-parallel: Myers 1999, "A Fast Bit-Vector Algorithm for Approximate String Matching Based on Dynamic
//! Programming", in the form for whole strings of Hyyrö 2003, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau
//! Edit Distances".
//!
//! A column of the table of distances between the prefixes of both strings is kept as the differences of its neighbours,
//! which are -1, 0 or 1, in two numbers of a bit a row; a character of the other string takes it one column on.

use super::{MAX_DISTANCE, MAX_WORD};

/// Longer strings are further from every word than any distance that is looked for.
const MAX_PATTERN: usize = 128;

const _: () = assert!(MAX_WORD + MAX_DISTANCE <= MAX_PATTERN);

/// A string, prepared for its distances to others.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// By class, the places where the string has it.
    places: Vec<u128>,
    classes: heapless::Vec<u16, MAX_PATTERN>,
}

impl Pattern {
    /// Takes a string over an alphabet of `classes` classes; false where it is too long to be near to a word.
    pub(super) fn set(&mut self, string: impl ExactSizeIterator<Item = u16>, classes: usize) -> bool {
        for &class in &self.classes {
            self.places[usize::from(class)] = 0;
        }
        self.classes.clear();
        self.places.resize(classes, 0);
        if string.len() > MAX_PATTERN {
            return false;
        }
        self.classes.extend(string);
        for (at, &class) in self.classes.iter().enumerate() {
            self.places[usize::from(class)] |= 1 << at;
        }
        true
    }

    /// The number of insertions, deletions and replacements between the string, which must not be empty, and another.
    pub(super) fn distance(&self, other: &[u16]) -> usize {
        let mut distance = self.classes.len();
        let last = 1_u128 << (distance - 1);
        // Down the first column, every row is one more than that above.
        let (mut more, mut less) = (u128::MAX, 0_u128);
        for &class in other {
            let equal = self.places[usize::from(class)];
            let vertical = equal | less;
            let diagonal = ((equal & more).wrapping_add(more) ^ more) | equal;
            let right_more = less | !(diagonal | more);
            let right_less = more & diagonal;
            if right_more & last != 0 {
                distance += 1;
            } else if right_less & last != 0 {
                distance -= 1;
            }
            // Along the first row, every column is one more than that before.
            let (right_more, right_less) = (right_more << 1 | 1, right_less << 1);
            more = right_less | !(vertical | right_more);
            less = right_more & vertical;
        }
        distance
    }
}

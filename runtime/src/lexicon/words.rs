//! The words of a lexicon, in few flat arrays.

use super::{LexiconError, LexiconOptions, MAX_WORD};
use crate::alphabet::Alphabet;

/// Words in classes, by length and then in the order of classes, each once.
#[derive(Debug)]
pub(super) struct Words {
    classes: Vec<u16>,
    /// Where each word begins in `classes`, and where the last ends.
    starts: Vec<usize>,
    signatures: Vec<u64>,
    /// By length from 0 to [`MAX_WORD`] + 1: the first word of at least that length.
    by_length: Vec<usize>,
}

/// What a text lists.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) words: Vec<Vec<u16>>,
    /// Words that the alphabet cannot write.
    pub(super) skipped: usize,
}

/// The words of a text, one a line, in the spellings that are asked for.
pub(super) fn listed(lines: &str, alphabet: &Alphabet, options: &LexiconOptions) -> Result<Listed, LexiconError> {
    let mut words = Vec::new();
    let mut unreadable: Option<(usize, &str, char)> = None;
    let mut skipped = 0;
    // Some editors begin a file with this mark.
    let lines = lines.trim_start_matches('\u{feff}').lines().map(str::trim);
    for (line, word) in (1..).zip(lines).filter(|(_, word)| !word.is_empty()) {
        let length = word.chars().count();
        if length > MAX_WORD {
            return Err(LexiconError::TooLong { line, word: word.to_owned(), length });
        }
        if let Some(char) = word.chars().find(|&char| alphabet.class_of(char).is_none()) {
            skipped += 1;
            unreadable.get_or_insert((line, word, char));
        } else {
            words.extend(spellings(word, options.any_case).filter_map(|spelling| alphabet.encode(&spelling).ok()));
        }
    }
    match unreadable {
        Some((line, word, char)) if !options.skip_unreadable => {
            Err(LexiconError::Unreadable { count: skipped, line, word: word.to_owned(), char })
        }
        _ if words.is_empty() => Err(LexiconError::Empty { skipped }),
        _ => Ok(Listed { words, skipped }),
    }
}

/// A word as it is and, in any case, as it may be printed; some of them may be the same, or too long.
fn spellings(word: &str, any_case: bool) -> impl Iterator<Item = String> {
    let mut chars = word.chars();
    let capitalized = chars.next().map(|first| first.to_uppercase().chain(chars).collect());
    let others = [Some(word.to_uppercase()), capitalized];
    let others = others.into_iter().flatten().filter(move |_| any_case);
    std::iter::once(word.to_owned()).chain(others).filter(|spelling| spelling.chars().count() <= MAX_WORD)
}

impl Words {
    pub(super) fn new(mut words: Vec<Vec<u16>>) -> Self {
        words.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        words.dedup();
        let ends = words.iter().scan(0, |end, word| {
            *end += word.len();
            Some(*end)
        });
        Self {
            starts: std::iter::once(0).chain(ends).collect(),
            signatures: words.iter().map(|word| signature(word.iter().copied())).collect(),
            by_length: (0..=MAX_WORD + 1).map(|length| words.partition_point(|word| word.len() < length)).collect(),
            classes: words.concat(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.signatures.len()
    }

    pub(super) fn get(&self, index: usize) -> &[u16] {
        &self.classes[self.starts[index]..self.starts[index + 1]]
    }

    pub(super) fn has(&self, word: &[u16]) -> bool {
        let Some(of_length) = self.by_length.get(word.len()..word.len() + 2) else { return false };
        let (mut first, mut end) = (of_length[0], of_length[1]);
        while first < end {
            let middle = first.midpoint(end);
            if self.get(middle) < word { first = middle + 1 } else { end = middle }
        }
        first < of_length[1] && self.get(first) == word
    }

    /// The words that may be within a distance of a string: all that are, and some more.
    pub(super) fn similar(
        &self,
        string: impl ExactSizeIterator<Item = u16>,
        distance_max: usize,
    ) -> impl Iterator<Item = usize> {
        let length = string.len();
        let first = |length: usize| self.by_length[length.min(MAX_WORD + 1)];
        let range = first(length.saturating_sub(distance_max))..first(length + distance_max + 1);
        let of_string = signature(string);
        let is_similar = move |&of_word: &u64| {
            !has_more_bits(of_word & !of_string, distance_max) && !has_more_bits(of_string & !of_word, distance_max)
        };
        let signatures = range.clone().zip(&self.signatures[range]);
        signatures.filter(move |(_, of_word)| is_similar(of_word)).map(|(index, _)| index)
    }
}

/// Which of 32 groups of classes a string has once, in the low half, and which twice or more, in the high half.
///
/// An edit brings at most one symbol into a string that was not there and takes at most one out of it. So of two strings
/// within a distance each has at most as many bits that the other lacks; the reverse does not hold.
fn signature(string: impl Iterator<Item = u16>) -> u64 {
    string.fold(0, |signature, class| {
        let once = 1_u64 << (class % 32);
        signature | once | (signature & once) << 32
    })
}

/// Whether more than `count` bits are set. Quicker for few than counting them all, which many processors have no
/// instruction for, or none that compilers use unasked.
fn has_more_bits(bits: u64, count: usize) -> bool {
    // Each round clears the lowest bit set.
    (0..count).fold(bits, |bits, _| bits & bits.wrapping_sub(1)) != 0
}

//! What can be wrong with a lexicon.

use thiserror::Error;

use super::{MAX_DISTANCE, MAX_WORD};

/// Why a lexicon cannot be made or used. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LexiconError {
    /// Options without a file.
    #[error("the lexicon has no `path`: name a text file with one word a line")]
    NoPath,
    /// A distance at which most words are near to most others.
    #[error("`distance-max` of the lexicon is {found} and must be from 0 to {MAX_DISTANCE}")]
    DistanceMax {
        /// The option's value.
        found: usize,
    },
    /// No word at all.
    #[error("the lexicon has no words that the model can read ({skipped} were left out): write one a line")]
    Empty {
        /// Words that were left out.
        skipped: usize,
    },
    /// Words that no reading can be.
    #[error(
        "the lexicon has {count} lines that the model cannot read, the first is line {line}, `{word}`: the model has no \
         `{char}`; take them out, or leave them out with skip-unreadable = true"
    )]
    Unreadable {
        /// How many.
        count: usize,
        /// The first line.
        line: usize,
        /// Its word.
        word: String,
        /// The first character that the alphabet lacks.
        char: char,
    },
    /// A word of too many characters.
    #[error("line {line} of the lexicon, `{word}`, has {length} characters and may have {MAX_WORD}: one word a line")]
    TooLong {
        /// The line.
        line: usize,
        /// Its word.
        word: String,
        /// Its characters.
        length: usize,
    },
    /// A lexicon for another model.
    #[error(
        "the lexicon was made for {lexicon} classes, but the scores have {scores}: make it with the alphabet of this model"
    )]
    Alphabet {
        /// The number of classes of the lexicon's alphabet.
        lexicon: usize,
        /// That of the scores.
        scores: usize,
    },
}

//! Readings out of a list of words: the lexicon mode of Shi et al. 2015, section 2.3.
//!
//! Of the words within an edit distance of the reading without a lexicon, the one that the model gives the highest
//! probability is read. The paper finds the near words with a BK-tree; at its distance of 3 that has to look at nearly half
//! of 50,000 English words. Here every word of a fitting length is looked at, but only at a signature of 64 bits, which
//! leaves a few hundred for the distance itself.

mod align;
mod columns;
mod distance;
mod error;
#[cfg(test)]
mod tests;
mod words;

pub use align::align;
pub use error::LexiconError;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::alphabet::Alphabet;
use crate::ctc::{Decoded, Scores};
use columns::Columns;
use distance::Pattern;
use words::Words;

/// The most characters of a word, so that distances are computed in one number of 128 bits.
pub const MAX_WORD: usize = 120;

/// The largest edit distance that words can be looked for in.
pub const MAX_DISTANCE: usize = 8;

/// A word stops being followed where it is known to be less probable than the best by this factor: it cannot win, and
/// hardly matters for the share.
const HOPELESS: f64 = 1e-3;

/// Which words may be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LexiconOptions {
    /// A text file in UTF-8, one word (or several with blanks between) a line; needed.
    pub path: PathBuf,
    /// How many characters a word may differ in from what is read without a lexicon, counting those that are missing,
    /// too many or others; 0 to 8, 3 by default.
    pub distance_max: usize,
    /// Whether each word may also be printed in capitals, or with a capital first; by default words are printed as they
    /// are listed.
    pub any_case: bool,
    /// Whether words with characters that the model cannot read are left out; by default they are an error.
    pub skip_unreadable: bool,
}

impl Default for LexiconOptions {
    fn default() -> Self {
        Self { path: PathBuf::new(), distance_max: 3, any_case: false, skip_unreadable: false }
    }
}

impl LexiconOptions {
    /// Whether the options can be used, the file apart.
    ///
    /// # Errors
    /// [`LexiconError::NoPath`] and [`LexiconError::DistanceMax`].
    pub fn check(&self) -> Result<(), LexiconError> {
        if self.path.as_os_str().is_empty() {
            return Err(LexiconError::NoPath);
        }
        self.check_distance()
    }

    fn check_distance(&self) -> Result<(), LexiconError> {
        let found = self.distance_max;
        if found > MAX_DISTANCE { Err(LexiconError::DistanceMax { found }) } else { Ok(()) }
    }
}

/// The words that may be read with one model. Shared freely between threads.
#[derive(Debug)]
pub struct Lexicon {
    words: Words,
    distance_max: usize,
    /// Classes of the alphabet, with the blank.
    classes: usize,
    skipped: usize,
    /// What was used by readings before, for the next ones: no more than there are threads.
    scratch: Mutex<Vec<Scratch>>,
}

/// A word that was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match<'a> {
    /// The classes of its characters.
    pub word: &'a [u16],
    /// The probability that the model gives it, 0 to 1, not made relative to the other words:
    /// [`posterior()`](crate::ctc::posterior()).
    pub probability: f32,
    /// At least this part, 0 to 1, of the probability of all words within the distance is this word's.
    pub share: f32,
    /// How many edits it is away from the reading without a lexicon.
    pub distance: usize,
}

/// Memory of one search.
#[derive(Debug, Default)]
struct Scratch {
    pattern: Pattern,
    columns: Columns,
    near: Vec<Near>,
}

/// A word within the distance.
#[derive(Debug, Clone, Copy)]
struct Near {
    index: usize,
    distance: usize,
}

impl Lexicon {
    /// Takes the words of a text, one a line, for the model with this alphabet.
    ///
    /// Blanks at the ends of a line, empty lines and repeated words do not count. The path of the options is not read.
    ///
    /// # Errors
    /// [`LexiconError::DistanceMax`]; [`LexiconError::Unreadable`] for words that the model cannot read, unless they are
    /// to be skipped; [`LexiconError::TooLong`] for a word of more than [`MAX_WORD`] characters; [`LexiconError::Empty`]
    /// without any word.
    pub fn new(lines: &str, alphabet: &Alphabet, options: &LexiconOptions) -> Result<Self, LexiconError> {
        options.check_distance()?;
        let listed = words::listed(lines, alphabet, options)?;
        Ok(Self {
            words: Words::new(listed.words),
            distance_max: options.distance_max,
            classes: alphabet.classes(),
            skipped: listed.skipped,
            scratch: Mutex::new(Vec::new()),
        })
    }

    /// How many words there are, each spelling counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether this word, in classes, is listed.
    #[must_use]
    pub fn has(&self, word: &[u16]) -> bool {
        self.words.has(word)
    }

    /// Never: a lexicon has words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many words were left out because the model cannot read them.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Of the words within the distance of a reading, the one with the highest probability; of equals the nearest.
    ///
    /// None if no word is near, or nothing was read: without a character every short word would be near. An allow-list
    /// of the reading does not hold for the words.
    ///
    /// # Errors
    /// [`LexiconError::Alphabet`] if the scores are of a model with another number of classes.
    pub fn nearest(&self, decoded: &Decoded, scores: Scores<'_>) -> Result<Option<Match<'_>>, LexiconError> {
        if scores.classes() != self.classes {
            return Err(LexiconError::Alphabet { lexicon: self.classes, scores: scores.classes() });
        }
        if decoded.symbols.is_empty() {
            return Ok(None);
        }
        let mut scratch = self.scratch().pop().unwrap_or_default();
        self.find_near(decoded, &mut scratch);
        let found = self.likeliest(scores, &mut scratch);
        self.scratch().push(scratch);
        Ok(found)
    }

    fn scratch(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        self.scratch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds the words within the distance.
    fn find_near(&self, decoded: &Decoded, scratch: &mut Scratch) {
        let Scratch { pattern, near, .. } = scratch;
        near.clear();
        if !pattern.set(decoded.classes(), self.classes) {
            return;
        }
        for index in self.words.similar(decoded.classes(), self.distance_max) {
            let distance = pattern.distance(self.words.get(index));
            if distance <= self.distance_max {
                near.push(Near { index, distance });
            }
        }
    }

    /// The most probable of the near words. The nearest come first: the sooner a likely word is known, the sooner the
    /// others can be left.
    fn likeliest(&self, scores: Scores<'_>, scratch: &mut Scratch) -> Option<Match<'_>> {
        let Scratch { columns, near, .. } = scratch;
        columns.clear(self.classes);
        let mut best: Option<(Near, f64)> = None;
        let mut total = 0.0;
        for distance in 0..=self.distance_max {
            for &candidate in near.iter().filter(|near| near.distance == distance) {
                let least = best.map_or(0.0, |(_, probability)| probability);
                let word = self.words.get(candidate.index);
                match columns.probability(scores, word, least * HOPELESS) {
                    Ok(probability) => {
                        total += probability;
                        if probability > least {
                            best = Some((candidate, probability));
                        }
                    }
                    Err(bound) => total += bound,
                }
            }
        }
        let (Near { index, distance }, probability) = best?;
        #[expect(clippy::cast_possible_truncation, reason = "only rounds probabilities")]
        let [probability, share] = [probability, probability / total].map(|of| of.min(1.0) as f32);
        Some(Match { word: self.words.get(index), probability, share, distance })
    }
}

impl Match<'_> {
    /// The word as a reading, its symbols where the scores have them best.
    #[must_use]
    pub fn decoded(&self, scores: Scores<'_>) -> Decoded {
        Decoded { symbols: align(scores, self.word), confidence: self.probability }
    }
}

//! How well lines were read: exact lines, 1-NED and CER.
//!
//! The numbers that papers and products report differ in small print: what counts as equal,
//! and whether lines or characters are averaged. Each is defined here once, for training,
//! evaluation and tests alike. Lengths and distances count `char`s.

mod distance;
mod normalize;
#[cfg(test)]
mod tests;

pub use distance::{distance, similarity};
pub use normalize::{Normalization, NormalizationError, Rule};

use thiserror::Error;

/// Running counts over (truth, reading) pairs.
///
/// Start with [`Tally::default`] for the plain measures alone, or [`Tally::new`] to also
/// count lines that are equal under normalizations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    lines: usize,
    exact: usize,
    /// Each normalization with its number of equal lines.
    normalized: Vec<(Normalization, usize)>,
    /// The sum of the lines' similarities, for 1-NED.
    similarity: f64,
    /// The sum of the lines' edit distances, for CER.
    edits: usize,
    /// The sum of the lines' true lengths in `char`s, for CER.
    truth_chars: usize,
}

/// Two tallies that do not count the same things.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a tally of lines under [{}] cannot take in one under [{}]: make both with the same \
     normalizations in the same order",
    list(mine),
    list(other)
)]
pub struct MergeError {
    /// The normalizations of the tally merged into.
    pub mine: Vec<Normalization>,
    /// The normalizations of the tally to merge.
    pub other: Vec<Normalization>,
}

impl Tally {
    /// Starts a tally that also counts lines equal under each of `normalizations`.
    #[must_use]
    pub fn new(normalizations: &[Normalization]) -> Self {
        let normalized = normalizations.iter().map(|normalization| (*normalization, 0)).collect();
        Self { normalized, ..Self::default() }
    }

    /// Counts one line.
    pub fn add(&mut self, truth: &str, reading: &str) {
        let edits = distance(truth, reading);
        let truth_chars = truth.chars().count();
        self.lines += 1;
        self.exact += usize::from(truth == reading);
        for (normalization, equal) in &mut self.normalized {
            *equal += usize::from(normalization.apply(truth) == normalization.apply(reading));
        }
        self.similarity += distance::similar(edits, truth_chars.max(reading.chars().count()));
        self.edits += edits;
        self.truth_chars += truth_chars;
    }

    /// Adds the counts of another tally, such as that of another thread.
    ///
    /// # Errors
    ///
    /// [`MergeError`] if the normalizations differ; the tally is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if !self.normalizations().eq(other.normalizations()) {
            let mine = self.normalizations().collect();
            return Err(MergeError { mine, other: other.normalizations().collect() });
        }
        self.lines += other.lines;
        self.exact += other.exact;
        for ((_, mine), (_, theirs)) in self.normalized.iter_mut().zip(&other.normalized) {
            *mine += theirs;
        }
        self.similarity += other.similarity;
        self.edits += other.edits;
        self.truth_chars += other.truth_chars;
        Ok(())
    }

    /// The number of lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The number of lines read exactly.
    #[must_use]
    pub fn exact_lines(&self) -> usize {
        self.exact
    }

    /// The number of lines equal under a normalization; none if it is not counted.
    #[must_use]
    pub fn normalized_lines(&self, normalization: Normalization) -> Option<usize> {
        let counted = self.normalized.iter().find(|(counted, _)| *counted == normalization);
        counted.map(|(_, equal)| *equal)
    }

    /// The sum of the edit distances of all lines, in `char`s.
    #[must_use]
    pub fn edits(&self) -> usize {
        self.edits
    }

    /// The sum of the lengths of all true lines, in `char`s.
    #[must_use]
    pub fn truth_chars(&self) -> usize {
        self.truth_chars
    }

    /// The normalizations counted, in the order given.
    #[must_use]
    pub fn normalizations(&self) -> impl ExactSizeIterator<Item = Normalization> + '_ {
        self.normalized.iter().map(|(normalization, _)| *normalization)
    }

    /// The fraction of lines read exactly, 0 to 1; none without lines.
    #[must_use]
    pub fn exact(&self) -> Option<f64> {
        fraction(self.exact, self.lines)
    }

    /// The fraction of lines equal under a normalization, 0 to 1.
    ///
    /// None without lines and for a normalization that is not counted.
    #[must_use]
    pub fn normalized(&self, normalization: Normalization) -> Option<f64> {
        fraction(self.normalized_lines(normalization)?, self.lines)
    }

    /// 1-NED: the mean over lines of their [`similarity`], 0 to 1; none without lines.
    ///
    /// Of the texts as they are: a benchmark that ignores case or blanks wants its pairs
    /// normalized before they are added.
    #[must_use]
    pub fn ned(&self) -> Option<f64> {
        (self.lines > 0).then(|| self.similarity / float(self.lines))
    }

    /// CER: all edits over all true characters, 0 or more; none without true characters.
    ///
    /// A mean over characters, not over lines. Over 1 if readings are much too long. Readings
    /// of empty lines count as edits, but alone have nothing to be a fraction of.
    #[must_use]
    pub fn cer(&self) -> Option<f64> {
        fraction(self.edits, self.truth_chars)
    }
}

fn list(normalizations: &[Normalization]) -> String {
    normalizations.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn fraction(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn float(count: usize) -> f64 {
    count as f64
}

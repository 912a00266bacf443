//! How many lines were read how well.

use serde::Serialize;

use crate::metrics::{Normalization, Tally};

/// Running counts over lines, each compared under the normalization of its own set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Score {
    tally: Tally,
    normalized: usize,
    unknown: usize,
    unreadable: usize,
}

/// What is reported of lines; fractions from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Accuracy {
    /// Lines counted.
    pub lines: usize,
    /// Fraction read exactly.
    pub exact: f64,
    /// Fraction that agrees once both sides are normalized.
    pub normalized: f64,
    /// 1-NED, averaged over lines.
    pub ned: f64,
    /// All edits over all true characters, 0 or more.
    pub cer: f64,
    /// Lines whose label has a character that the model does not have.
    pub unknown: usize,
    /// Lines that could not be read, which count as wrong.
    pub unreadable: usize,
}

impl Score {
    /// Counts a line.
    pub fn add(&mut self, truth: &str, reading: &str, normalization: Normalization) {
        self.tally.add(truth, reading);
        self.normalized += usize::from(normalization.apply(truth) == normalization.apply(reading));
    }

    /// Counts a label with a character that the model does not have.
    pub fn add_unknown(&mut self) {
        self.unknown += 1;
    }

    /// Counts a line that could not be read.
    pub fn add_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// Adds the counts of other lines.
    ///
    /// # Panics
    /// Never: the tallies within count no normalizations, so that any two of them fit.
    pub fn merge(&mut self, other: &Self) {
        self.tally.merge(&other.tally).expect("neither tally counts normalizations");
        self.normalized += other.normalized;
        self.unknown += other.unknown;
        self.unreadable += other.unreadable;
    }

    /// The number of lines read exactly.
    #[must_use]
    pub fn exact_lines(&self) -> usize {
        self.tally.exact_lines()
    }

    /// The accuracy; none without lines.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    pub fn accuracy(&self) -> Option<Accuracy> {
        let lines = self.tally.lines();
        Some(Accuracy {
            lines,
            exact: self.tally.exact()?,
            normalized: self.normalized as f64 / lines as f64,
            ned: self.tally.ned()?,
            cer: self.tally.cer().unwrap_or(0.0),
            unknown: self.unknown,
            unreadable: self.unreadable,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_added_up_line_by_line_each_under_its_own_normalization() {
        let rules = |rules: &str| rules.parse::<Normalization>().unwrap();
        let mut first = Score::default();
        first.add("AB", "ab", rules("fold-case"));
        first.add("AB", "AB", rules("fold-case"));
        first.add_unknown();
        let mut second = Score::default();
        second.add("CD", "cd", rules("exact"));
        second.add("EF", "", rules("exact"));
        second.add_unreadable();
        first.merge(&second);
        let accuracy = first.accuracy().unwrap();
        assert_eq!((accuracy.lines, accuracy.unknown, accuracy.unreadable), (4, 1, 1));
        // Four lines of two characters: one read as it is, one alike but for its case, two wrong; six edits of eight.
        assert_eq!((accuracy.exact, accuracy.normalized), (0.25, 0.5));
        assert_eq!((accuracy.ned, accuracy.cer), (0.25, 0.75));
    }

    #[test]
    fn no_lines_have_no_accuracy() {
        assert_eq!(Score::default().accuracy(), None);
    }
}

//! Probabilities of the classes that near words have, computed once for all of them.

use crate::alphabet::BLANK;
use crate::ctc::{self, Scores};

/// Over all time steps, the probabilities of some classes.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// By class: 1 and which column it is, or 0.
    slots: Vec<u16>,
    /// The classes that have a column, in the order of the columns.
    classes: Vec<u16>,
    /// `[columns, T]`.
    values: Vec<f64>,
    /// By column, the sum over all steps.
    sums: Vec<f64>,
}

impl Columns {
    /// Forgets all columns, for scores of `classes` classes.
    pub(super) fn clear(&mut self, classes: usize) {
        for &class in &self.classes {
            self.slots[usize::from(class)] = 0;
        }
        self.slots.resize(classes, 0);
        self.classes.clear();
        self.values.clear();
        self.sums.clear();
    }

    /// The probability of a word; or if it is below `floor`, an upper bound of it that is too.
    ///
    /// Every path of a word has each of its symbols at some step: the word is no more probable than the sum over all
    /// steps of its least probable symbol. For most words that is enough to leave them.
    pub(super) fn probability(&mut self, scores: Scores<'_>, word: &[u16], floor: f64) -> Result<f64, f64> {
        self.add(scores, BLANK);
        let mut bound = 1.0_f64;
        for &class in word {
            bound = bound.min(self.add(scores, class));
            if bound < floor {
                return Err(bound);
            }
        }
        let (slots, values, steps) = (&self.slots, &self.values, scores.steps());
        let probability = |step, class| values[usize::from(slots[usize::from(class)] - 1) * steps + step];
        ctc::forward(steps, word, probability, floor)
    }

    /// Makes the column of a class where it lacks, and gives the column's sum.
    fn add(&mut self, scores: Scores<'_>, class: u16) -> f64 {
        let at = usize::from(class);
        if let Some(column) = usize::from(self.slots[at]).checked_sub(1) {
            return self.sums[column];
        }
        let first = self.values.len();
        self.values.extend(scores.rows().map(|row| f64::from(row[at].exp())));
        let sum = self.values[first..].iter().sum();
        self.classes.push(class);
        self.slots[at] = u16::try_from(self.classes.len()).expect("a lexicon has at most 65535 classes in its words");
        self.sums.push(sum);
        sum
    }
}

//! The scores of one line, borrowed from where the model left them.

use super::{CtcError, MAX_CLASSES, MAX_STEPS, argmax};

/// Natural log-probabilities, [T, C] in row-major order: T time steps of C classes.
///
/// A value is 0 for certain and `-inf` for impossible, and the probabilities of a step
/// sum to 1. Only the shape is checked here. Raw logits give the same reading but
/// meaningless confidences: pass them through [`log_softmax_in_place`] first.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    values: &'a [f32],
    steps: usize,
    classes: usize,
}

impl<'a> Scores<'a> {
    /// Views `values` as [`steps`, `classes`], that is [T, C]. No steps at all are allowed.
    ///
    /// # Errors
    ///
    /// [`CtcError::Classes`] unless C is 2 to [`MAX_CLASSES`], [`CtcError::TooManySteps`] if T is
    /// over [`MAX_STEPS`], [`CtcError::Length`] unless there are T * C values.
    pub fn new(values: &'a [f32], steps: usize, classes: usize) -> Result<Self, CtcError> {
        check_classes(classes)?;
        if steps > MAX_STEPS {
            return Err(CtcError::TooManySteps { steps });
        }
        if steps.checked_mul(classes) != Some(values.len()) {
            return Err(CtcError::Length { len: values.len(), steps, classes });
        }
        Ok(Self { values, steps, classes })
    }

    /// The number of time steps, T.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The number of classes with the blank, C.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// All T * C scores.
    pub(super) fn values(&self) -> &'a [f32] {
        self.values
    }

    /// The T rows of C scores, in order of time.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &'a [f32]> + use<'a> {
        self.values.chunks_exact(self.classes)
    }
}

/// Turns rows of C logits into rows of natural log-probabilities.
///
/// `log_softmax(x)_k = x_k - max(x) - ln(sum_j exp(x_j - max(x)))`; taking the maximum off
/// first keeps `exp` from overflowing. A row of `-inf` alone stays as it is, having no
/// softmax. NaN and infinity turn their row into NaN, which decoding reports.
///
/// # Errors
///
/// [`CtcError::Classes`] unless C is 2 to [`MAX_CLASSES`], and [`CtcError::Ragged`] if `logits`
/// is not a whole number of rows. The logits are then as they were.
pub fn log_softmax_in_place(logits: &mut [f32], classes: usize) -> Result<(), CtcError> {
    check_classes(classes)?;
    if !logits.len().is_multiple_of(classes) {
        return Err(CtcError::Ragged { len: logits.len(), classes });
    }
    for row in logits.chunks_exact_mut(classes) {
        if row.iter().all(|logit| *logit == f32::NEG_INFINITY) {
            continue;
        }
        let max = argmax::max(row);
        // Summed in f64: thousands of terms would cost f32 its last digits.
        let sum: f64 = row.iter().map(|logit| f64::from((logit - max).exp())).sum();
        #[expect(clippy::cast_possible_truncation, reason = "only rounds, at most ln(65536)")]
        let log_sum = sum.ln() as f32;
        // Two subtractions, for max + log_sum would round log_sum away when max is large.
        for logit in row {
            *logit = *logit - max - log_sum;
        }
    }
    Ok(())
}

fn check_classes(classes: usize) -> Result<(), CtcError> {
    if (2..=MAX_CLASSES).contains(&classes) { Ok(()) } else { Err(CtcError::Classes { classes }) }
}

//! The CTC loss (Graves et al. 2006) with its length rules.

use tch::{Reduction, Tensor};

/// Labels of a batch, one after the other, and their lengths.
#[derive(Debug, Default, Clone)]
pub struct Targets {
    /// Classes of all labels in a row; the blank, 0, is never among them.
    pub classes: Vec<i64>,
    /// Length of each label.
    pub lengths: Vec<i64>,
}

/// The fewest time steps in which `label` can be written: one a character, and a blank between equal neighbours.
pub fn steps_needed(label: &[u16]) -> usize {
    label.len() + label.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

/// Mean over the batch of each line's negative log-likelihood divided by its label's length.
///
/// `log_probabilities` is `[T, N, C]`. All T steps of every line count, those over its padding too, so that the network
/// learns to be silent there. A line whose label needs more than T steps has no finite loss; it counts as zero and has
/// no gradient (`zero_infinity`).
///
/// # Panics
/// If `log_probabilities` does not have three dimensions.
pub fn ctc_loss(log_probabilities: &Tensor, targets: &Targets) -> Tensor {
    let (steps, lines, _) = log_probabilities.size3().expect("the network's output has three dimensions");
    let classes = Tensor::from_slice(&targets.classes).to_device(log_probabilities.device());
    let input_lengths = vec![steps; usize::try_from(lines).expect("a batch size is positive")];
    let target_lengths = &targets.lengths[..];
    Tensor::ctc_loss(log_probabilities, &classes, &input_lengths[..], target_lengths, 0, Reduction::Mean, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn uniform(steps: i64, classes: i64) -> Tensor {
        Tensor::zeros([steps, 1, classes], (Kind::Float, Device::Cpu)).log_softmax(-1, Kind::Float)
    }

    #[test]
    fn equal_neighbours_need_a_step_more() {
        assert_eq!(steps_needed(&[]), 0);
        assert_eq!(steps_needed(&[1, 2, 1]), 3);
        assert_eq!(steps_needed(&[1, 1, 1]), 5);
    }

    /// With 3 classes, all equally likely, and 2 steps, the paths for "a" are a·, ·a and aa of 9: ln 3.
    #[test]
    fn the_loss_is_minus_the_log_of_the_sum_over_paths() {
        let loss = ctc_loss(&uniform(2, 3), &Targets { classes: vec![1], lengths: vec![1] });
        assert!((f64::try_from(loss).unwrap() - 3f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn a_label_that_does_not_fit_has_no_loss() {
        let loss = ctc_loss(&uniform(2, 3), &Targets { classes: vec![1, 1], lengths: vec![2] });
        assert!(f64::try_from(loss).unwrap().abs() < f64::EPSILON);
    }
}

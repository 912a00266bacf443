//! The distance to the network that a fine-tuned one must go on reading like.
//!
//! Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015), at temperature 1: labels tell what a
//! line says, the float network's probabilities tell what it made of the line, mistakes included.

use tch::{Kind, Tensor};

use crate::ctc_loss::Targets;

/// Mean over the batch of each line's divergence `sum over t, c of p log(p / q)`, divided by its label's length, as the
/// CTC loss is.
///
/// Both are log-probabilities `[T, N, C]`: `teacher` is log p, without gradient, `student` log q. Not below 0.
pub fn divergence(student: &Tensor, teacher: &Tensor, targets: &Targets) -> Tensor {
    let sums = (teacher.exp() * (teacher - student)).sum_dim_intlist([0i64, 2].as_slice(), false, Kind::Float); // [N]
    let lengths = Tensor::from_slice(&targets.lengths).to_device(sums.device()).clamp_min(1);
    (sums / lengths).mean(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(probabilities: [f32; 2]) -> Tensor {
        Tensor::from_slice(&probabilities).log()
    }

    #[test]
    fn the_divergence_is_summed_over_steps_and_divided_by_the_length() {
        let teacher = Tensor::stack(&[row([0.5, 0.5]), row([0.25, 0.75])], 0).reshape([2, 1, 2]);
        let student = row([0.25, 0.75]).expand([2, 1, 2], false);
        let targets = Targets { classes: vec![1, 1, 1], lengths: vec![3] };
        let found = f64::try_from(divergence(&student, &teacher, &targets)).unwrap();
        let expected = (0.5 * 2f64.ln() + 0.5 * (2.0f64 / 3.0).ln()) / 3.0;
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn a_network_is_at_no_distance_from_itself_and_pulled_towards_another() {
        let teacher = row([0.25, 0.75]).reshape([1, 1, 2]);
        let targets = Targets { classes: vec![], lengths: vec![0] };
        let at = |scores: &Tensor| divergence(&scores.log_softmax(-1, Kind::Float), &teacher, &targets);
        assert!(f64::try_from(at(&teacher)).unwrap().abs() < 1e-7);
        let scores = Tensor::zeros([1, 1, 2], (Kind::Float, tch::Device::Cpu)).set_requires_grad(true);
        at(&scores).backward();
        // The gradient of the divergence by scores before a softmax is q - p.
        assert!(scores.grad().reshape([-1]).allclose(&Tensor::from_slice(&[0.25f32, -0.25]), 1e-5, 1e-6, false));
    }
}

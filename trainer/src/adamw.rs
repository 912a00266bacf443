//! AdamW (Loshchilov and Hutter 2019) whose moments can be saved, which libtorch's own does not allow from outside.

use tch::{Tensor, no_grad};

/// Decay of the mean of gradients.
const BETA1: f64 = 0.9;
/// Decay of the mean of squared gradients.
const BETA2: f64 = 0.999;
/// Added to the root of the second moment.
const EPSILON: f64 = 1e-8;

/// The optimizer's state over a list of parameters.
#[derive(Debug)]
pub struct AdamW {
    parameters: Vec<Parameter>,
    weight_decay: f64,
    /// Updates made so far.
    pub steps: i64,
}

/// A parameter and its moments.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in the variable store.
    pub name: String,
    /// The parameter itself.
    pub value: Tensor,
    /// Decaying mean of its gradients.
    pub mean: Tensor,
    /// Decaying mean of its squared gradients.
    pub square: Tensor,
}

impl AdamW {
    /// Starts with zero moments. Decay acts on matrices and kernels alone, not on biases and batch norms.
    pub fn new(named: Vec<(String, Tensor)>, weight_decay: f64) -> Self {
        let start = |(name, value): (String, Tensor)| {
            let (mean, square) = no_grad(|| (value.zeros_like(), value.zeros_like()));
            Parameter { name, value, mean, square }
        };
        Self { parameters: named.into_iter().map(start).collect(), weight_decay, steps: 0 }
    }

    /// The parameters with their moments.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Makes one update from the parameters' gradients, scaled down to a norm of `max_norm` where they are larger.
    ///
    /// Returns the norm before scaling. Where it is not finite nothing is changed: one bad batch must not spoil the
    /// weights.
    pub fn step(&mut self, rate: f64, max_norm: f64) -> f64 {
        no_grad(|| {
            let norm = self.gradient_norm();
            if norm.is_finite() {
                self.steps += 1;
                let scale = (max_norm / (norm + 1e-6)).min(1.0);
                self.update(rate, scale);
            }
            norm
        })
    }

    fn gradient_norm(&self) -> f64 {
        let squares: Vec<Tensor> =
            self.parameters.iter().map(|p| p.value.grad().square().sum(tch::Kind::Float)).collect();
        f64::try_from(Tensor::stack(&squares, 0).sum(tch::Kind::Float).sqrt()).unwrap_or(f64::NAN)
    }

    #[expect(clippy::cast_precision_loss, reason = "a step count is far below 2^52")]
    fn update(&mut self, rate: f64, scale: f64) {
        let correction1 = 1.0 - BETA1.powf(self.steps as f64);
        let correction2 = 1.0 - BETA2.powf(self.steps as f64);
        for Parameter { value, mean, square, .. } in &mut self.parameters {
            let gradient = value.grad() * scale;
            if value.dim() > 1 {
                let _ = value.g_mul_scalar_(1.0 - rate * self.weight_decay);
            }
            let _ = mean.g_mul_scalar_(BETA1).g_add_(&(&gradient * (1.0 - BETA1)));
            let _ = square.g_mul_scalar_(BETA2).g_add_(&(gradient.square() * (1.0 - BETA2)));
            let divisor = (&*square / correction2).sqrt() + EPSILON;
            let _ = value.g_sub_(&(&*mean / divisor * (rate / correction1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind, nn};

    /// The same four updates through libtorch's AdamW give the same values within rounding.
    #[test]
    fn updates_agree_with_libtorch() {
        let start = Tensor::from_slice(&[0.5f32, -1.0, 2.0, 0.1, 0.0, 3.0]).reshape([2, 3]);
        let target = Tensor::from_slice(&[1.0f32, 1.0, 1.0, -1.0, 0.5, 2.0]).reshape([2, 3]);
        let loss = |w: &Tensor| (w - &target).square().sum(Kind::Float);
        let ours = start.copy().set_requires_grad(true);
        let mut optimizer = AdamW::new(vec![("w".into(), ours.shallow_clone())], 0.1);
        let store = nn::VarStore::new(Device::Cpu);
        let theirs = store.root().var_copy("w", &start);
        let mut reference = nn::OptimizerConfig::build(nn::adamw(BETA1, BETA2, 0.1), &store, 0.05).unwrap();
        for _ in 0..4 {
            ours.shallow_clone().zero_grad();
            loss(&ours).backward();
            optimizer.step(0.05, f64::INFINITY);
            reference.backward_step(&loss(&theirs));
        }
        assert!(ours.allclose(&theirs, 1e-5, 1e-6, false), "{ours:?} {theirs:?}");
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing() {
        let weight = Tensor::from_slice(&[1.0f32, 2.0]).set_requires_grad(true);
        let mut optimizer = AdamW::new(vec![("w".into(), weight.shallow_clone())], 0.1);
        (&weight * f64::NAN).sum(Kind::Float).backward();
        assert!(optimizer.step(0.1, 1.0).is_nan());
        assert_eq!(Vec::<f32>::try_from(weight.detach()).unwrap(), [1.0, 2.0]);
    }
}

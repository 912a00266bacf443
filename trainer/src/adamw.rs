//! AdamW (Loshchilov and Hutter 2019) whose moments can be saved, which libtorch's own does not allow from outside.

use tch::{Device, Kind, Tensor, no_grad};

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
    /// Updates asked for so far.
    pub steps: i64,
    /// Of the last of these, how many in a row changed nothing, their gradient not being finite. `[]`
    refused: Tensor,
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
        let parameters: Vec<Parameter> = named.into_iter().map(start).collect();
        let device = parameters.first().map_or(Device::Cpu, |parameter| parameter.value.device());
        Self { parameters, weight_decay, steps: 0, refused: Tensor::zeros([], (Kind::Int64, device)) }
    }

    /// The parameters with their moments.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Makes one update from the parameters' gradients, scaled down to a norm of `max_norm` where they are larger.
    ///
    /// Returns the norm before scaling, `[]`. Where it is not finite nothing is changed: one bad batch must not spoil the
    /// weights. All of it is decided where the parameters are: to ask a GPU for the norm would make it wait.
    pub fn step(&mut self, rate: f64, max_norm: f64) -> Tensor {
        no_grad(|| {
            let norm = self.gradient_norm();
            let finite = norm.isfinite();
            self.refused = (&self.refused + 1) * finite.logical_not();
            self.steps += 1;
            let scale = (max_norm / (&norm + 1e-6)).clamp_max(1.0);
            self.update(rate, &scale, &finite);
            norm
        })
    }

    /// How many of the last updates, in a row, changed nothing. On a GPU this waits for them.
    pub fn refused_in_a_row(&self) -> i64 {
        self.refused.int64_value(&[])
    }

    fn gradient_norm(&self) -> Tensor {
        let squares: Vec<Tensor> = self.parameters.iter().map(|p| p.value.grad().square().sum(Kind::Float)).collect();
        Tensor::stack(&squares, 0).sum(Kind::Float).sqrt()
    }

    /// Moves moments and parameters, each by zero where the gradient is not `finite`.
    #[expect(clippy::cast_precision_loss, reason = "a step count is far below 2^52")]
    fn update(&mut self, rate: f64, scale: &Tensor, finite: &Tensor) {
        let correction1 = 1.0 - BETA1.powf(self.steps as f64);
        let correction2 = 1.0 - BETA2.powf(self.steps as f64);
        let counts = finite.to_kind(Kind::Float); // 1 or 0
        let (share1, share2) = (&counts * (1.0 - BETA1), &counts * (1.0 - BETA2));
        let (kept, step) = (1.0 - &counts * (rate * self.weight_decay), &counts * (rate / correction1));
        for Parameter { value, mean, square, .. } in &mut self.parameters {
            let gradient = (value.grad() * scale).where_scalarother(finite, 0.0);
            if value.dim() > 1 {
                let _ = value.g_mul_(&kept);
            }
            let _ = mean.lerp_tensor_(&gradient, &share1);
            let _ = square.lerp_tensor_(&gradient.square(), &share2);
            let divisor = (&*square / correction2).sqrt() + EPSILON;
            let _ = value.g_sub_(&(&*mean / divisor * &step));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn;

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
            let _ = optimizer.step(0.05, f64::INFINITY);
            reference.backward_step(&loss(&theirs));
        }
        assert!(ours.allclose(&theirs, 1e-5, 1e-6, false), "{ours:?} {theirs:?}");
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing() {
        let weight = Tensor::from_slice(&[1.0f32, 2.0]).reshape([1, 2]).set_requires_grad(true);
        let mut optimizer = AdamW::new(vec![("w".into(), weight.shallow_clone())], 0.1);
        let mut step = |factor: f64| {
            weight.shallow_clone().zero_grad();
            (&weight * factor).sum(Kind::Float).backward();
            let norm = f64::try_from(optimizer.step(0.1, 1.0)).unwrap();
            let Parameter { mean, square, .. } = &optimizer.parameters()[0];
            let state =
                [&weight.detach(), mean, square].map(|state| Vec::<f32>::try_from(state.reshape([-1])).unwrap());
            (norm, state, optimizer.refused_in_a_row())
        };
        let (_, before, refused) = step(1.0);
        assert_eq!(refused, 0);
        for (times, factor) in [(1, f64::NAN), (2, f64::INFINITY)] {
            let (norm, after, refused) = step(factor);
            assert!(!norm.is_finite());
            assert_eq!((after, refused), (before.clone(), times));
        }
        let (norm, after, refused) = step(1.0);
        assert!(norm.is_finite() && after != before && refused == 0);
    }
}

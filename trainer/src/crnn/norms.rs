//! Batch norms put back into a network that comes with them folded, as out of a model file.

use tch::{Kind, Tensor, nn, no_grad};

use super::Crnn;

/// Length of each output's weights after He's rule: `fan in` weights of variance `2 / fan in`.
const HE_LENGTH: f64 = std::f64::consts::SQRT_2;

/// Directions of a mean over all but the channels of `[N, C, H, W]`.
const ALL_BUT_CHANNELS: &[i64] = &[0, 2, 3];

impl Crnn {
    /// Gives batch norms that change nothing the statistics of what enters them on some lines, each `[N, 1, 32, W]`,
    /// and the gain and shift that undo them. The network computes what it did and can be trained with its norms: a
    /// batch is normalized by its own statistics, which are about those of the lines.
    ///
    /// A norm takes the scale of its convolution's weights away, so that the scale decides only how large a step of the
    /// optimizer is beside them. Each output's weights are brought to the length that they had at the start of a
    /// training from nothing.
    pub fn restore_norms(&self, lines: &[Tensor]) {
        no_grad(|| {
            let mut values: Vec<_> = lines.iter().map(|lines| lines.to_kind(Kind::Float)).collect();
            for (i, norm) in self.norms.iter().enumerate() {
                if let Some(norm) = norm {
                    restore(&self.convs[i], norm, |conv| values.iter().map(|x| x.apply(conv)).collect());
                }
                values = values.iter().map(|x| Self::pooled(i, &self.conv(i, x, false))).collect();
            }
        });
    }
}

/// Restores the norm behind a convolution; `outputs` are the convolution's on some lines.
fn restore(conv: &nn::Conv2D, norm: &nn::BatchNorm, outputs: impl Fn(&nn::Conv2D) -> Vec<Tensor>) {
    let made = "layers are made with all of their parameters";
    let (mut weight, mut bias) = (conv.ws.shallow_clone(), conv.bs.as_ref().expect(made).shallow_clone());
    let length = weight.flatten(1, 3).norm_scalaropt_dim(2, [1], false).clamp_min(f64::from(f32::MIN_POSITIVE));
    let scale = length.reciprocal() * HE_LENGTH; // [out]
    let _ = weight.g_mul_(&scale.reshape([-1, 1, 1, 1]));
    let _ = bias.g_mul_(&scale);
    let (mean, variance) = statistics(&outputs(conv));
    // gain * (y - mean) / sqrt(variance + epsilon) + shift = y / scale
    let set = |to: &Tensor, values: &Tensor| to.shallow_clone().copy_(values);
    set(norm.ws.as_ref().expect(made), &((&variance + super::BATCH_NORM_EPSILON).sqrt() / &scale));
    set(norm.bs.as_ref().expect(made), &(&mean / &scale));
    set(&norm.running_mean, &mean);
    set(&norm.running_var, &variance);
}

/// Mean and variance of each channel over all of some `[N, C, H, W]`.
fn statistics(values: &[Tensor]) -> (Tensor, Tensor) {
    let mean_of = |of: &dyn Fn(&Tensor) -> Tensor| {
        let places: i64 = values.iter().map(|x| x.size()[0] * x.size()[2] * x.size()[3]).sum();
        let sums: Vec<_> =
            values.iter().map(|x| of(x).sum_dim_intlist(ALL_BUT_CHANNELS, false, Kind::Double)).collect();
        (Tensor::stack(&sums, 0).sum_dim_intlist(0, false, Kind::Double) / places.max(1)).to_kind(Kind::Float)
    };
    let mean = mean_of(&Tensor::shallow_clone);
    let centre = mean.reshape([1, -1, 1, 1]);
    let variance = mean_of(&|x| (x - &centre).square());
    (mean, variance)
}

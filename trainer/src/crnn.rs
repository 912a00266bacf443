//! The network: CRNN of Shi, Bai and Yao, "An End-to-End Trainable Neural Network for Image-based Sequence Recognition"
//! (2015), with the batch norms and the pooling of its PyTorch ports.
//!
//! Legend: N batch, C classes, W input columns, T = W / 4 + 1 time steps, c0..c6 channels, h hidden size.

mod norms;

use serde::{Deserialize, Serialize};
use tch::nn::{self, Init, ModuleT};
use tch::{Kind, Tensor};

use crate::quantization::{Pass, Point, Quantization};

/// Rows of input. The seven convolutions and their pools bring exactly these to one.
pub const HEIGHT: usize = 32;

/// Columns of input per time step.
pub const TIME_STRIDE: usize = 4;

/// Channels of the seven convolutions at width 1.
pub const CHANNELS: [usize; 7] = [64, 128, 256, 256, 512, 512, 512];

/// The convolutions that are followed by a batch norm.
pub const NORMALIZED: [bool; 7] = [false, false, true, false, true, false, true];

/// The convolution whose kernel is 2x2, without padding; the others are 3x3 and keep the size.
const LAST: usize = 6;

/// A max pool of 2x2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// The convolution that it follows.
    pub conv: usize,
    /// Rows and columns from one window to the next.
    pub strides: [i64; 2],
    /// Rows and columns added on either side.
    pub padding: [i64; 2],
}

/// The pools, in order.
pub const POOLS: [Pool; 4] = [
    Pool { conv: 0, strides: [2, 2], padding: [0, 0] },
    Pool { conv: 1, strides: [2, 2], padding: [0, 0] },
    Pool { conv: 3, strides: [2, 1], padding: [0, 1] },
    Pool { conv: 5, strides: [2, 1], padding: [0, 1] },
];

/// Added to the variances of batch norms.
pub const BATCH_NORM_EPSILON: f64 = 1e-5;

/// Channel counts are rounded to multiples of this, a vector register of the boards' kernels.
const CHANNEL_MULTIPLE: usize = 8;

/// The size of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct NetworkConfig {
    /// Multiplier of the convolutions' channels; 1 is the paper's network. From 0.125 to 4.
    pub width: f64,
    /// Hidden size of each direction of both LSTMs; 256 in the paper. From 8 to 2048.
    pub hidden: usize,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self { width: 1.0, hidden: 256 }
    }
}

impl NetworkConfig {
    /// Channels of the seven convolutions.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small counts"
    )]
    pub fn channels(&self) -> [usize; 7] {
        CHANNELS.map(|c| {
            let units = (c as f64 * self.width / CHANNEL_MULTIPLE as f64).round();
            (units as usize).max(1) * CHANNEL_MULTIPLE
        })
    }
}

/// Time steps that `width` columns of input give.
pub fn time_steps(width: usize) -> usize {
    width / TIME_STRIDE + 1
}

/// The number format of the convolutions while training; parameters and everything else stay in float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floating point.
    Float,
    /// bfloat16: half the time or less where the processor multiplies it (AVX-512 BF16, tensor cores).
    Bf16,
}

/// The CRNN. Its variables are named `conv0` … `conv6`, `norm2` `norm4` `norm6`, `lstm0` `linear0` `lstm1` `linear1`.
#[derive(Debug)]
pub struct Crnn {
    convs: Vec<nn::Conv2D>,
    norms: Vec<Option<nn::BatchNorm>>,
    lstms: [Lstm; 2],
    linears: [nn::Linear; 2],
    precision: Precision,
    hold_norms: bool,
    quantization: Option<Quantization>,
}

/// A bidirectional LSTM.
#[derive(Debug)]
struct Lstm {
    /// As libtorch takes them: for each direction the input's and the state's, and then a bias for either.
    weights: Vec<Tensor>,
    hidden: usize,
}

impl Crnn {
    /// Makes the network's variables under `path`, for `classes` classes with the blank.
    ///
    /// Initialised as the references do: convolutions by He's normal rule, batch norms to one, LSTMs and linear layers
    /// uniformly within `1 / sqrt(h)` and `1 / sqrt(fan in)`.
    pub fn new(path: &nn::Path, config: &NetworkConfig, classes: usize) -> Self {
        let channels = config.channels();
        let mut convs = Vec::new();
        let mut norms = Vec::new();
        for (i, &out) in channels.iter().enumerate() {
            let input = if i == 0 { 1 } else { channels[i - 1] };
            let last = i == LAST;
            convs.push(conv(&(path / format!("conv{i}")), input, out, last));
            norms.push(NORMALIZED[i].then(|| batch_norm(&(path / format!("norm{i}")), out)));
        }
        let hidden = config.hidden;
        Self {
            convs,
            norms,
            lstms: [lstm(&(path / "lstm0"), channels[6], hidden), lstm(&(path / "lstm1"), hidden, hidden)],
            linears: [
                linear(&(path / "linear0"), 2 * hidden, hidden),
                linear(&(path / "linear1"), 2 * hidden, classes),
            ],
            precision: Precision::Float,
            hold_norms: false,
            quantization: None,
        }
    }

    /// Sets the number format of the convolutions in training; evaluation is in float always.
    #[must_use]
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// Sets whether batch norms keep to their running statistics in training, which then stay as they are.
    #[must_use]
    pub fn with_held_norms(self, hold_norms: bool) -> Self {
        Self { hold_norms, ..self }
    }

    /// Sets the roundings of [`crate::quantization`], in training and evaluation; batch norms are held then.
    #[must_use]
    pub fn with_quantization(self, quantization: Option<Quantization>) -> Self {
        Self { quantization, ..self }
    }

    /// Log-probabilities `[T, N, C]` of lines `[N, 1, 32, W]`, W a multiple of 4.
    ///
    /// `train` chooses the batch norms' statistics, of the batch or the running ones, and the number format.
    pub fn forward_t(&self, lines: &Tensor, train: bool) -> Tensor {
        let kind = if train && self.precision == Precision::Bf16 { Kind::BFloat16 } else { Kind::Float };
        let values = self.quantization.as_ref().map_or(Pass::Float, |quantization| quantization.pass(train));
        let mut x = values.at(Point::Input, lines.to_kind(kind));
        for i in 0..self.convs.len() {
            x = Self::pooled(i, &self.conv(i, &x, train));
            // The file rounds before the pool. The largest of rounded values is the rounded largest, and there are fewer.
            x = values.at(Point::Relu(i), x);
        } // [N, c0, 16, W/2], [N, c1, 8, W/4], [N, c3, 4, W/4 + 1], [N, c5, 2, W/4 + 2], [N, c6, 1, T]
        let x = x.squeeze_dim(2).permute([2, 0, 1]).to_kind(Kind::Float).contiguous(); // [T, N, c6]
        let x = self.linear(0, &values.at(Point::Sequence(0), self.sequence(0, &x))); // [T, N, h]
        let x = self.sequence(1, &values.at(Point::Linear, x)); // [T, N, 2 h]
        let x = self.linear(1, &values.at(Point::Sequence(1), x)); // [T, N, C]
        x.log_softmax(-1, Kind::Float)
    }

    /// The max pool behind convolution `i`, where there is one.
    fn pooled(i: usize, x: &Tensor) -> Tensor {
        let pool = POOLS.iter().find(|pool| pool.conv == i);
        pool.map_or_else(|| x.shallow_clone(), |pool| x.max_pool2d([2, 2], pool.strides, pool.padding, 1, false))
    }

    /// Convolution `i` in the number format of `x`, its batch norm where it has one, and a ReLU.
    fn conv(&self, i: usize, x: &Tensor, train: bool) -> Tensor {
        let padding = i64::from(i != LAST);
        if let Some(quantization) = &self.quantization {
            let (weight, bias) = self.folded(i);
            return x.conv2d(&quantization.weights(&weight), Some(bias), 1, padding, 1, 1).relu();
        }
        let nn::Conv2D { ws, bs, .. } = &self.convs[i];
        let y = x.conv2d(&ws.to_kind(x.kind()), bs.as_ref().map(|b| b.to_kind(x.kind())), 1, padding, 1, 1);
        let train = train && !self.hold_norms;
        self.norms[i].as_ref().map_or_else(|| y.relu(), |norm| norm.forward_t(&y, train).relu())
    }

    /// Weight and bias of convolution `i` with its batch norm folded in, where it has one, by running statistics. The
    /// formula is that of export, and gradients pass.
    fn folded(&self, i: usize) -> (Tensor, Tensor) {
        let nn::Conv2D { ws, bs, .. } = &self.convs[i];
        let bias = bs.as_ref().expect("convolutions are made with a bias");
        let Some(norm) = &self.norms[i] else { return (ws.shallow_clone(), bias.shallow_clone()) };
        let made = "batch norms are made with gain and shift";
        let (gain, shift) = (norm.ws.as_ref().expect(made), norm.bs.as_ref().expect(made));
        let scales = gain / (&norm.running_var + BATCH_NORM_EPSILON).sqrt(); // [out]
        (ws * scales.reshape([-1, 1, 1, 1]), (bias - &norm.running_mean) * &scales + shift)
    }

    /// Runs LSTM `i` from a zero state: `[T, N, I]` to `[T, N, 2 h]`.
    fn sequence(&self, i: usize, x: &Tensor) -> Tensor {
        let Lstm { weights, hidden } = &self.lstms[i];
        let state = Tensor::zeros([2, x.size()[1], size(*hidden)], (Kind::Float, x.device()));
        let rounded = |w: &Tensor| if w.dim() == 2 { self.weight(w) } else { w.shallow_clone() };
        let weights: Vec<Tensor> = weights.iter().map(rounded).collect();
        x.lstm(&[&state, &state], &weights.iter().collect::<Vec<_>>(), true, 1, 0.0, true, true, false).0
    }

    /// Runs linear layer `i`: `[T, N, I]` to `[T, N, O]`.
    fn linear(&self, i: usize, x: &Tensor) -> Tensor {
        let nn::Linear { ws, bs } = &self.linears[i];
        x.linear(&self.weight(ws), bs.as_ref())
    }

    /// A weight `[out, in]` as the forward pass takes it.
    fn weight(&self, weight: &Tensor) -> Tensor {
        self.quantization.as_ref().map_or_else(|| weight.shallow_clone(), |quantization| quantization.weights(weight))
    }
}

/// A 3x3 convolution that keeps the size, or the last one of 2x2 without padding.
fn conv(path: &nn::Path, input: usize, output: usize, last: bool) -> nn::Conv2D {
    let (kernel, padding) = if last { (2, 0) } else { (3, 1) };
    let config = nn::ConvConfig { padding, ws_init: nn::init::DEFAULT_KAIMING_NORMAL, ..Default::default() };
    let conv = nn::conv2d(path, size(input), size(output), kernel, config);
    // Channels last in memory: libtorch then keeps every activation so, which its CPU kernels and tensor cores prefer.
    let mut weight = conv.ws.shallow_clone();
    tch::no_grad(|| weight.set_data(&conv.ws.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])));
    conv
}

fn batch_norm(path: &nn::Path, channels: usize) -> nn::BatchNorm {
    let config = nn::BatchNormConfig { ws_init: Init::Const(1.0), eps: BATCH_NORM_EPSILON, ..Default::default() };
    nn::batch_norm2d(path, size(channels), config)
}

#[expect(clippy::cast_precision_loss, reason = "a hidden size is small")]
fn lstm(path: &nn::Path, input: usize, hidden: usize) -> Lstm {
    let bound = 1.0 / (hidden as f64).sqrt();
    let uniform = Init::Uniform { lo: -bound, up: bound };
    let config = nn::RNNConfig {
        bidirectional: true,
        batch_first: false,
        w_ih_init: uniform,
        w_hh_init: uniform,
        b_ih_init: Some(uniform),
        b_hh_init: Some(uniform),
        ..Default::default()
    };
    nn::lstm(path, size(input), size(hidden), config);
    // libtorch's module keeps its weights to itself, and they must be rounded before each use.
    let parts = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
    let names = ["", "_reverse"].into_iter().flat_map(|direction| parts.map(|part| format!("{part}{direction}")));
    let weights = names.map(|name| path.get(&name).expect("libtorch makes these variables")).collect();
    Lstm { weights, hidden }
}

#[expect(clippy::cast_precision_loss, reason = "a layer's fan-in is small")]
fn linear(path: &nn::Path, input: usize, output: usize) -> nn::Linear {
    let bound = 1.0 / (input as f64).sqrt();
    let uniform = Init::Uniform { lo: -bound, up: bound };
    let config = nn::LinearConfig { ws_init: uniform, bs_init: Some(uniform), bias: true };
    nn::linear(path, size(input), size(output), config)
}

/// A tensor side as libtorch counts it.
#[expect(clippy::cast_possible_wrap, reason = "layer sizes are checked by the configuration")]
fn size(count: usize) -> i64 {
    count as i64
}

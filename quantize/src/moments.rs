//! First and second moments of what enters a layer: `μ = E[x]` and `H = E[(x - μ)(x - μ)ᵀ]`, K and K x K.
//!
//! The error that wrong weights leave in an output is `E[((w - q)·(x - μ))²] = (w - q)ᵀ H (w - q)`, once the mean of the
//! error is taken off by the bias. The x are the columns that a convolution's window sees, the inputs of a linear layer
//! and of an LSTM at each step, or the states of an LSTM before each step.

use labelcam::onnx::pb::ModelProto;
use labelcam::spec::InputSpec;
use rayon::prelude::*;
use tract_onnx::prelude::tract_ndarray::{ArrayView2, s};

use anyhow::{Result, ensure};

use crate::layers::{Kind, Layer, Operand, Window};
use crate::lines::Line;
use crate::model::FloatModel;
use crate::run::{Probe, View};

/// Multiplications that the sum of a layer's second moments may take: some seconds.
const WORK: usize = 100_000_000_000;

/// The least samples for each weight of an output, and the most of all.
const SAMPLES: (usize, usize) = (4, 200_000);

/// Lines whose samples are in memory at once.
const BLOCK: usize = 64;

/// Rows of `H` that one task sums up.
const PANEL: usize = 96;

/// Moments of one problem: a group of a convolution, or a direction of an LSTM's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// K.
    pub columns: usize,
    /// K values.
    pub mean: Vec<f64>,
    /// `K * K` values, symmetric.
    pub covariance: Vec<f64>,
}

/// Which of a layer's operands the moments are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The weights of the input.
    Input,
    /// The weights of an LSTM's state.
    State,
}

/// Runs lines through `model` and gives the moments of what enters an operand of `layer`, for each of its groups.
///
/// `value` is what the layer takes in that model, or gives where the state is asked for.
///
/// # Errors
/// When the network fails.
pub fn of_layer(model: &ModelProto, layer: (&Layer, Side), lines: &[Line], input: &InputSpec) -> Result<Vec<Moments>> {
    let (layer, side) = layer;
    let graph = model.graph.as_ref();
    let node = graph.and_then(|graph| graph.node.iter().find(|node| node.output.first() == Some(&layer.output)));
    let value = match (side, node) {
        (Side::State, _) => &layer.output,
        (Side::Input, Some(node)) => &node.input[0],
        (Side::Input, None) => &layer.input,
    };
    let probe = Probe::new(model, &[value], input)?;
    let per_line = per_line(layer, side, lines.len());
    let mut sums = vec![Sum::new(side.operand(layer).columns); groups(layer, side)];
    for (block, lines) in lines.chunks(BLOCK).enumerate() {
        let take = |account: &mut Vec<Vec<f32>>, at: usize, views: &[View<'_>]| {
            let mut picks = Picks::new(block * BLOCK + at, per_line);
            sample(views[0], (layer, side), &mut picks, account);
        };
        for account in probe.gather(lines, || vec![Vec::new(); sums.len()], take)? {
            sums.iter_mut().zip(&account).for_each(|(sum, samples)| sum.add(samples));
        }
    }
    ensure!(sums.iter().all(|sum| sum.count > 0), "the lines give nothing to layer {}", layer.name);
    Ok(sums.into_iter().map(Sum::finish).collect())
}

/// The means alone of what enters every operand of the float model: `[layer][side][group][K]`, of the same samples.
///
/// # Errors
/// When the network fails.
pub fn means(model: &FloatModel, lines: &[Line]) -> Result<Vec<Vec<Means>>> {
    let layers = &model.layers.layers;
    let values: Vec<&str> = layers.iter().flat_map(|layer| [layer.input.as_str(), layer.output.as_str()]).collect();
    let probe = Probe::new(&model.proto, &values, &model.spec.input)?;
    let account = || layers.iter().map(|layer| sides(layer).map(|side| empty(layer, side)).collect()).collect();
    let take = |account: &mut Vec<Vec<Sums>>, line: usize, views: &[View<'_>]| {
        for ((layer, views), sums) in layers.iter().zip(views.chunks(2)).zip(account) {
            for (side, sums) in sides(layer).zip(sums) {
                let mut samples = vec![Vec::new(); sums.len()];
                let mut picks = Picks::new(line, per_line(layer, side, lines.len()));
                sample(views[usize::from(side == Side::State)], (layer, side), &mut picks, &mut samples);
                sums.iter_mut().zip(&samples).for_each(|(sum, samples)| sum.add(samples));
            }
        }
    };
    let mut accounts = probe.gather(lines, account, take)?.into_iter();
    let mut total = accounts.next().unwrap_or_default();
    for account in accounts {
        for (total, sum) in total.iter_mut().flatten().flatten().zip(account.iter().flatten().flatten()) {
            total.merge(sum);
        }
    }
    Ok(total
        .into_iter()
        .map(|layer| layer.into_iter().map(|side| side.iter().map(Mean::mean).collect()).collect())
        .collect())
}

/// The operands of a layer.
pub fn sides(layer: &Layer) -> impl Iterator<Item = Side> + use<> {
    [Side::Input, Side::State].into_iter().take(layer.operands.len())
}

impl Side {
    /// The weights of this side.
    pub fn operand(self, layer: &Layer) -> &Operand {
        &layer.operands[usize::from(self == Self::State)]
    }
}

/// Samples that are taken of each line.
fn per_line(layer: &Layer, side: Side, lines: usize) -> usize {
    let columns = side.operand(layer).columns;
    let least = SAMPLES.0 * columns;
    (WORK / (columns * columns)).clamp(least, SAMPLES.1.max(least)).div_ceil(lines)
}

fn groups(layer: &Layer, side: Side) -> usize {
    match (&layer.kind, side) {
        (Kind::Conv(window), _) => window.groups,
        (Kind::Lstm { directions, .. }, Side::State) => *directions,
        _ => 1,
    }
}

/// Appends samples of what enters an operand to the account of each group, K values a sample.
fn sample(view: View<'_>, layer: (&Layer, Side), picks: &mut Picks, account: &mut [Vec<f32>]) {
    match (&layer.0.kind, layer.1) {
        (Kind::Conv(window), _) => windows(view, window, picks, account),
        (Kind::Lstm { reversed, .. }, Side::State) => states(view, *reversed, picks, account),
        _ => rows(view, layer.0.operands[0].columns, picks, account),
    }
}

/// The columns of a linear layer or an LSTM's input: the last side of the value.
fn rows(view: View<'_>, columns: usize, picks: &mut Picks, account: &mut [Vec<f32>]) {
    let count = view.values.len() / columns;
    for at in picks.of(count) {
        account[0].extend_from_slice(&view.values[at * columns..][..columns]);
    }
}

/// The states before each step of an LSTM, from its output `[T, D, 1, h]`: that of the step before in its direction.
/// The first is zero.
fn states(view: View<'_>, reversed: bool, picks: &mut Picks, account: &mut [Vec<f32>]) {
    let [steps, directions, _, hidden] = *view.shape else { return };
    for step in picks.of(steps) {
        for (direction, samples) in account.iter_mut().enumerate() {
            let backwards = reversed || direction == 1;
            let before = if backwards { Some(step + 1).filter(|&s| s < steps) } else { step.checked_sub(1) };
            match before {
                Some(before) => {
                    samples.extend_from_slice(&view.values[(before * directions + direction) * hidden..][..hidden]);
                }
                None => samples.extend(std::iter::repeat_n(0.0, hidden)),
            }
        }
    }
}

/// The values under a convolution's window, from `[1, C, H, W]`, in the order of the weights `[C / groups, kh, kw]`.
fn windows(view: View<'_>, window: &Window, picks: &mut Picks, account: &mut [Vec<f32>]) {
    let [_, channels, height, width] = *view.shape else { return };
    let [above, left, below, right] = window.pads;
    let span = |axis: usize| window.dilations[axis] * (window.kernel[axis] - 1) + 1;
    let outputs = |side: usize, pads: usize, axis: usize| {
        (side + pads).checked_sub(span(axis)).map_or(0, |rest| rest / window.strides[axis] + 1)
    };
    let (rows, columns) = (outputs(height, above + below, 0), outputs(width, left + right, 1));
    let within = |at: usize, tap: usize, axis: usize, pad: usize, side: usize| {
        (at * window.strides[axis] + tap * window.dilations[axis]).checked_sub(pad).filter(|&at| at < side)
    };
    for at in picks.of(rows * columns) {
        let (row, column) = (at / columns, at % columns);
        for channel in 0..channels {
            let samples = &mut account[channel / (channels / window.groups)];
            for tap in 0..window.kernel[0] * window.kernel[1] {
                let y = within(row, tap / window.kernel[1], 0, above, height);
                let x = within(column, tap % window.kernel[1], 1, left, width);
                let value = y.zip(x).map_or(0.0, |(y, x)| view.values[(channel * height + y) * width + x]);
                samples.push(value);
            }
        }
    }
}

/// Chooses positions of a line, the same in every run.
struct Picks {
    state: u64,
    most: usize,
}

impl Picks {
    fn new(line: usize, most: usize) -> Self {
        Self { state: line as u64, most }
    }

    /// All of `count` positions if they are few, else as many as wanted by chance.
    fn of(&mut self, count: usize) -> Vec<usize> {
        if count <= self.most {
            return (0..count).collect();
        }
        (0..self.most).map(|_| self.below(count)).collect()
    }

    /// SplitMix64 (Steele, Lea and Flood 2014), and the high half of a product for an even choice below `count`.
    #[expect(clippy::cast_possible_truncation, reason = "the high half of the product is below `count`")]
    fn below(&mut self, count: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * count as u128) >> 64) as usize
    }
}

/// A mean in the making.
#[derive(Debug, Clone)]
struct Mean {
    count: usize,
    sum: Vec<f64>,
}

/// One for each group of an operand.
type Sums = Vec<Mean>;

/// The means of what enters an operand, K values for each group.
pub type Means = Vec<Vec<f64>>;

fn empty(layer: &Layer, side: Side) -> Sums {
    vec![Mean { count: 0, sum: vec![0.0; side.operand(layer).columns] }; groups(layer, side)]
}

impl Mean {
    fn add(&mut self, samples: &[f32]) {
        for sample in samples.chunks_exact(self.sum.len()) {
            self.count += 1;
            self.sum.iter_mut().zip(sample).for_each(|(sum, &x)| *sum += f64::from(x));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum.iter_mut().zip(&other.sum).for_each(|(sum, other)| *sum += other);
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of samples")]
    fn mean(&self) -> Vec<f64> {
        self.sum.iter().map(|sum| sum / self.count.max(1) as f64).collect()
    }
}

/// Moments in the making.
#[derive(Debug, Clone)]
struct Sum {
    columns: usize,
    count: usize,
    first: Vec<f64>,
    /// The upper triangle, and of the lower what lies in the same panel.
    second: Vec<f64>,
}

impl Sum {
    fn new(columns: usize) -> Self {
        Self { columns, count: 0, first: vec![0.0; columns], second: vec![0.0; columns * columns] }
    }

    /// Adds samples, `columns` values each: `second += Xᵀ X`. Products of a chunk are summed in f32 and the chunks in f64.
    fn add(&mut self, samples: &[f32]) {
        let (columns, count) = (self.columns, samples.len() / self.columns);
        self.count += count;
        for sample in samples.chunks_exact(columns) {
            self.first.iter_mut().zip(sample).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        for chunk in samples.chunks(columns * 4096) {
            let Ok(x) = ArrayView2::from_shape((chunk.len() / columns, columns), chunk) else { continue };
            self.second.par_chunks_mut(PANEL * columns).enumerate().for_each(|(panel, sums)| {
                let first = panel * PANEL;
                let product = x.slice(s![.., first..first + sums.len() / columns]).t().dot(&x.slice(s![.., first..]));
                for (row, products) in sums.chunks_exact_mut(columns).zip(product.rows()) {
                    row[first..].iter_mut().zip(products).for_each(|(sum, &p)| *sum += f64::from(p));
                }
            });
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of samples")]
    fn finish(self) -> Moments {
        let Self { columns, count, first, mut second } = self;
        let mean: Vec<_> = first.iter().map(|sum| sum / count as f64).collect();
        for i in 0..columns {
            for j in i..columns {
                let value = second[i * columns + j] / count as f64 - mean[i] * mean[j];
                second[i * columns + j] = value;
                second[j * columns + i] = value;
            }
        }
        Moments { columns, mean, covariance: second }
    }
}

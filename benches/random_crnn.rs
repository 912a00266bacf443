//! Writes a CRNN of any size with random weights, to measure time: that does not depend on what a network has learnt.
//!
//!     cargo run --release -p labelcam-benches --example random_crnn -- --out crnn-37.onnx
//!
//! The structure is that of a model file of ours, the shipped one by default; only sizes, weights and alphabet are
//! other. The defaults are the network of Shi et al. 2015 with 36 characters.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use labelcam::alphabet::Alphabet;
use labelcam::onnx;
use labelcam::onnx::build::{Side, floats, long, value};
use labelcam::onnx::pb::{ModelProto, NodeProto, TensorProto};
use labelcam::spec::{METADATA_KEY, Spec};
use prost::Message;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Channels of the seven convolutions at width 1.
const CHANNELS: [usize; 7] = [64, 128, 256, 256, 512, 512, 512];

/// Channel counts are rounded to multiples of this, as the trainer does.
const CHANNEL_MULTIPLE: f64 = 8.0;

/// Write a CRNN with random weights.
#[derive(Debug, Parser)]
struct Args {
    /// A float model of ours, whose structure is taken.
    #[arg(long, value_name = "FILE", default_value = "models/labels-en.onnx")]
    like: PathBuf,
    /// Multiplier of the convolutions' channels.
    #[arg(long, default_value_t = 1.0)]
    width: f64,
    /// Hidden size of each direction of both LSTMs.
    #[arg(long, default_value_t = 256)]
    hidden: usize,
    /// Classes with the blank, from 2.
    #[arg(long, default_value_t = 37)]
    classes: usize,
    /// The same seed gives the same file.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The sizes of a network.
struct Sizes {
    channels: [usize; 7],
    hidden: usize,
    classes: usize,
}

fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(args.classes >= 2, "--classes is {}, must be 2 or more: the blank and a character", args.classes);
    let bytes = fs::read(&args.like).with_context(|| format!("cannot read {}", args.like.display()))?;
    let mut model = onnx::parse(&bytes)?;
    let sizes = Sizes {
        channels: CHANNELS.map(|channels| rounded(channels, args.width)),
        hidden: args.hidden,
        classes: args.classes,
    };
    resize(&mut model, &sizes, &mut ChaCha8Rng::seed_from_u64(args.seed))?;
    describe(&mut model, args.classes)?;
    fs::write(&args.out, model.encode_to_vec()).with_context(|| format!("cannot write {}", args.out.display()))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "channel counts are small and positive"
)]
fn rounded(channels: usize, width: f64) -> usize {
    ((channels as f64 * width / CHANNEL_MULTIPLE).round().max(1.0) * CHANNEL_MULTIPLE) as usize
}

/// Gives the network other sizes and random weights.
fn resize(model: &mut ModelProto, sizes: &Sizes, dice: &mut ChaCha8Rng) -> Result<()> {
    let graph = model.graph.as_mut().context("the model has no graph")?;
    let integers = |tensor: &TensorProto| matches!(tensor.name.rsplit('.').next(), Some("axes" | "shape"));
    for tensor in graph.initializer.iter_mut().filter(|tensor| !integers(tensor)) {
        let (shape, bound) = shape_and_bound(tensor, sizes)?;
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| dice.random_range(-bound..bound)).collect();
        *tensor = floats(&tensor.name, &shape, &values);
    }
    for lstm in graph.node.iter_mut().filter(|node| node.op_type == "LSTM") {
        set_hidden(lstm, sizes.hidden);
    }
    let name = graph.output.first().context("the model has no output")?.name.clone();
    graph.output = vec![value(&name, &[Side::Open("T"), Side::Open("N"), Side::Fixed(sizes.classes)])];
    Ok(())
}

fn set_hidden(lstm: &mut NodeProto, hidden: usize) {
    for attribute in lstm.attribute.iter_mut().filter(|attribute| attribute.name == "hidden_size") {
        attribute.i = long(hidden);
    }
}

/// The shape of a constant, and the bound of its uniformly distributed values: that of He et al. 2015 for weights
/// before a ReLU, sqrt(6 / inputs), so that activations neither vanish nor grow; 1 / sqrt(inputs) elsewhere.
fn shape_and_bound(tensor: &TensorProto, sizes: &Sizes) -> Result<(Vec<usize>, f32)> {
    let name = tensor.name.as_str();
    let unknown = || format!("{name} is no constant of a float CRNN of ours: give such a model as --like");
    let (layer, part) = name.split_once('.').with_context(unknown)?;
    let at: usize = layer.trim_start_matches(char::is_alphabetic).parse().with_context(unknown)?;
    let Sizes { channels, hidden, classes } = *sizes;
    Ok(match (layer.trim_end_matches(char::is_numeric), part) {
        ("conv", "weight") => {
            let from = if at == 0 { 1 } else { channels[at - 1] };
            let side = usize::try_from(tensor.dims[2])?;
            (vec![channels[at], from, side, side], (6.0 / count(from * side * side)).sqrt())
        }
        ("conv", "bias") => (vec![channels[at]], 0.1),
        ("lstm", "W") => {
            (vec![2, 4 * hidden, if at == 0 { channels[6] } else { hidden }], count(hidden).sqrt().recip())
        }
        ("lstm", "R") => (vec![2, 4 * hidden, hidden], count(hidden).sqrt().recip()),
        ("lstm", "B") => (vec![2, 8 * hidden], count(hidden).sqrt().recip()),
        ("linear", "weight") => {
            (vec![2 * hidden, if at == 0 { hidden } else { classes }], count(2 * hidden).sqrt().recip())
        }
        ("linear", "bias") => (vec![if at == 0 { hidden } else { classes }], count(2 * hidden).sqrt().recip()),
        _ => return Err(anyhow::anyhow!(unknown())),
    })
}

#[expect(clippy::cast_precision_loss, reason = "layers have far fewer than 2^24 inputs")]
fn count(inputs: usize) -> f32 {
    inputs as f32
}

/// Writes the contract: other characters, no training, and lines padded to whole time steps only, so that a line of
/// 100 pixels is one of 100 columns.
fn describe(model: &mut ModelProto, classes: usize) -> Result<()> {
    let json = onnx::metadata(model, METADATA_KEY).context("the model has no contract")?;
    let mut spec = Spec::from_json(json)?;
    let latin = ('0'..='9').chain('a'..='z');
    let chars: String = latin.chain('\u{4e00}'..='\u{9fff}').take(classes - 1).collect();
    spec.alphabet = Alphabet::new(&chars)?;
    spec.input.width_multiple = spec.input.time_stride;
    spec.training = None;
    for entry in model.metadata_props.iter_mut().filter(|entry| entry.key == METADATA_KEY) {
        entry.value = spec.to_json();
    }
    Ok(())
}

//! `labelcam-train export`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use labelcam::file;
use labelcam::spec::TrainingSpec;
use tch::Device;

use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::contract;
use crate::export::{self, parity};
use crate::folder::Folder;
use crate::lines::{self, Split};
use crate::loader::Example;
use crate::quantization::QuantizationConfig;

/// Write a checkpoint's network as an ONNX model file that carries its contract.
///
/// The file is written once lines read through it and through the trained network give the same text, with
/// log-probabilities that differ by no more than 0.001.
///
/// Example: labelcam-train export --checkpoint runs/labels-en/best.safetensors --out labels-en.onnx
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Checkpoint that `labelcam-train train` wrote.
    #[arg(long, value_name = "FILE")]
    checkpoint: PathBuf,
    /// Model file to write.
    #[arg(long, value_name = "ONNX")]
    out: PathBuf,
    /// Lines to compare the readings of.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    parity_lines: u32,
    /// Labelled set (images and labels.tsv) to take these lines from [default: rendered in the validation fonts].
    #[arg(long, value_name = "DIR")]
    lines: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let checkpoint = Checkpoint::read(&args.checkpoint)?;
    let config = &checkpoint.config;
    let (store, net) = checkpoint.network(Device::Cpu)?;
    let model = export::model(&store, &contract::spec(config, training(&checkpoint)?))
        .with_context(|| format!("cannot export {}", args.checkpoint.display()))?;
    let examples = parity_lines(config, usize::try_from(args.parity_lines)?, args.lines.as_deref())?;
    let parity = parity::check(&model, &net, &config.alphabet, &examples)
        .with_context(|| format!("{} was not written, for it would not read as it was trained", args.out.display()))?;
    eprintln!(
        "parity: {} lines read alike by libtorch and tract; log-probabilities differ by {:.2e} at most",
        parity.lines, parity.difference
    );
    file::replace(&args.out, &model)?;
    eprintln!("wrote {} ({} bytes)", args.out.display(), model.len());
    Ok(())
}

fn parity_lines(config: &Config, count: usize, folder: Option<&Path>) -> Result<Vec<Example>> {
    let Some(folder) = folder else {
        return lines::examples(config, Split::Validation, count)
            .context("no lines for the parity check: name a labelled set with --lines, or make fonts with scripts/synth-assets.sh");
    };
    let set = Folder::open(folder)?;
    set.examples(0..count.min(set.len()), config)
}

/// What the contract says of a checkpoint's training.
pub(super) fn training(checkpoint: &Checkpoint) -> Result<TrainingSpec> {
    let Config { network, data, optimization, quantization, .. } = &checkpoint.config;
    let lines = checkpoint.progress()?.step * optimization.batch;
    Ok(TrainingSpec {
        network: format!("crnn width {} hidden {}", network.width, network.hidden),
        commit: env!("LABELCAM_COMMIT").into(),
        config_sha256: checkpoint.config.digest()?,
        data: format!(
            "rendered lines, seed {}, up to {} pixels wide{}",
            data.seed,
            data.rendered_width_max,
            quantization.as_ref().map_or_else(String::new, aware)
        ),
        lines: u64::try_from(lines)?,
    })
}

/// What the record says of a network that was fine-tuned for int8.
fn aware(quantization: &QuantizationConfig) -> String {
    let QuantizationConfig { weight_bits, distillation, .. } = quantization;
    format!("; quantization-aware, {weight_bits}-bit weights, distillation {distillation}")
}

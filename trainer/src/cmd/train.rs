//! `labelcam-train train`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::read_config;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::crnn::{Crnn, HEIGHT};
use crate::device::{self, DeviceChoice};
use crate::export::inverse;
use crate::lines::{self, Split};
use crate::loader::Source;
use crate::train::{Run, train};

/// Train a network on rendered lines, or go on with a run that was stopped.
///
/// The run's folder gets `last.safetensors` and `best.safetensors`, the resolved `config.toml` and `log.jsonl`. Where
/// it already has a `last.safetensors` the run goes on from there exactly.
///
/// Example: labelcam-train train --config trainer/configs/labels-en.toml --run runs/labels-en
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Configuration file; absent keys take their defaults [default: all defaults].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the run.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// Start from the weights of this checkpoint or model file (.onnx, float), to train an existing model further on
    /// other lines or for int8.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Stop after this update of the schedule; the same command without it goes on from there.
    #[arg(long, value_name = "STEP")]
    until: Option<usize>,
    /// Where to compute.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Threads that compute, each with a copy of the network and a share of each batch; 1 on a GPU [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let config = read_config(args.config.as_deref())?;
    let device = args.device.device()?;
    let replicas = replicas(args.threads, device);
    let source = lines::source(&config, Split::Train)?;
    let start = args.from.as_deref().map(|path| start(path, &config, &source)).transpose()?;
    let validation = lines::examples(&config, Split::Validation, config.validation.lines)?;
    announce(&config, device);
    let (folder, until) = (args.run.as_path(), args.until);
    let run = Run { config: &config, start, source, validation: &validation, folder, device, replicas, until };
    let progress = train(&run)?;
    eprintln!("done after {} updates; best validation {:.2} % of lines", progress.step, 100.0 * progress.best);
    Ok(())
}

/// The weights to start from, by the ending of the file's name.
fn start(path: &Path, config: &Config, lines: &Source) -> Result<Checkpoint> {
    let model = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("onnx"));
    if model { inverse::checkpoint(path, config, lines) } else { Checkpoint::read(path) }
}

/// One replica a core on the processor, which then leaves single operations to single threads.
fn replicas(threads: Option<usize>, device: tch::Device) -> usize {
    if device != tch::Device::Cpu {
        return 1;
    }
    tch::set_num_threads(1);
    threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).max(1)
}

/// Says what is about to happen, so that a mistaken run is stopped in its first second.
fn announce(config: &Config, device: tch::Device) {
    let store = tch::nn::VarStore::new(tch::Device::Cpu);
    Crnn::new(&store.root(), &config.network, config.alphabet.classes());
    let parameters: usize = store.trainable_variables().iter().map(tch::Tensor::numel).sum();
    let optimization = &config.optimization;
    eprintln!(
        "network: width {}, hidden {}, {} classes, {parameters} parameters; input [N, 1, {HEIGHT}, W], W/4 + 1 steps",
        config.network.width,
        config.network.hidden,
        config.alphabet.classes(),
    );
    eprintln!(
        "training: {} updates of {} lines on {device:?}, rate {} falling to 0; validation on {} lines every {} updates",
        optimization.steps, optimization.batch, optimization.rate, config.validation.lines, config.validation.every
    );
    if device::precision(optimization.precision, device) != optimization.precision {
        eprintln!("precision: float, since this processor does not multiply bfloat16 (AVX-512 BF16)");
    }
    if let Some(quantization) = &config.quantization {
        eprintln!(
            "quantization: {}-bit weights; values from update {} on; weight {} of the distance to the float network",
            quantization.weight_bits,
            quantization.observe + 1,
            quantization.distillation
        );
    }
}

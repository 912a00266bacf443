//! The training loop.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use tch::nn::VarStore;
use tch::{Device, Tensor};

use crate::adamw::AdamW;
use crate::checkpoint::{self, Checkpoint, Progress};
use crate::config::Config;
use crate::loader::{Example, Loader, Order, Source};
use crate::log::{Log, Update};
use crate::replicas::Replicas;
use crate::schedule;
use crate::validate::{self, Shown};

/// Updates between lines of the log.
const LOG_EVERY: usize = 50;

/// Updates in a row without a finite gradient after which a run is given up.
const BAD_UPDATES_MAX: i64 = 20;

/// A run: what to train, on what, where to.
pub struct Run<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The weights to start from where the folder has no checkpoint; absent: random ones.
    pub start: Option<Checkpoint>,
    /// Training lines.
    pub source: Source,
    /// Validation lines.
    pub validation: &'a [Example],
    /// Folder of checkpoints and log.
    pub folder: &'a Path,
    /// Where to compute.
    pub device: Device,
    /// Copies of the network that share each batch; 1 on a GPU. Results differ between counts as sums in another
    /// order do, and by the batch norms, which see a shard at a time.
    pub replicas: usize,
    /// Stop after this update, with a checkpoint to go on from; absent: at the end of the schedule.
    pub until: Option<usize>,
}

/// Trains to the end of the schedule or to `until`, from the folder's last checkpoint where there is one.
///
/// Writes `last.safetensors` and `best.safetensors`, `config.toml` (resolved) and `log.jsonl`. Returns the progress at
/// the end.
///
/// # Errors
/// When the folder's checkpoint is of another configuration, a file cannot be written, or the loss stays not finite.
pub fn train(run: &Run) -> Result<Progress> {
    let Run { config, folder, device, .. } = run;
    let (steps, batch) = (config.optimization.steps, config.optimization.batch);
    tch::manual_seed(i64::try_from(config.data.seed).context("data.seed is above 2^63 - 1")?);
    let mut replicas = Replicas::new(config, *device, run.replicas);
    let mut optimizer = AdamW::new(replicas.first().trainable(), config.optimization.weight_decay);
    let mut progress = resume(run, &replicas.first().store, &mut optimizer)?;
    let order = Order { seed: config.data.seed, batch, shards: run.replicas };
    let mut loader = Loader::start(run.source.clone(), order, progress.step, *device)?;
    let mut log = Log::append(&folder.join("log.jsonl"))?;
    let bar = progress_bar(steps, progress.step);
    let mut window = Window::new();

    let last = run.until.map_or(steps, |until| until.min(steps));
    while progress.step < last {
        let rate = schedule::rate(&config.optimization, progress.step);
        let shards = loader.next_shards()?; // [N, 1, 32, W] in all
        let loss = replicas.gradients(&shards)?;
        let norm = optimizer.step(rate, config.optimization.gradient_norm_max);
        progress.step += 1;

        window.add(loss, batch);
        bar.inc(1);
        if progress.step.is_multiple_of(LOG_EVERY) || progress.step == last {
            check(&optimizer, run, progress.step)?;
            let norm = f64::try_from(norm)?;
            let (loss, lines_per_second) = window.take();
            bar.set_message(format!("loss {loss:.4}, {lines_per_second:.0} lines/s"));
            log.update(progress.step, &Update { loss, norm, rate, lines_per_second })?;
        }
        if progress.step.is_multiple_of(config.validation.every) || progress.step == last {
            let (tally, readings) =
                validate::validate(&replicas.first().net, &config.alphabet, run.validation, *device)?;
            bar.suspend(|| show(&readings[..config.validation.shown.min(readings.len())]));
            log.validation(progress.step, &tally)?;
            let exact = tally.exact().unwrap_or(0.0);
            bar.suspend(|| eprintln!("step {}: {:.2} % of validation lines exact", progress.step, 100.0 * exact));
            let better = exact > progress.best;
            progress.best = progress.best.max(exact);
            let store = &replicas.first().store;
            checkpoint::save(&folder.join("last.safetensors"), store, &optimizer, progress, config)?;
            if better {
                checkpoint::save(&folder.join("best.safetensors"), store, &optimizer, progress, config)?;
            }
        }
    }
    bar.finish_and_clear();
    Ok(progress)
}

/// Gives the run up where updates come to nothing. They have spoilt nothing, so that it is soon enough now and then.
fn check(optimizer: &AdamW, run: &Run, step: usize) -> Result<()> {
    let refused = optimizer.refused_in_a_row();
    ensure!(
        refused < BAD_UPDATES_MAX,
        "no finite gradient in {refused} updates up to step {step}: lower optimization.rate ({}) and resume from {}",
        run.config.optimization.rate,
        run.folder.join("last.safetensors").display()
    );
    Ok(())
}

/// Prepares the folder; restores its last checkpoint.
fn resume(run: &Run, store: &VarStore, optimizer: &mut AdamW) -> Result<Progress> {
    let folder = run.folder;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the run folder {}", folder.display()))?;
    let last: PathBuf = folder.join("last.safetensors");
    if !last.exists() {
        ensure!(
            run.start.is_some() || run.config.quantization.is_none(),
            "[quantization] fine-tunes a trained network: name its checkpoint or model file with --from"
        );
        let path = folder.join("config.toml");
        fs::write(&path, run.config.to_toml()?).with_context(|| format!("cannot write {}", path.display()))?;
        if let Some(start) = &run.start {
            start.start_model(store)?;
        }
        return Ok(Progress { step: 0, best: 0.0 });
    }
    let checkpoint = Checkpoint::read(&last)?;
    ensure!(
        checkpoint.config.digest()? == run.config.digest()?,
        "{} was made with another configuration than the one given: give the folder's own config.toml, or start a new \
         run in another folder",
        last.display()
    );
    checkpoint.restore_model(store)?;
    checkpoint.restore_optimizer(optimizer)?;
    let progress = checkpoint.progress()?;
    eprintln!("resuming {} at step {}", last.display(), progress.step);
    Ok(progress)
}

fn show(readings: &[Shown]) {
    for Shown { path, reading, truth, .. } in readings {
        let mark = if reading == truth { ' ' } else { '!' };
        eprintln!("{mark} {path}\n    read  {reading}\n    truth {truth}");
    }
}

fn progress_bar(steps: usize, done: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} [{elapsed_precise} + {eta_precise}] {msg}");
    let bar = ProgressBar::new(steps as u64).with_position(done as u64);
    bar.reset_eta();
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// Losses and lines since the last line of the log.
///
/// Losses are summed where they were computed: to ask a GPU for each would make it wait.
struct Window {
    loss: Option<Tensor>,
    updates: usize,
    lines: usize,
    start: Instant,
}

impl Window {
    fn new() -> Self {
        Self { loss: None, updates: 0, lines: 0, start: Instant::now() }
    }

    fn add(&mut self, loss: Tensor, lines: usize) {
        self.loss = Some(match self.loss.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        self.updates += 1;
        self.lines += lines;
    }

    /// Mean loss and lines a second; starts anew.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
    fn take(&mut self) -> (f64, f64) {
        let Self { loss, updates, lines, start } = std::mem::replace(self, Self::new());
        let sum = loss.map_or(f64::NAN, |loss| f64::try_from(loss).unwrap_or(f64::NAN));
        (sum / updates as f64, lines as f64 / start.elapsed().as_secs_f64())
    }
}

//! `labelcam-train eval`.

use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use labelcam::file;
use labelcam::metrics::{self, Tally};
use labelcam::reference::{Header, Line, ModelIdentity, Reference};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tch::Device;

use super::export;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::contract;
use crate::device::{self, DeviceChoice};
use crate::folder::{Folder, Named};
use crate::lines;
use crate::loader::Example;
use crate::validate::{Shown, as_on_a_board};

/// Lines held in memory at a time: 100 MB of the widest.
const CHUNK: usize = 1000;

/// The set that rendered lines are of.
const RENDERED: &str = "rendered";

/// Measure how well a checkpoint reads, on rendered lines or on a labelled set.
///
/// Prints one JSON object a set: `set`, `lines`, the share read exactly (`exact`), the mean similarity 1-NED (`ned`),
/// both 0 to 1, and the character error rate (`cer`).
///
/// With `--reference` it also writes what was read of each line, for `labelcam compare` on a board. Rendered lines are
/// there the set `rendered`, with the files that `labelcam-train synth --validation --out rendered` makes of the same
/// configuration and fonts.
///
/// Example: labelcam-train eval --checkpoint runs/labels-en/best.safetensors --errors 20
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Checkpoint that `labelcam-train train` wrote.
    #[arg(long, value_name = "FILE")]
    checkpoint: PathBuf,
    /// Lines to render, in the fonts of the validation split.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    lines: u32,
    /// Read this labelled set (images and labels.tsv), all of it, instead; may be given several times.
    #[arg(long, value_name = "DIR", conflicts_with = "lines")]
    folder: Vec<PathBuf>,
    /// Write what was read to this file, for `labelcam compare --reference`.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    /// Where to compute.
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Misread lines to list on stderr, the worst first.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Accuracy {
    set: String,
    lines: usize,
    exact: f64,
    ned: f64,
    cer: Option<f64>,
}

/// Gives the lines of a range.
type Load = Box<dyn Fn(Range<usize>) -> Result<Vec<Named>>>;

/// Lines to read.
struct Source {
    set: String,
    count: usize,
    load: Load,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let device = args.device.device()?;
    let checkpoint = Checkpoint::read(&args.checkpoint)?;
    let mut lines = Vec::new();
    let sources = sources(args, &checkpoint.config)?;
    for source in &sources {
        let read = read(&checkpoint, source, device)?;
        list_errors(read.iter().map(|(_, shown)| shown.clone()).collect(), args.errors);
        print(&accuracy(&source.set, &read)?)?;
        lines.extend(read.into_iter().map(|(named, shown)| line(&source.set, named, shown)));
    }
    let Some(path) = &args.reference else { return Ok(()) };
    let data = sources.iter().map(|source| source.set.as_str()).collect::<Vec<_>>().join(", ");
    write_reference(path, header(args, &checkpoint, (device, &data))?, lines)
}

/// Reads the lines of a set, each known as its file is.
fn read(checkpoint: &Checkpoint, source: &Source, device: Device) -> Result<Vec<(Named, Shown)>> {
    let (_store, net) = checkpoint.network(device)?;
    let bar = ProgressBar::new(source.count as u64);
    let mut read = Vec::new();
    for start in (0..source.count).step_by(CHUNK) {
        let named = (source.load)(start..source.count.min(start + CHUNK))?;
        let examples: Vec<Example> = named.iter().map(|line| line.example.clone()).collect();
        let shown = as_on_a_board(&net, &checkpoint.config.alphabet, &examples, device)?;
        bar.inc(named.len() as u64);
        read.extend(named.into_iter().zip(shown));
    }
    bar.finish_and_clear();
    Ok(read)
}

fn sources(args: &Args, config: &Config) -> Result<Vec<Source>> {
    if args.folder.is_empty() {
        let load = lines::validation(config).context(
            "no lines to read: name a labelled set with --folder, or make fonts with scripts/synth-assets.sh",
        )?;
        return Ok(vec![Source { set: RENDERED.into(), count: usize::try_from(args.lines)?, load: Box::new(load) }]);
    }
    let source = |path: &PathBuf| {
        let (set, config) = (Folder::open(path)?, config.clone());
        let (name, count) = (set.name().to_owned(), set.len());
        Ok(Source { set: name, count, load: Box::new(move |range| set.named(range, &config)) })
    };
    args.folder.iter().map(source).collect()
}

fn line(set: &str, named: Named, shown: Shown) -> Line {
    let Named { file, sha256, .. } = named;
    Line { set: set.to_owned(), file, sha256, text: shown.reading, confidence: shown.confidence, truth: shown.truth }
}

/// Who reads, and with what; the model is named by the file that `export` would write of it too.
fn header(args: &Args, checkpoint: &Checkpoint, (device, data): (Device, &str)) -> Result<Header> {
    let (store, _net) = checkpoint.network(Device::Cpu)?;
    let spec = contract::spec(&checkpoint.config, export::training(checkpoint)?);
    let onnx = crate::export::model(&store, &spec).context("the checkpoint cannot be exported")?;
    let bytes = fs::read(&args.checkpoint).with_context(|| format!("cannot read {}", args.checkpoint.display()))?;
    let mut model = ModelIdentity::of(&onnx, &spec)?;
    model.checkpoint_sha256 = Some(format!("{:x}", Sha256::digest(bytes)));
    let program = format!("labelcam-train {} ({})", env!("CARGO_PKG_VERSION"), env!("LABELCAM_COMMIT"));
    let library = concat!("PyTorch ", env!("LABELCAM_TORCH"));
    Ok(Header::new(&program, [&device::describe(device), library, data], model))
}

/// Writes the file, unless its own reader would refuse it.
fn write_reference(path: &Path, header: Header, lines: Vec<Line>) -> Result<()> {
    let text = Reference::new(header, lines).to_jsonl();
    Reference::parse(text.as_bytes()).context("the reference is not written")?;
    file::replace(path, text.as_bytes())
}

fn accuracy(set: &str, read: &[(Named, Shown)]) -> Result<Accuracy> {
    let mut tally = Tally::default();
    for (_, shown) in read {
        tally.add(&shown.truth, &shown.reading);
    }
    let exact = tally.exact().context("there are no lines to read")?;
    let ned = tally.ned().context("there are no lines to read")?;
    Ok(Accuracy { set: set.to_owned(), lines: tally.lines(), exact, ned, cer: tally.cer() })
}

fn list_errors(mut readings: Vec<Shown>, count: usize) {
    readings.retain(|shown| shown.truth != shown.reading);
    let similarity = |shown: Shown| (metrics::similarity(&shown.truth, &shown.reading), shown);
    let mut ranked: Vec<(f64, Shown)> = readings.into_iter().map(similarity).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, Shown { truth, reading, .. }) in ranked.iter().take(count) {
        eprintln!("truth   {truth}\nreading {reading}\n");
    }
}

/// Writes one JSON object to stdout.
fn print(accuracy: &Accuracy) -> Result<()> {
    let json = serde_json::to_string(accuracy)?;
    writeln!(io::stdout().lock(), "{json}").context("cannot write to stdout")
}

//! `labelcam-train eval`.

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use labelcam::metrics::{self, Tally};
use rayon::prelude::*;
use serde::Serialize;

use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::device::DeviceChoice;
use crate::folder::Folder;
use crate::lines::{self, Split};
use crate::loader::Example;
use crate::validate::{Shown, validate};

/// Lines held in memory at a time: 100 MB of the widest.
const CHUNK: usize = 1000;

/// Measure how well a checkpoint reads, on rendered lines or on a labelled set.
///
/// Prints one JSON object: `lines`, the share read exactly (`exact`), the mean similarity 1-NED (`ned`), both 0 to 1,
/// and the character error rate (`cer`).
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
    /// Read this labelled set (images and labels.tsv), all of it, instead.
    #[arg(long, value_name = "DIR", conflicts_with = "lines")]
    folder: Option<PathBuf>,
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
    lines: usize,
    exact: f64,
    ned: f64,
    cer: Option<f64>,
}

/// Gives the lines of a range.
type Load = Box<dyn Fn(Range<usize>) -> Result<Vec<Example>>>;

pub(super) fn run(args: &Args) -> Result<()> {
    let device = args.device.device()?;
    let checkpoint = Checkpoint::read(&args.checkpoint)?;
    let config = &checkpoint.config;
    let (_store, net) = checkpoint.network(device)?;
    let (count, load) = source(args, config)?;
    let bar = ProgressBar::new(count as u64);
    let mut tally = Tally::default();
    let mut readings = Vec::new();
    for start in (0..count).step_by(CHUNK) {
        let examples = load(start..count.min(start + CHUNK))?;
        let (part, shown) = validate(&net, &config.alphabet, &examples, device)?;
        tally.merge(&part)?;
        readings.extend(shown);
        bar.inc(examples.len() as u64);
    }
    bar.finish_and_clear();
    list_errors(readings, args.errors);
    print(&accuracy(&tally)?)
}

/// How many lines there are to read, and how to get them.
fn source(args: &Args, config: &Config) -> Result<(usize, Load)> {
    if let Some(folder) = &args.folder {
        let (set, config) = (Folder::open(folder)?, config.clone());
        return Ok((set.len(), Box::new(move |range| set.examples(range, &config))));
    }
    let source = lines::source(config, Split::Validation)
        .context("no lines to read: name a labelled set with --folder, or make fonts with scripts/synth-assets.sh")?;
    let load = move |range: Range<usize>| Ok(range.into_par_iter().map(|index| source(index as u64)).collect());
    Ok((usize::try_from(args.lines)?, Box::new(load)))
}

fn accuracy(tally: &Tally) -> Result<Accuracy> {
    let exact = tally.exact().context("there are no lines to read")?;
    let ned = tally.ned().context("there are no lines to read")?;
    Ok(Accuracy { lines: tally.lines(), exact, ned, cer: tally.cer() })
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

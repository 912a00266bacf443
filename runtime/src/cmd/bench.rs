//! `labelcam bench`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::model::ModelArgs;
use crate::alphabet::AllowList;
use crate::image::Gray;
use crate::preprocess::{self, LineInput, Region};
use crate::recognizer::{OperatorTime, Recognizer};
use crate::stats::quantile;
use crate::{dataset, output};

/// Operators in the table for people; the JSON has them all.
const OPERATORS_SHOWN: usize = 10;

/// Measure how long a line takes on this machine, from grey picture to text, on one thread.
///
/// Example: labelcam bench --width 200
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// Pictures or folders to read in turn [default: one made-up line].
    #[arg(value_name = "IMAGE|FOLDER", conflicts_with = "width")]
    paths: Vec<PathBuf>,
    /// Width in pixels of the made-up line, at the model's height.
    #[arg(long, value_name = "PX", default_value_t = 128)]
    width: usize,
    /// Seconds to measure for, after a tenth of that to warm up.
    #[arg(long, value_name = "S", default_value_t = 3.0)]
    seconds: f64,
    /// Measure the network alone, as inference engines are compared: without preprocessing and decoding.
    #[arg(long)]
    network: bool,
    /// Then measure for as long again what each operator of the network takes on the first line.
    #[arg(long)]
    profile: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measurement {
    model: String,
    /// Columns of the network's input for the first line, padding included.
    input_width: usize,
    /// Whether preprocessing and decoding are left out.
    network_alone: bool,
    lines: usize,
    median_ms: f64,
    p99_ms: f64,
    lines_per_second: f64,
    threads: usize,
    /// Mebibytes; absent where the system does not tell.
    peak_rss_mib: Option<f64>,
    /// With `--profile`: by time, the longest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    operators: Option<Vec<Cost>>,
}

/// What an operator costs.
#[derive(Debug, Serialize)]
struct Cost {
    node: String,
    operator: String,
    median_ms: f64,
    /// Of the sum of all operators, from 0 to 1.
    share: f64,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let longest = 24.0 * 3600.0;
    ensure!(
        args.seconds > 0.0 && args.seconds <= longest,
        "--seconds is {}, must be above 0, a day at most",
        args.seconds
    );
    let recognizer = args.model.load()?;
    let lines = lines(args, &recognizer)?;
    let prepare = |line| preprocess::line(line, Region::whole(line), &recognizer.spec().input);
    let inputs: Vec<_> = lines.iter().map(prepare).collect::<Result<_, _>>()?;
    let read = |at: usize| -> Result<()> {
        if args.network {
            recognizer.run(&inputs[at])?;
        } else {
            recognizer.read(&lines[at], Region::whole(&lines[at]), &AllowList::all())?;
        }
        Ok(())
    };
    measure(lines.len(), args.seconds / 10.0, read)?;
    let times = measure(lines.len(), args.seconds, read)?;
    let result = measurement(args, &recognizer, &inputs[0], &times)?;
    if args.json { output::line(&serde_json::to_string(&result)?) } else { show(&result) }
}

fn lines(args: &Args, recognizer: &Recognizer) -> Result<Vec<Gray>> {
    let mut pictures = Vec::new();
    for path in &args.paths {
        for file in dataset::files(path)? {
            pictures.push(dataset::picture(&file)?);
        }
    }
    if pictures.is_empty() {
        let height = recognizer.spec().input.height;
        // Stripes: the time does not depend on what is in the picture, but a flat one would make it look so.
        let stripe = |i: usize| if i % args.width.max(1) % 8 < 3 { 40 } else { 210 };
        let pixels = (0..args.width * height).map(stripe).collect();
        pictures.push(Gray { width: args.width, height, pixels });
    }
    Ok(pictures)
}

/// Reads the lines in turn for some seconds, each at least once; gives the milliseconds of each reading.
fn measure(lines: usize, seconds: f64, read: impl Fn(usize) -> Result<()>) -> Result<Vec<f64>> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.len() < lines || Instant::now() < end {
        let start = Instant::now();
        read(times.len() % lines)?;
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    Ok(times)
}

/// The median of each operator over as many runs as the seconds allow, the longest first.
fn operators(recognizer: &Recognizer, input: &LineInput, seconds: f64) -> Result<Vec<Cost>> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    // Every run gives the same operators in the same order.
    let mut runs: Vec<Vec<OperatorTime>> = Vec::new();
    while runs.is_empty() || Instant::now() < end {
        runs.push(recognizer.profile(input)?);
    }
    let mut operators = Vec::new();
    for (at, OperatorTime { node, operator, .. }) in runs[0].iter().enumerate() {
        let times: Vec<_> = runs.iter().map(|run| 1e3 * run[at].time.as_secs_f64()).collect();
        let median_ms = quantile(&times, 0.5).context("nothing was measured")?;
        operators.push(Cost { node: node.clone(), operator: operator.clone(), median_ms, share: 0.0 });
    }
    let total: f64 = operators.iter().map(|operator| operator.median_ms).sum();
    for operator in &mut operators {
        operator.share = if total > 0.0 { operator.median_ms / total } else { 0.0 };
    }
    operators.sort_by(|one, other| other.median_ms.total_cmp(&one.median_ms));
    Ok(operators)
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn measurement(args: &Args, recognizer: &Recognizer, first: &LineInput, times: &[f64]) -> Result<Measurement> {
    let of = |share| quantile(times, share).context("nothing was measured");
    Ok(Measurement {
        model: recognizer.digest().to_owned(),
        input_width: first.width(),
        network_alone: args.network,
        lines: times.len(),
        median_ms: of(0.5)?,
        p99_ms: of(0.99)?,
        lines_per_second: 1e3 * times.len() as f64 / times.iter().sum::<f64>(),
        threads: 1,
        peak_rss_mib: peak_rss_mib(),
        operators: args.profile.then(|| operators(recognizer, first, args.seconds)).transpose()?,
    })
}

/// The most memory this process has held, as Linux counts it.
fn peak_rss_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The measurement for people.
fn show(result: &Measurement) -> Result<()> {
    let memory = result.peak_rss_mib.map_or("unknown".to_owned(), |mib| format!("{mib:.1} MiB"));
    output::line(&format!("lines      {}", result.lines))?;
    output::line(&format!("median     {:.3} ms a line", result.median_ms))?;
    output::line(&format!("p99        {:.3} ms a line", result.p99_ms))?;
    output::line(&format!("pace       {:.1} lines a second", result.lines_per_second))?;
    output::line(&format!("threads    {}", result.threads))?;
    output::line(&format!("peak RSS   {memory}"))?;
    for Cost { node, operator, median_ms, share } in result.operators.iter().flatten().take(OPERATORS_SHOWN) {
        output::line(&format!("{:>5.1} %  {median_ms:>9.3} ms  {operator}  {node}", 1e2 * share))?;
    }
    Ok(())
}

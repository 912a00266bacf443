//! `labelcam bench`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::model::ModelArgs;
use crate::alphabet::AllowList;
use crate::image::Gray;
use crate::preprocess::Region;
use crate::recognizer::Recognizer;
use crate::stats::quantile;
use crate::{dataset, output};

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
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measurement {
    model: String,
    lines: usize,
    median_ms: f64,
    p99_ms: f64,
    lines_per_second: f64,
    threads: usize,
    /// Mebibytes; absent where the system does not tell.
    peak_rss_mib: Option<f64>,
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
    measure(&recognizer, &lines, args.seconds / 10.0)?;
    let times = measure(&recognizer, &lines, args.seconds)?;
    let result = summary(&recognizer, &times)?;
    if args.json {
        return output::line(&serde_json::to_string(&result)?);
    }
    let memory = result.peak_rss_mib.map_or("unknown".to_owned(), |mib| format!("{mib:.1} MiB"));
    output::line(&format!("lines      {}", result.lines))?;
    output::line(&format!("median     {:.3} ms a line", result.median_ms))?;
    output::line(&format!("p99        {:.3} ms a line", result.p99_ms))?;
    output::line(&format!("pace       {:.1} lines a second", result.lines_per_second))?;
    output::line(&format!("threads    {}", result.threads))?;
    output::line(&format!("peak RSS   {memory}"))
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
fn measure(recognizer: &Recognizer, lines: &[Gray], seconds: f64) -> Result<Vec<f64>> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.len() < lines.len() || Instant::now() < end {
        let line = &lines[times.len() % lines.len()];
        let start = Instant::now();
        recognizer.read(line, Region::whole(line), &AllowList::all())?;
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    Ok(times)
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn summary(recognizer: &Recognizer, times: &[f64]) -> Result<Measurement> {
    let of = |share| quantile(times, share).context("nothing was measured");
    Ok(Measurement {
        model: recognizer.digest().to_owned(),
        lines: times.len(),
        median_ms: of(0.5)?,
        p99_ms: of(0.99)?,
        lines_per_second: 1e3 * times.len() as f64 / times.iter().sum::<f64>(),
        threads: 1,
        peak_rss_mib: peak_rss_mib(),
    })
}

/// The most memory this process has held, as Linux counts it.
fn peak_rss_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

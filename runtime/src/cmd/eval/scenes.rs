//! `labelcam eval --scenes`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use super::super::evaluation;
use super::{Args, overlay};
use crate::dataset::{self, SceneEntry};
use crate::evaluate::{Reader, SceneAccuracy, SceneScore, matches};
use crate::image::Gray;
use crate::lines::{Finder, Options, Quad};
use crate::output;
use crate::page::PageReader;
use crate::stats::quantile;

/// The scenes of one size.
#[derive(Default)]
struct Size {
    score: SceneScore,
    find_ms: Vec<f64>,
    all_ms: Vec<f64>,
}

/// What is reported of a size.
#[derive(Debug, Serialize)]
struct Row {
    size: String,
    #[serde(flatten)]
    accuracy: SceneAccuracy,
    find_ms: f64,
    all_ms: f64,
}

/// What was made of a scene.
struct Outcome {
    found: Vec<Quad>,
    matches: Vec<Option<usize>>,
    score: SceneScore,
    find_ms: f64,
    all_ms: f64,
}

/// Finds and reads the lines of scenes, and reports how well, by the size of the pictures.
pub(super) fn run(args: &Args, reader: &Reader) -> Result<()> {
    let mut sizes: BTreeMap<(usize, usize), Size> = BTreeMap::new();
    let mut finder = Finder::new(Options::default());
    for folder in evaluation::folders(&args.folders)? {
        for entry in dataset::scenes(folder)? {
            let picture = dataset::picture(&folder.join(&entry.file))?;
            let outcome = outcome(reader, &mut finder, &picture, &entry);
            if let Some(overlay) = &args.overlay {
                draw(overlay, &picture, &entry, &outcome)?;
            }
            let size = sizes.entry((picture.width, picture.height)).or_default();
            size.score.merge(&outcome.score);
            size.find_ms.push(outcome.find_ms);
            size.all_ms.push(outcome.all_ms);
        }
    }
    report(&sizes, args.json)
}

fn outcome(reader: &Reader, finder: &mut Finder, picture: &Gray, entry: &SceneEntry) -> Outcome {
    let start = Instant::now();
    // Timed alone: the look at the picture finds them once more.
    let _ = finder.find(picture);
    let find_ms = 1e3 * start.elapsed().as_secs_f64();
    let start = Instant::now();
    let page = PageReader::new(*reader).look(picture, finder);
    let all_ms = 1e3 * start.elapsed().as_secs_f64();
    let found: Vec<Quad> = page.found.iter().map(|line| line.quad).collect();
    let read: Vec<Quad> = page.lines.iter().map(|line| line.quad).collect();
    let (matches, read_matches) = (matches(&entry.quads, &found), matches(&entry.quads, &read));
    let is_exact = |(text, at): &(&String, &Option<usize>)| at.is_some_and(|at| page.lines[at].reading.text == **text);
    let score = SceneScore {
        scenes: 1,
        truths: entry.quads.len(),
        found: found.len(),
        matched: matches.iter().flatten().count(),
        read: read.len(),
        read_matched: read_matches.iter().flatten().count(),
        exact: entry.texts.iter().zip(&read_matches).filter(is_exact).count(),
    };
    Outcome { found, matches, score, find_ms, all_ms }
}

fn draw(folder: &Path, picture: &Gray, entry: &SceneEntry, outcome: &Outcome) -> Result<()> {
    let missed = entry.quads.iter().zip(&outcome.matches).filter(|(_, found)| found.is_none());
    let missed: Vec<Quad> = missed.map(|(quad, _)| *quad).collect();
    let path = folder.join(&entry.file).with_extension("png");
    let write = || {
        fs::create_dir_all(folder)?;
        overlay::write(&path, picture, &outcome.found, &missed)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

fn report(sizes: &BTreeMap<(usize, usize), Size>, json: bool) -> Result<()> {
    if !json {
        output::line(&format!(
            "{:>11} {:>6} {:>6} {:>7} {:>9} {:>7} {:>7} {:>10} {:>8} {:>8}",
            "size", "scenes", "lines", "recall", "precision", "kept", "exact", "end-to-end", "find ms", "all ms"
        ))?;
    }
    for ((width, height), Size { score, find_ms, all_ms }) in sizes {
        let median = |times: &[f64]| quantile(times, 0.5).context("a size has scenes");
        let size = format!("{width}x{height}");
        let row = Row { size, accuracy: score.accuracy(), find_ms: median(find_ms)?, all_ms: median(all_ms)? };
        output::line(&if json { serde_json::to_string(&row)? } else { text(&row) })?;
    }
    Ok(())
}

fn text(row: &Row) -> String {
    let SceneAccuracy { scenes, lines, recall, precision, read_precision, exact, end_to_end } = row.accuracy;
    format!(
        "{:>11} {scenes:6} {lines:6} {recall:7.4} {precision:9.4} {read_precision:7.4} {exact:7.4} {end_to_end:10.4} \
         {:8.2} {:8.2}",
        row.size, row.find_ms, row.all_ms
    )
}

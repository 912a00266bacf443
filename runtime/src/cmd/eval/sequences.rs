//! `labelcam eval --sequences`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::super::evaluation;
use super::{Args, plot};
use crate::dataset::{self, SCENES, SceneEntry};
use crate::evaluate::{FrameLine, Judged, ReadSequence, Reader, SequenceAccuracy, SequenceScore, follow};
use crate::gate::{self, GateMetrics, GateOptions};
use crate::image::Gray;
use crate::lines::{Finder, Options};
use crate::page::{PageLine, PageReader};
use crate::recognizer::Reading;
use crate::track::TrackOptions;
use crate::{output, parallel};

/// Readings looked at and readings that must agree, beside those of the defaults.
const VOTES: [(usize, usize); 5] = [(3, 2), (5, 3), (5, 4), (5, 5), (7, 5)];

/// Least confidences of an accepted text, beside that of the defaults.
const CONFIDENCES: [f32; 10] = [0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995, 0.997];

/// With so many sequences or more it is told how many are read already: a minute's work.
const TOLD_MIN: usize = 100;

/// What is reported of a choice of options.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) window: usize,
    pub(super) agree: usize,
    pub(super) confidence_min: f32,
    /// Whether these are the defaults.
    pub(super) default: bool,
    #[serde(flatten)]
    pub(super) accuracy: SequenceAccuracy,
}

/// What a camera's frames go through until they are followed.
struct Live<'a> {
    finder: Finder,
    reader: PageReader<'a>,
    gates: &'a GateMetrics,
}

impl Live<'_> {
    /// The lines of a frame.
    fn frame(&mut self, picture: &Gray) -> Vec<FrameLine> {
        let passes = &mut |cut: &Gray| gate::line(cut, &GateOptions::default(), self.gates).is_none();
        let lines = self.reader.look_passing(picture, &mut self.finder, passes).lines;
        let standing = self.reader.standing(picture, &lines, &|_| false);
        let line = |(PageLine { quad, reading, .. }, standing): (_, Result<Reading, _>)| match standing {
            Ok(reading) => FrameLine { quad, reading, doubt: None },
            Err(doubt) => FrameLine { quad, reading, doubt: Some(doubt) },
        };
        lines.into_iter().zip(standing).map(line).collect()
    }
}

/// Reads the frames of sequences once, follows their lines with a table of options, and reports what was accepted.
pub(super) fn run(args: &Args, reader: &Reader) -> Result<()> {
    let mut folders = Vec::new();
    for folder in evaluation::folders(&args.folders)? {
        folders.extend(sequence_folders(folder)?);
    }
    let threads = args.evaluation.threads();
    let sequences = read_all(folders, PageReader::new(*reader), threads)?;
    let rows = parallel::map(&choices(), threads, |options| row(&sequences, options));
    report(&rows, args.json)?;
    show_wrong(&sequences, args.errors);
    if let Some(path) = &args.plot {
        fs::write(path, plot::svg(&rows)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The folders of a folder that are sequences, by name.
fn sequence_folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.join(SCENES).is_file() {
            found.push(path);
        }
    }
    ensure!(
        !found.is_empty(),
        "{} has no folders with {SCENES} in it: write them with `labelcam-train synth --sequences`",
        folder.display()
    );
    found.sort();
    Ok(found)
}

/// Reads sequences, and tells how far it is where that takes long. What is wrong with a folder ends it at once.
fn read_all(folders: Vec<PathBuf>, reader: PageReader, threads: usize) -> Result<Vec<(PathBuf, ReadSequence)>> {
    let sequences =
        folders.into_iter().map(|folder| Ok((truth(&folder)?, folder))).collect::<Result<Vec<(_, PathBuf)>>>()?;
    let (gates, count) = (GateMetrics::default(), sequences.len());
    let (done, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let read = parallel::map(&sequences, threads, |(truth, folder)| {
        if failed.load(Ordering::Relaxed) {
            return None;
        }
        let read = read(Live { finder: Finder::new(Options::default()), reader, gates: &gates }, folder, truth);
        failed.fetch_or(read.is_err(), Ordering::Relaxed);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if count >= TOLD_MIN && done * 10 / count > (done - 1) * 10 / count {
            eprintln!("labelcam: {done} of {count} sequences read");
        }
        Some(read)
    });
    // Nothing is there of those that were not begun, for another that failed.
    let sequence = |((truth, folder), read): (_, Option<Result<Frames>>)| {
        Some(read?.map(|Frames { size, frames }| (folder, ReadSequence { size, truth, frames })))
    };
    sequences.into_iter().zip(read).filter_map(sequence).collect()
}

/// What is true of a sequence's frames.
fn truth(folder: &Path) -> Result<Vec<SceneEntry>> {
    let truth = dataset::scenes(folder)?;
    let texts = &truth[0].texts;
    ensure!(
        truth.iter().all(|frame| frame.texts == *texts),
        "the rows of {} have different texts: a sequence has the same lines in all, in the same order",
        folder.join(SCENES).display()
    );
    Ok(truth)
}

/// What was read of a sequence's frames, and their size.
struct Frames {
    size: (usize, usize),
    frames: Vec<Vec<FrameLine>>,
}

fn read(mut live: Live, folder: &Path, truth: &[SceneEntry]) -> Result<Frames> {
    let (mut size, mut frames) = ((0, 0), Vec::new());
    for frame in truth {
        let picture = dataset::picture(&folder.join(&frame.file))?;
        size = (picture.width, picture.height);
        frames.push(live.frame(&picture));
    }
    Ok(Frames { size, frames })
}

/// The options of the table.
fn choices() -> Vec<TrackOptions> {
    let default = TrackOptions::default();
    let mut votes = VOTES.to_vec();
    if !votes.contains(&(default.window, default.agree)) {
        votes.push((default.window, default.agree));
    }
    let mut confidences = CONFIDENCES.to_vec();
    if !confidences.contains(&default.confidence_min) {
        confidences.push(default.confidence_min);
    }
    confidences.sort_by(f32::total_cmp);
    let with = |(window, agree), confidence_min| TrackOptions { window, agree, confidence_min, ..default.clone() };
    votes.iter().flat_map(|&votes| confidences.iter().map(move |&confidence| with(votes, confidence))).collect()
}

fn row(sequences: &[(PathBuf, ReadSequence)], options: &TrackOptions) -> Row {
    let mut score = SequenceScore::default();
    for (_, sequence) in sequences {
        score.add(sequence, &follow(sequence, options));
    }
    let TrackOptions { window, agree, confidence_min, .. } = *options;
    Row { window, agree, confidence_min, default: *options == TrackOptions::default(), accuracy: score.accuracy() }
}

fn report(rows: &[Row], json: bool) -> Result<()> {
    if !json {
        output::line(&format!(
            "{:>6} {:>10} {:>8} {:>6} {:>8} {:>6} {:>8} {:>9} {:>8} {:>6} {:>6}",
            "votes",
            "confidence",
            "accepted",
            "wrong",
            "repeated",
            "lines",
            "coverage",
            "readable",
            "frames",
            "p90",
            ""
        ))?;
    }
    for row in rows {
        output::line(&if json { serde_json::to_string(row)? } else { text(row) })?;
    }
    Ok(())
}

fn text(row: &Row) -> String {
    let Row { window, agree, confidence_min, default, accuracy } = row;
    let SequenceAccuracy { lines, accepted, wrong, repeated, coverage, coverage_of_readable, .. } = accuracy;
    let row = format!(
        "{:>6} {confidence_min:10.3} {accepted:8} {wrong:6} {repeated:8} {lines:6} {coverage:8.4} \
         {coverage_of_readable:9.4} {:8.1} {:6.1} {}",
        format!("{agree}/{window}"),
        accuracy.frames_median,
        accuracy.frames_p90,
        if *default { "default" } else { "" }
    );
    row.trim_end().to_owned()
}

/// Names the first wrong readings that the default options accept.
fn show_wrong(sequences: &[(PathBuf, ReadSequence)], count: usize) {
    let judged = sequences.iter().flat_map(|(folder, sequence)| {
        let wrong = follow(sequence, &TrackOptions::default()).into_iter().filter(|judged| !judged.is_right);
        wrong.map(move |judged| (folder, sequence, judged))
    });
    for (folder, sequence, Judged { reading, line, .. }) in judged.take(count) {
        let truth = usize::try_from(reading.frame).ok().and_then(|frame| sequence.truth.get(frame));
        let (file, text) = truth.map_or(("", None), |truth| (&truth.file, line.map(|line| &truth.texts[line])));
        let [x, y] = reading.quad.centre();
        eprintln!(
            "{}: read {:?} ({:.3}) at {x:.0},{y:.0}, {}",
            folder.join(file).display(),
            reading.text,
            reading.confidence,
            text.map_or_else(|| "where there is no line".to_owned(), |text| format!("where it says {text:?}"))
        );
    }
}

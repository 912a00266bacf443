//! `labelcam eval`.

mod overlay;
mod plot;
mod scenes;
mod sequences;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::evaluation::{self, EvaluationArgs};
use super::model::{ModelArgs, allow_list};
use crate::evaluate::{self, Accuracy, Outcome, PictureOutcomes, Reader, Rules, Score, Set};
use crate::metrics::{Normalization, similarity};
use crate::recognizer::Recognizer;
use crate::reference::{Header, Line, ModelIdentity, Reference};
use crate::{dataset, output};

/// Read labelled sets and report the accuracy, one row a set and a total.
///
/// `exact` counts lines read exactly, `normalized` those that agree once both sides are normalized, `1-NED` is one minus
/// the edit distance over the longer length, averaged over lines, and `CER` all edits over all characters. `unknown`
/// counts labels with a character that the model does not have, which it cannot read. `ms/line` is taken while other
/// lines are read beside: a time to rely on comes from `labelcam bench`, or with `--threads 1`.
///
/// With `--scenes`, lines are found in whole pictures before they are read, one row a picture size: `recall` and
/// `precision` of finding (a line is found where its quadrilateral and the true one share half of their area or more),
/// `kept` the precision once lines without a reading are left out, `exact` of the lines found and read, `end-to-end` of
/// all lines, and medians of the milliseconds a picture for finding and for finding and reading, on one thread.
///
/// With `--sequences`, lines are followed over the frames of moving scenes and vote, one row a choice of options: how many
/// of the last readings must agree with which confidence, `accepted` and `wrong` readings (another text than the line there,
/// or no line), right ones `repeated`, the `coverage` of all true lines and of those that are `readable` in one frame at
/// least, and median and 90th percentile of the `frames` that it took. `--errors` shows wrong readings of the defaults.
///
/// Example: labelcam eval --errors 10 sets/*
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Labelled sets: folders with pictures and labels.tsv (file name, tab, text). Other files named are passed over.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Characters that may be read, such as `0-9.`.
    #[arg(long, value_name = "CHARS")]
    allow: Option<String>,
    #[command(flatten)]
    evaluation: EvaluationArgs,
    /// Show the N worst lines of each set.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Write what was read to this file, for `labelcam compare --reference` on another machine.
    #[arg(long, value_name = "FILE", conflicts_with = "allow")]
    reference: Option<PathBuf>,
    /// The folders hold scenes, as `labelcam-train synth --scenes` writes them: find the lines, then read them.
    #[arg(long, conflicts_with_all = ["errors", "reference", "normalize", "threads"])]
    scenes: bool,
    /// The folders hold moving scenes, as `labelcam-train synth --sequences` writes them: find, read and follow the lines.
    #[arg(long, conflicts_with_all = ["scenes", "reference", "normalize"])]
    sequences: bool,
    /// Write wrong readings over coverage as a picture (SVG).
    #[arg(long, value_name = "FILE", requires = "sequences")]
    plot: Option<PathBuf>,
    /// Write each scene with its lines drawn in: found ones solid, true ones that were not found dashed.
    #[arg(long, value_name = "DIR", requires = "scenes")]
    overlay: Option<PathBuf>,
    /// Print one JSON object a set.
    #[arg(long)]
    json: bool,
}

/// The result of a set.
#[derive(Debug, Serialize)]
struct SetResult {
    set: String,
    #[serde(flatten)]
    accuracy: Accuracy,
    normalization: Normalization,
    ms_per_line: f64,
}

/// What is read with, and how it is reported.
struct Run<'a> {
    args: &'a Args,
    reader: Reader<'a>,
    rules: Rules,
    sets: usize,
}

/// The sum over sets.
#[derive(Default)]
struct Total {
    score: Score,
    ms: f64,
    lines: Vec<Line>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let recognizer = args.model.load()?;
    let allow = allow_list(&recognizer, args.allow.as_deref())?;
    let reader = Reader { recognizer: &recognizer, allow: &allow, lexicon: None };
    if args.scenes {
        return scenes::run(args, &reader);
    }
    if args.sequences {
        return sequences::run(args, &reader);
    }
    let mut run = Run { args, reader, rules: args.evaluation.rules()?, sets: 0 };
    let mut total = Total::default();
    for folder in evaluation::folders(&args.folders)? {
        run.set(&Set::labelled(folder)?, &mut total)?;
    }
    let accuracy = total.score.accuracy().context("sets have lines")?;
    if run.sets > 1 && !args.json {
        run.row("total", accuracy, total.ms)?;
    }
    if let Some(path) = &args.reference {
        write_reference(path, &Reference::new(header(args, &recognizer)?, total.lines))?;
    }
    match accuracy.unreadable {
        0 => Ok(()),
        1 => bail!("1 line could not be read and counts as wrong, see above"),
        count => bail!("{count} lines could not be read and count as wrong, see above"),
    }
}

impl Run<'_> {
    /// Reads and reports a set.
    fn set(&mut self, set: &Set, total: &mut Total) -> Result<()> {
        let read = evaluate::read(&[self.reader], &set.lines, self.args.evaluation.threads())?;
        let outcomes: Vec<&Outcome> = read.iter().flat_map(|picture| &picture.outcomes).collect();
        let normalization = self.rules.of(&set.name);
        let mut score = Score::default();
        for (line, outcome) in set.lines.iter().zip(&outcomes) {
            count(&mut score, &self.reader, (line, outcome), normalization);
        }
        let ms = outcomes.iter().map(|outcome| outcome.ms).sum();
        self.row(&set.name, score.accuracy().context("a set has lines")?, ms)?;
        self.sets += 1;
        show_worst(set, &outcomes, self.args.errors);
        total.score.merge(&score);
        total.ms += ms;
        total
            .lines
            .extend(set.lines.iter().zip(&read).filter_map(|(line, read)| reference_line(&set.name, line, read)));
        Ok(())
    }

    /// Prints a row on standard output, below a header where it is the first.
    #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
    fn row(&self, set: &str, accuracy: Accuracy, ms: f64) -> Result<()> {
        let Accuracy { lines, exact, normalized, ned, cer, unknown, .. } = accuracy;
        let ms_per_line = ms / lines as f64;
        if self.args.json {
            let (set, normalization) = (set.to_owned(), self.rules.of(set));
            return output::line(&serde_json::to_string(&SetResult { set, accuracy, normalization, ms_per_line })?);
        }
        if self.sets == 0 {
            let [set, lines, exact, normalized] = ["set", "lines", "exact", "normalized"];
            output::line(&format!(
                "{set:30} {lines:>6} {exact:>7} {normalized:>10} {:>7} {:>7} {:>8} {:>7}",
                "1-NED", "CER", "ms/line", "unknown"
            ))?;
        }
        output::line(&format!(
            "{set:30} {lines:6} {exact:7.4} {normalized:10.4} {ned:7.4} {cer:7.4} {ms_per_line:8.2} {unknown:7}"
        ))
    }
}

fn count(score: &mut Score, reader: &Reader, (line, outcome): (&evaluate::Line, &Outcome), rules: Normalization) {
    let truth = line.truth.as_deref().unwrap_or_default();
    score.add(truth, &outcome.text, rules);
    if !reader.knows(truth) {
        score.add_unknown();
    }
    if let Some(error) = &outcome.error {
        score.add_unreadable();
        eprintln!("labelcam: {}: {error}", line.path.display());
    }
}

fn show_worst(set: &Set, outcomes: &[&Outcome], count: usize) {
    let lines = set.lines.iter().zip(outcomes);
    let similar = lines.map(|(line, outcome)| {
        let truth = line.truth.as_deref().unwrap_or_default();
        (similarity(truth, &outcome.text), line, truth, &outcome.text)
    });
    let mut wrong: Vec<_> = similar.filter(|(_, _, truth, text)| truth != text).collect();
    wrong.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (_, line, truth, text) in wrong.iter().take(count) {
        eprintln!("    {}\n        truth {truth}\n        read  {text}", line.path.display());
    }
}

fn reference_line(set: &str, line: &evaluate::Line, read: &PictureOutcomes) -> Option<Line> {
    let outcome = read.outcomes.first()?;
    Some(Line {
        set: set.to_owned(),
        file: line.file.clone(),
        sha256: read.sha256.clone(),
        text: outcome.text.clone(),
        confidence: outcome.confidence,
        truth: line.truth.clone().unwrap_or_default(),
    })
}

fn header(args: &Args, recognizer: &Recognizer) -> Result<Header> {
    let program = concat!("labelcam ", env!("CARGO_PKG_VERSION"));
    let library = concat!("tract, as in labelcam ", env!("CARGO_PKG_VERSION"));
    let names: Vec<_> = args.folders.iter().filter(|path| path.is_dir()).map(|path| dataset::set_name(path)).collect();
    let model = ModelIdentity::of(&args.model.bytes()?, recognizer.spec())?;
    Ok(Header::new(program, ["cpu", library, &names.join(", ")], model))
}

/// Writes the file, unless its own reader would refuse it.
fn write_reference(path: &Path, reference: &Reference) -> Result<()> {
    let text = reference.to_jsonl();
    Reference::parse(text.as_bytes()).context("the reference is not written")?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

//! `labelcam compare`.

mod escape;
mod junit;
mod limits;
mod line;
mod markdown;
mod models;
mod pair;
mod reference;
mod report;
mod table;
mod text;
mod timing;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::Verdict;
use super::evaluation::{self, EvaluationArgs};
use crate::evaluate::{self, PictureOutcomes, Set};
use crate::output;
use crate::reference::Reference;
use limits::LimitArgs;
use line::{Line, Side, Text};
use models::{ModelsArgs, Opened};
use report::Report;

/// Compare what a float and an int8 model read, or either with a reference from another machine.
///
/// Reports the accuracy of each by set, how many lines they read alike (`same`), which lines changed and how (better:
/// right where it was wrong before; worse; both wrong, in another way), how far the confidence moved, size, and the time
/// a line, on one thread, both models in turns. A set without labels.tsv is compared by agreement alone.
///
/// With `--reference`, a file that `labelcam-train eval --reference` wrote on the training machine or `labelcam eval
/// --reference` on any, each model is also compared with what was read there, on the same pictures. One model is then
/// enough: a board that has only the int8 model tells its accuracy beside the trained model's.
///
/// Limits are for int8 against float or, where only one of them is named, for it against the reference; over all sets
/// together unless `--every-set` is given. With a limit, the reference must have all lines of the sets, and these it.
///
/// Exit code: 0 within the limits, 3 where one is missed, 1 when the comparison failed, 2 for wrong arguments.
///
/// Example: labelcam compare --float a.onnx --int8 b.onnx --max-drop 0.3 --min-sure-agreement 99.5 sets/*
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Sets: folders with pictures and labels.tsv (file name, tab, text), or with pictures alone. Other files named are
    /// passed over.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    models: ModelsArgs,
    /// Readings to compare with, as `labelcam-train eval --reference` writes them.
    #[arg(long, value_name = "FILE")]
    reference: Option<PathBuf>,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    evaluation: EvaluationArgs,
    /// Confidence from which on the model that is compared with counts as sure of a line, 0 to 1; how many of these lines
    /// are read alike is told apart, for the others are those it could hardly read.
    #[arg(long, value_name = "CONFIDENCE", default_value_t = 0.5)]
    sure: f32,
    /// Lines to take the time on, spread over all sets; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 100)]
    time_lines: usize,
    /// Changed lines to list for each set; JSON has them all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    changed: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Write a JUnit XML file: a test suite for each set.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a Markdown file, such as "$GITHUB_STEP_SUMMARY".
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Verdict> {
    args.limits.check()?;
    ensure!((0.0..=1.0).contains(&args.sure), "--sure is {}, must be from 0 to 1", args.sure);
    ensure!(
        args.models.count() == 2 || (args.models.count() == 1 && args.reference.is_some()),
        "there is nothing to compare with: name --float and --int8, or one of them and --reference"
    );
    let opened = args.models.open()?;
    let sets = sets(&args.folders)?;
    let mut lines = read(args, &opened, &sets)?;
    let reference = match &args.reference {
        Some(path) => Some(join(path, &opened, &mut lines)?),
        None => None,
    };
    let time = timing::measure(&opened, &sets, args.time_lines)?;
    let sides: Vec<Side> =
        opened.iter().map(|model| model.side).chain(reference.iter().map(|_| Side::Reference)).collect();
    let mut report = Report::new(&sides, args.sure, &lines, &opened);
    (report.reference, report.time) = (reference, time);
    report.judge(&args.limits)?;
    publish(args, &report)?;
    match report.failed_readings {
        0 if report.passed => Ok(Verdict::Done),
        0 => Ok(Verdict::LimitsMissed),
        1 => bail!("1 reading failed and counts as wrong, see above"),
        count => bail!("{count} readings failed and count as wrong, see above"),
    }
}

/// The sets in the folders, whose names must differ: results and references go by them.
fn sets(folders: &[PathBuf]) -> Result<Vec<Set>> {
    let folders = evaluation::folders(folders)?;
    let sets = folders.iter().map(|folder| Ok(Set::open(folder)?)).collect::<Result<Vec<_>>>()?;
    for (at, set) in sets.iter().enumerate() {
        if let Some(first) = sets[..at].iter().position(|other| other.name == set.name) {
            bail!(
                "{} and {} are both named {}: sets go by the names of their folders, rename one",
                folders[first].display(),
                folders[at].display(),
                set.name
            );
        }
    }
    Ok(sets)
}

/// A set as the models read it.
#[derive(Debug)]
struct ReadSet {
    name: String,
    lines: Vec<Line>,
}

fn read(args: &Args, opened: &[Opened], sets: &[Set]) -> Result<Vec<ReadSet>> {
    let rules = args.evaluation.rules()?;
    let readers: Vec<_> = opened.iter().map(Opened::reader).collect();
    let mut read_sets = Vec::new();
    for set in sets {
        let read = evaluate::read(&readers, &set.lines, args.evaluation.threads())?;
        let normalization = rules.of(&set.name);
        let line = |(line, picture): (&evaluate::Line, PictureOutcomes)| {
            let mut compared = Line::new(line, picture.sha256, normalization);
            for (model, outcome) in opened.iter().zip(picture.outcomes) {
                if let Some(error) = &outcome.error {
                    eprintln!("labelcam: {}: {}: {error}", model.side.name(), line.path.display());
                }
                let known = line.truth.as_deref().is_none_or(|truth| model.reader().knows(truth));
                compared.put(model.side, Text::read(outcome, known));
            }
            compared
        };
        let lines = set.lines.iter().zip(read).map(line).collect();
        read_sets.push(ReadSet { name: set.name.clone(), lines });
    }
    Ok(read_sets)
}

fn join(path: &Path, opened: &[Opened], sets: &mut [ReadSet]) -> Result<reference::Joined> {
    let named = || format!("cannot use the reference {}", path.display());
    let file = Reference::read(path).with_context(named)?;
    let joined = reference::join(&file, opened, sets).with_context(named)?;
    for note in joined.notes() {
        eprintln!("labelcam: {note}");
    }
    Ok(joined)
}

fn publish(args: &Args, report: &Report) -> Result<()> {
    let write =
        |path: &Path, text: String| fs::write(path, text).with_context(|| format!("cannot write {}", path.display()));
    if let Some(path) = &args.junit {
        write(path, junit::document(report, args.changed))?;
    }
    if let Some(path) = &args.markdown {
        write(path, markdown::document(report, args.changed))?;
    }
    if args.json {
        return output::line(&serde_json::to_string(report)?);
    }
    output::line(text::document(report, args.changed).trim_end())
}

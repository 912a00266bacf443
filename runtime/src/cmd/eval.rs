//! `labelcam eval`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use super::model::{ModelArgs, allow_list};
use crate::alphabet::AllowList;
use crate::dataset::{self, Entry};
use crate::metrics::{Normalization, Tally, similarity};
use crate::output;
use crate::preprocess::Region;
use crate::recognizer::Recognizer;

/// What a set is compared under besides exactly, where nothing else is asked for.
const NORMALIZATION: &str = "no-blanks+fold-case+fold-width";

/// Read labelled sets and report the accuracy, one row a set and a total.
///
/// `exact` counts lines read exactly, `normalized` those that agree once both sides are normalized, `1-NED` is one minus
/// the edit distance over the longer length, averaged over lines, and `CER` all edits over all characters. `unknown`
/// counts labels with a character that the model does not have, which it cannot read.
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
    /// Normalization of every set, or of one: `no-blanks`, `fold-case`, `fold-width`, `alphanumeric` joined by `+`, or
    /// `exact` [default: no-blanks+fold-case+fold-width].
    #[arg(long, value_name = "[SET=]RULES")]
    normalize: Vec<String>,
    /// Show the N worst lines of each set.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Print one JSON object a set.
    #[arg(long)]
    json: bool,
}

/// The result of a set; fractions from 0 to 1.
#[derive(Debug, Serialize)]
struct SetResult {
    set: String,
    lines: usize,
    exact: f64,
    normalized: f64,
    normalization: Normalization,
    ned: f64,
    cer: f64,
    ms_per_line: f64,
    unknown: usize,
    unreadable: usize,
    #[serde(skip)]
    tally: Tally,
    #[serde(skip)]
    worst: Vec<Line>,
}

/// A line that was compared.
#[derive(Debug)]
struct Line {
    entry: Entry,
    reading: String,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let recognizer = args.model.load()?;
    let allow = allow_list(&recognizer, args.allow.as_deref())?;
    let rules = Rules::parse(&args.normalize)?;
    let (folders, others): (Vec<_>, Vec<_>) = args.folders.iter().partition(|path| path.is_dir());
    for other in others {
        ensure!(other.exists(), "there is no folder {}", other.display());
        eprintln!("labelcam: {} is no folder and is passed over", other.display());
    }
    ensure!(!folders.is_empty(), "none of the paths is a folder: name labelled sets, folders with a labels.tsv");
    let mut table = Table::new(args.json);
    for folder in folders {
        let name =
            folder.file_name().map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned());
        let normalization = rules.of(&name);
        let mut result = evaluate(&recognizer, folder, &allow, normalization)?;
        result.set = name;
        table.row(&result)?;
        show(&mut result.worst, args.errors);
        table.total.push(result);
    }
    table.finish()
}

fn evaluate(
    recognizer: &Recognizer,
    folder: &Path,
    allow: &AllowList,
    normalization: Normalization,
) -> Result<SetResult> {
    let entries = dataset::entries(folder)?;
    let mut tally = Tally::new(&[normalization]);
    let (mut unknown, mut unreadable, mut seconds) = (0, 0, 0.0);
    let mut worst = Vec::new();
    for entry in entries {
        unknown += usize::from(recognizer.spec().alphabet.encode(&entry.text).is_err());
        let picture = dataset::picture(&entry.path)?;
        let start = Instant::now();
        let reading = recognizer.read(&picture, Region::whole(&picture), allow);
        seconds += start.elapsed().as_secs_f64();
        // A line that cannot be read counts as read wrongly: leaving it out would flatter the model.
        let reading = match reading {
            Ok(reading) => reading.text,
            Err(error) => {
                unreadable += 1;
                eprintln!("labelcam: {}: {error}", entry.path.display());
                String::new()
            }
        };
        tally.add(&entry.text, &reading);
        if reading != entry.text {
            worst.push(Line { entry, reading });
        }
    }
    let mut result = SetResult::new(tally, normalization, seconds).context("a set has lines")?;
    (result.unknown, result.unreadable, result.worst) = (unknown, unreadable, worst);
    Ok(result)
}

impl SetResult {
    #[expect(clippy::cast_precision_loss, reason = "a count of lines")]
    fn new(tally: Tally, normalization: Normalization, seconds: f64) -> Option<Self> {
        Some(Self {
            set: String::new(),
            lines: tally.lines(),
            exact: tally.exact()?,
            normalized: tally.normalized(normalization)?,
            normalization,
            ned: tally.ned()?,
            cer: tally.cer().unwrap_or(0.0),
            ms_per_line: 1e3 * seconds / tally.lines() as f64,
            unknown: 0,
            unreadable: 0,
            tally,
            worst: Vec::new(),
        })
    }
}

fn show(worst: &mut [Line], count: usize) {
    worst.sort_by(|a, b| similarity(&a.entry.text, &a.reading).total_cmp(&similarity(&b.entry.text, &b.reading)));
    for Line { entry, reading } in worst.iter().take(count) {
        eprintln!("    {}\n        truth {}\n        read  {reading}", entry.path.display(), entry.text);
    }
}

/// Normalizations by set.
struct Rules {
    every: Normalization,
    by_set: Vec<(String, Normalization)>,
}

impl Rules {
    fn parse(arguments: &[String]) -> Result<Self> {
        let parse = |rules: &str| rules.parse::<Normalization>().context("in --normalize");
        let mut rules = Self { every: parse(NORMALIZATION)?, by_set: Vec::new() };
        for argument in arguments {
            match argument.split_once('=') {
                Some((set, of)) => rules.by_set.push((set.to_owned(), parse(of)?)),
                None => rules.every = parse(argument)?,
            }
        }
        Ok(rules)
    }

    fn of(&self, set: &str) -> Normalization {
        self.by_set.iter().rev().find(|(name, _)| name == set).map_or(self.every, |&(_, normalization)| normalization)
    }
}

/// The table on standard output.
struct Table {
    json: bool,
    total: Vec<SetResult>,
}

impl Table {
    fn new(json: bool) -> Self {
        Self { json, total: Vec::new() }
    }

    fn row(&self, result: &SetResult) -> Result<()> {
        if self.json {
            return output::line(&serde_json::to_string(result)?);
        }
        if self.total.is_empty() {
            let [set, lines, exact, normalized] = ["set", "lines", "exact", "normalized"];
            output::line(&format!(
                "{set:30} {lines:>6} {exact:>7} {normalized:>10} {:>7} {:>7} {:>8} {:>7}",
                "1-NED", "CER", "ms/line", "unknown"
            ))?;
        }
        let SetResult { set, lines, exact, normalized, ned, cer, ms_per_line, unknown, .. } = result;
        output::line(&format!(
            "{set:30} {lines:6} {exact:7.4} {normalized:10.4} {ned:7.4} {cer:7.4} {ms_per_line:8.2} {unknown:7}"
        ))
    }

    /// Prints the total, unless there is but one set, and fails where a picture was not readable.
    fn finish(mut self) -> Result<()> {
        let unreadable: usize = self.total.iter().map(|result| result.unreadable).sum();
        if self.total.len() > 1 && !self.json {
            let total = total(&self.total).context("there are sets")?;
            self.row(&total)?;
        }
        self.total.clear();
        if unreadable > 0 {
            bail!("{unreadable} lines could not be read and count as wrong, see above");
        }
        Ok(())
    }
}

/// All sets as one; each line counts alike, and is normalized as its set is.
#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn total(results: &[SetResult]) -> Option<SetResult> {
    let lines: usize = results.iter().map(|result| result.lines).sum();
    let mean = |of: fn(&SetResult) -> f64| results.iter().map(|r| of(r) * r.lines as f64).sum::<f64>() / lines as f64;
    let edits: usize = results.iter().map(|result| result.tally.edits()).sum();
    let characters: usize = results.iter().map(|result| result.tally.truth_chars()).sum();
    Some(SetResult {
        set: "total".to_owned(),
        lines,
        exact: mean(|result| result.exact),
        normalized: mean(|result| result.normalized),
        normalization: results.first()?.normalization,
        ned: mean(|result| result.ned),
        cer: edits as f64 / characters.max(1) as f64,
        ms_per_line: mean(|result| result.ms_per_line),
        unknown: results.iter().map(|result| result.unknown).sum(),
        unreadable: 0,
        tally: Tally::default(),
        worst: Vec::new(),
    })
}

//! What a report says in rows and columns, for terminals and for Markdown alike.

use super::line::Side;
use super::pair::{Change, Kind, Pair};
use super::report::{Report, SetReport};
use crate::evaluate::Accuracy;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// What it shows.
    pub(super) title: &'static str,
    /// The heads of the columns.
    pub(super) head: Vec<&'static str>,
    /// Columns at the left that hold words; those after them hold numbers.
    pub(super) words: usize,
    /// The rows, each as long as the head.
    pub(super) rows: Vec<Vec<String>>,
}

/// The tables of a report that have rows, with up to `changed` changed lines of each set.
pub(super) fn tables(report: &Report, changed: usize) -> Vec<Table> {
    let tables = [accuracy(report), agreement(report), changes(report, changed), models(report), checks(report)];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

/// The sets, and the total where there are several.
fn sets(report: &Report) -> impl Iterator<Item = &SetReport> {
    report.sets.iter().chain((report.sets.len() > 1).then_some(&report.total))
}

fn accuracy(report: &Report) -> Table {
    let row = |set: &str, side: Side, found: &Accuracy| {
        let Accuracy { lines, exact, normalized, ned, cer, unknown, .. } = found;
        let numbers = [exact, normalized, ned, cer].map(|value| format!("{value:.4}"));
        [&[set.to_owned(), side.name().into(), lines.to_string()], &numbers[..], &[unknown.to_string()]].concat()
    };
    let rows = sets(report).flat_map(|set| set.accuracy.iter().map(|(&side, found)| row(&set.set, side, found)));
    Table {
        title: "Accuracy by the labels",
        head: vec!["set", "model", "lines", "exact", "normalized", "1-NED", "CER", "unknown"],
        words: 2,
        rows: rows.collect(),
    }
}

fn agreement(report: &Report) -> Table {
    let row = |set: &str, pair: &Pair| {
        let [lines, same, better, worse, other] =
            [pair.lines, pair.same, pair.better, pair.worse, pair.other].map(|count| count.to_string());
        let [ned, cer] = [pair.ned, pair.cer].map(|value| format!("{value:.4}"));
        let shift = pair.confidence_shift.map_or("-".into(), |shift| format!("{shift:+.4}"));
        let drop = pair.drop_points.map_or("-".into(), |points| format!("{points:.2}"));
        let percent = |fraction: f64| format!("{:.2} %", 100.0 * fraction);
        let (agreement, sure) = (percent(pair.agreement), pair.sure.agreement.map_or("-".into(), percent));
        let sure_lines = pair.sure.lines.to_string();
        let (of, against) = (pair.of.name().into(), pair.against.name().into());
        let words = [set.to_owned(), of, against];
        let numbers = [lines, same, agreement, sure_lines, sure, ned, cer, better, worse, other, drop, shift];
        [&words[..], &numbers[..]].concat()
    };
    let rows = sets(report).flat_map(|set| set.pairs.iter().map(|pair| row(&set.set, pair)));
    let numbers = [
        "lines",
        "same",
        "agreement",
        "sure",
        "of these",
        "1-NED",
        "CER",
        "better",
        "worse",
        "other",
        "drop",
        "confidence",
    ];
    Table {
        title: "Agreement: one model's texts against the other's",
        head: [&["set", "model", "against"], &numbers[..]].concat(),
        words: 3,
        rows: rows.collect(),
    }
}

/// The changed lines of a set between the two that the limits are for, the worse first.
pub(super) fn changed(set: &SetReport) -> Vec<&Change> {
    let mut changes: Vec<_> = set.judged().into_iter().flat_map(|pair| &pair.changed).collect();
    let rank = |kind| match kind {
        Kind::Worse => 0,
        Kind::Better => 1,
        Kind::BothWrong | Kind::Unlabelled => 2,
    };
    changes.sort_by_key(|change| rank(change.kind));
    changes
}

/// How a line changed, in words.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Better => "better",
        Kind::Worse => "worse",
        Kind::BothWrong => "both wrong",
        Kind::Unlabelled => "unlabelled",
    }
}

fn changes(report: &Report, count: usize) -> Table {
    let row = |set: &str, change: &Change| {
        let read = [&change.before, &change.after].map(|side| format!("{} ({:.2})", side.reading, side.confidence));
        let [before, after] = read;
        let truth = change.truth.clone().unwrap_or_else(|| "-".into());
        vec![set.to_owned(), change.file.clone(), kind(change.kind).into(), truth, before, after]
    };
    let mut rows = Vec::new();
    for set in &report.sets {
        let changes = changed(set);
        rows.extend(changes.iter().take(count).map(|change| row(&set.set, change)));
        if changes.len() > count {
            let more = format!("and {} more", changes.len() - count);
            rows.push(vec![set.set.clone(), more, String::new(), String::new(), String::new(), String::new()]);
        }
    }
    let [before, after] =
        report.total.judged().map_or(["before", "after"], |pair| [pair.against, pair.of].map(Side::name));
    Table { title: "Changed lines", head: vec!["set", "file", "how", "label", before, after], words: 6, rows }
}

fn models(report: &Report) -> Table {
    let mut rows: Vec<_> = Vec::new();
    for (side, model) in &report.models {
        let time =
            report.time.as_ref().and_then(|time| if *side == Side::Float { time.float_ms } else { time.int8_ms });
        let time = time.map_or("-".into(), |ms| format!("{ms:.3}"));
        let (file, digest) = (model.file.display().to_string(), model.sha256.get(..12).unwrap_or_default().to_owned());
        rows.push(vec![side.name().into(), file, digest, model.bytes.to_string(), time]);
    }
    let ratio = |ratio: Option<f64>| ratio.map_or("-".into(), |ratio| format!("{ratio:.3}"));
    if let Some(size) = report.size_ratio {
        let time = report.time.as_ref().and_then(|time| time.ratio);
        rows.push(vec!["int8 / float".into(), String::new(), String::new(), ratio(Some(size)), ratio(time)]);
    }
    if let Some(reference) = &report.reference {
        let from = format!("{}, {}, {}", reference.header.device, reference.header.library, reference.header.program);
        let digest = reference.header.model.onnx_sha256.get(..12).unwrap_or_default().to_owned();
        rows.push(vec!["reference".into(), from, digest, "-".into(), "-".into()]);
    }
    Table { title: "Models", head: vec!["model", "file", "sha256", "bytes", "ms/line"], words: 3, rows }
}

fn checks(report: &Report) -> Table {
    let row = |check: &super::limits::Check| {
        let verdict = if check.passed { "holds" } else { "MISSED" };
        let numbers = [check.value, check.limit].map(|value| format!("{value:.3}"));
        [&[check.name.to_owned(), check.set.clone(), verdict.into()], &numbers[..]].concat()
    };
    let rows = report.checks.iter().map(row).collect();
    Table { title: "Limits", head: vec!["check", "set", "verdict", "found", "limit"], words: 3, rows }
}

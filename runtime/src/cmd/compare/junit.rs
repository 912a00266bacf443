//! A report as JUnit XML, which every CI server shows: a suite for each set and one for the total, with a case for each
//! measure and one for each changed line.
//!
//! A case fails where a limit is missed, and only there, so that failures and the exit code tell the same. Changed lines
//! are no failures of their own: they are `skipped`, the one other state that CI servers list with its message.

use super::escape::xml;
use super::limits::Check;
use super::pair::{Change, Sure};
use super::report::{Report, SetReport};
use super::table::{changed, kind};

/// A case of a suite.
struct Case {
    name: String,
    /// What was found, for `system-out`.
    found: String,
    state: State,
}

enum State {
    Passed,
    Failed(String),
    Skipped(String),
}

/// The whole file, with up to `count` changed lines of each set.
pub(super) fn document(report: &Report, count: usize) -> String {
    let suites = report.sets.iter().chain([&report.total]);
    let suites: Vec<_> = suites.map(|set| (set.set.as_str(), cases(report, set, count))).collect();
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let body: String = suites.iter().map(|(name, cases)| suite(name, cases)).collect();
    let counts = counts(all());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"labelcam compare\" {counts}>\n{body}</testsuites>\n"
    )
}

fn cases(report: &Report, set: &SetReport, count: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    if let Some(pair) = set.judged() {
        let sides = format!("{} against {}", pair.of.name(), pair.against.name());
        if let Some(points) = pair.drop_points {
            let found = format!("{sides}: {points:.3} points lost");
            cases.push(measure("accuracy-drop", found, report.check("accuracy-drop", &set.set)));
        }
        let found = format!("{sides}: {} of {} lines alike, {:.3} %", pair.same, pair.lines, 100.0 * pair.agreement);
        cases.push(measure("agreement", found, report.check("agreement", &set.set)));
        if let Some(agreement) = pair.sure.agreement {
            let Sure { confidence, lines, same, .. } = pair.sure;
            let found = format!(
                "{sides}: {same} of {lines} lines with a confidence of {confidence} or more alike, {:.3} %",
                100.0 * agreement
            );
            cases.push(measure("sure-agreement", found, report.check("sure-agreement", &set.set)));
        }
    }
    if let Some(check) = report.check("reference-lines", &set.set) {
        cases.push(measure("reference-lines", format!("{} lines missing on either side", check.value), Some(check)));
    }
    let changes = changed(set);
    cases.extend(changes.iter().take(count).map(|change| line(change)));
    if changes.len() > count {
        let more = format!("{} more changed lines", changes.len() - count);
        cases.push(Case { name: more.clone(), found: String::new(), state: State::Skipped(more) });
    }
    cases
}

fn measure(name: &str, found: String, check: Option<&Check>) -> Case {
    let state = match check {
        Some(check) if !check.passed => State::Failed(format!("{found}; the limit is {}", check.limit)),
        _ => State::Passed,
    };
    Case { name: name.to_owned(), found, state }
}

fn line(change: &Change) -> Case {
    let Change { file, truth, before, after, .. } = change;
    let label = truth.as_ref().map_or("no label".into(), |truth| format!("label `{truth}`"));
    let message = format!("{}: {label}, before `{}`, after `{}`", kind(change.kind), before.reading, after.reading);
    Case { name: format!("line {file}"), found: String::new(), state: State::Skipped(message) }
}

fn suite(name: &str, cases: &[Case]) -> String {
    let body: String = cases.iter().map(|case| case_of(name, case)).collect();
    format!("  <testsuite name=\"{}\" {}>\n{body}  </testsuite>\n", xml(name), counts(cases.iter()))
}

fn case_of(suite: &str, case: &Case) -> String {
    let state = match &case.state {
        State::Passed => String::new(),
        State::Failed(message) => format!("<failure message=\"{}\"/>", xml(message)),
        State::Skipped(message) => format!("<skipped message=\"{}\"/>", xml(message)),
    };
    let found =
        if case.found.is_empty() { String::new() } else { format!("<system-out>{}</system-out>", xml(&case.found)) };
    let (suite, name) = (xml(suite), xml(&case.name));
    format!("    <testcase classname=\"labelcam.{suite}\" name=\"{name}\">{state}{found}</testcase>\n")
}

/// The attributes that count cases.
fn counts<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> String {
    let failed = cases.clone().filter(|case| matches!(case.state, State::Failed(_))).count();
    let skipped = cases.clone().filter(|case| matches!(case.state, State::Skipped(_))).count();
    format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"", cases.count())
}

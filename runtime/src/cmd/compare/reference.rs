//! The lines of a reference file beside those of the sets; what has no counterpart is named.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use serde::Serialize;

use super::ReadSet;
use super::line::{Line, Side, Text};
use super::models::Opened;
use crate::reference::{self, Header, Match, Reference};

/// Names in a note; JSON has all.
const NAMED: usize = 10;

/// A reference, and how far it fits the models and the sets.
#[derive(Debug, Serialize)]
pub(super) struct Joined {
    /// Where its readings come from.
    pub(super) header: Header,
    /// Whether it was read with the models that are compared.
    pub(super) models: BTreeMap<Side, Match>,
    /// `SET/FILE` of lines of the sets that it does not have.
    pub(super) not_in_reference: Vec<String>,
    /// `SET/FILE` of its lines that the sets do not have.
    pub(super) not_in_set: Vec<String>,
    /// `SET/FILE` of lines for which it has read another picture.
    pub(super) other_picture: Vec<String>,
    /// `SET/FILE` of lines whose label was another when it was written; the labels here count.
    pub(super) relabelled: Vec<String>,
    /// Its sets that are not compared, with their lines.
    pub(super) sets_not_compared: BTreeMap<String, usize>,
}

/// Puts the readings of a reference beside those of the models.
///
/// # Errors
/// When they have not one line in common.
pub(super) fn join(reference: &Reference, models: &[Opened], sets: &mut [ReadSet]) -> Result<Joined> {
    let mut joined = Joined::new(reference, models);
    let of: HashMap<(&str, &str), usize> =
        (0..).zip(&reference.lines).map(|(at, line)| ((line.set.as_str(), line.file.as_str()), at)).collect();
    let mut met = vec![false; reference.lines.len()];
    let mut common = 0;
    for set in &mut *sets {
        for line in &mut set.lines {
            let name = format!("{}/{}", set.name, line.file);
            let Some(&at) = of.get(&(set.name.as_str(), line.file.as_str())) else {
                joined.not_in_reference.push(name);
                continue;
            };
            met[at] = true;
            if reference.lines[at].sha256.eq_ignore_ascii_case(&line.sha256) {
                common += 1;
                joined.take(&reference.lines[at], line, name);
            } else {
                joined.other_picture.push(name);
            }
        }
    }
    for (line, _) in reference.lines.iter().zip(met).filter(|(_, met)| !met) {
        if sets.iter().any(|set| set.name == line.set) {
            joined.not_in_set.push(format!("{}/{}", line.set, line.file));
        } else {
            *joined.sets_not_compared.entry(line.set.clone()).or_default() += 1;
        }
    }
    ensure!(
        common > 0,
        "it has none of the pictures in these sets: it has read {}; name folders of these names, with the same pictures",
        reference.header.data
    );
    Ok(joined)
}

impl Joined {
    fn new(reference: &Reference, models: &[Opened]) -> Self {
        let model = |model: &Opened| {
            let found = &reference.header.model;
            let direct = found.matches(&model.identity);
            let matched = if model.side == Side::Int8 && direct != Match::Same {
                found.matches_quantized(model.recognizer.spec())
            } else {
                direct
            };
            (model.side, matched)
        };
        Self {
            header: reference.header.clone(),
            models: models.iter().map(model).collect(),
            not_in_reference: Vec::new(),
            not_in_set: Vec::new(),
            other_picture: Vec::new(),
            relabelled: Vec::new(),
            sets_not_compared: BTreeMap::new(),
        }
    }

    fn take(&mut self, read: &reference::Line, line: &mut Line, name: String) {
        if line.truth.as_ref().is_some_and(|truth| *truth != read.truth) {
            self.relabelled.push(name);
        }
        let text = Text { reading: read.text.clone(), confidence: read.confidence, failed: false, known: true };
        line.put(Side::Reference, text);
    }

    /// Lines of the sets compared that are missing on either side.
    pub(super) fn missing(&self) -> usize {
        self.not_in_reference.len() + self.not_in_set.len() + self.other_picture.len()
    }

    /// What people must know of it, a sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.models.iter().filter_map(|(&side, &found)| self.note(side, found)).collect();
        let cases = [
            (&self.not_in_reference, "not in the reference"),
            (&self.not_in_set, "in the reference and not in the set"),
            (&self.other_picture, "another picture than the reference has read"),
            (&self.relabelled, "labelled otherwise when the reference was written; the labels here count"),
        ];
        notes.extend(cases.into_iter().filter(|(names, _)| !names.is_empty()).map(|(names, what)| list(names, what)));
        for (set, lines) in &self.sets_not_compared {
            notes.push(format!("the reference also has the set {set} ({lines} lines), which is not compared"));
        }
        notes
    }

    fn note(&self, side: Side, found: Match) -> Option<String> {
        let digest = &self.header.model.onnx_sha256;
        match (side, found) {
            (_, Match::Same) => None,
            (_, Match::SameConfiguration) => Some(format!(
                "the {} model and the reference's ({digest}) are of one training configuration; nothing tells whether of \
                 one checkpoint",
                side.name()
            )),
            (Side::Int8, Match::Other) if self.models.get(&Side::Float) == Some(&Match::Same) => None,
            (_, Match::Other) => {
                Some(format!("the reference was read with another model ({digest}) than the {} model", side.name()))
            }
        }
    }
}

/// `3 lines are …: a/1.png, a/2.png and 1 more`.
fn list(names: &[String], what: &str) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lines = if names.len() == 1 { "line is" } else { "lines are" };
    format!("{} {lines} {what}: {shown}{more}", names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<_> = (0..12).map(|at| format!("a/{at}.png")).collect();
        assert_eq!(list(&names[..1], "gone"), "1 line is gone: a/0.png");
        let all = list(&names, "gone");
        assert!(all.starts_with("12 lines are gone: a/0.png, a/1.png") && all.ends_with("a/9.png and 2 more"), "{all}");
    }
}

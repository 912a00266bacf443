//! Patterns of whole texts, and the parts of a text that other rules look at.

use regex::{Captures, Regex};

use super::{Broken, RuleError};

/// A pattern, as it was written and as it is matched.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    whole: Regex,
}

impl Pattern {
    pub(super) fn new(source: &str) -> Result<Self, RuleError> {
        // Alone first, so that the error shows what was written and `a)|(b` does not pass for a pattern.
        Regex::new(source)?;
        // Anchored within: of alternatives the first that matches counts, and that need not be the one that is whole.
        let whole = Regex::new(&format!(r"\A(?:{source})\z"))?;
        Ok(Self { source: source.to_owned(), whole })
    }

    /// The groups of a text that matches.
    pub(super) fn groups<'t>(&self, text: &'t str) -> Result<Captures<'t>, Broken> {
        let broken = || Broken::new("pattern", format!("`{text}` does not match `{}`", self.source));
        self.whole.captures(text).ok_or_else(broken)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.whole.capture_names().flatten()
    }
}

/// Whether the pattern has the group that a rule looks at.
pub(super) fn check_field(pattern: Option<&Pattern>, rule: &'static str, field: &str) -> Result<(), RuleError> {
    let names: Vec<&str> = pattern.iter().flat_map(|pattern| pattern.names()).collect();
    if names.contains(&field) {
        return Ok(());
    }
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(RuleError::Field { rule, field: field.to_owned(), names })
}

/// The part of a text that a rule looks at: a group of the pattern, or all of it.
pub(super) fn field<'t>(
    text: &'t str,
    groups: Option<&Captures<'t>>,
    rule: &'static str,
    name: Option<&str>,
) -> Result<&'t str, Broken> {
    let Some(name) = name else { return Ok(text) };
    let part = groups.and_then(|groups| groups.name(name)).map(|part| part.as_str());
    part.ok_or_else(|| Broken::new(rule, format!("`{text}` has no part for the group `{name}` of the pattern")))
}

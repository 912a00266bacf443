//! What to overlook when two lines are compared.
//!
//! A [`Normalization`] is a set of named rules, written `no-blanks+fold-case`, so that a report can
//! say exactly what it counted as equal. Every rule works on single characters without
//! context, which makes the result the same however lines are cut and makes
//! normalizing twice the same as once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The name of the normalization without rules.
const EXACT: &str = "exact";

/// One thing to overlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `no-blanks`: removes all Unicode white space.
    NoBlanks,
    /// `fold-case`: Unicode lower case, and the Greek final sigma as the common one.
    FoldCase,
    /// `fold-width`: U+FF01 to U+FF5E as ASCII, U+3000 as a space, `。` as `.`, `【】` as `[]`
    /// and `￥` as `¥`.
    FoldWidth,
    /// `alphanumeric`: keeps what Unicode calls alphabetic or numeric, which are letters and
    /// digits of all scripts, but also `½` and `²`.
    Alphanumeric,
}

impl Rule {
    /// All rules, in the order in which they are written.
    pub const ALL: [Self; 4] = [Self::NoBlanks, Self::FoldCase, Self::FoldWidth, Self::Alphanumeric];

    /// The name by which the rule is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoBlanks => "no-blanks",
            Self::FoldCase => "fold-case",
            Self::FoldWidth => "fold-width",
            Self::Alphanumeric => "alphanumeric",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of rules; the default, `exact`, has none.
///
/// Written as its rules' names joined by `+` in the order of [`Rule::ALL`], and read in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Normalization {
    /// One bit a rule.
    rules: u8,
}

/// A name that is not a rule's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{rule:?} in the normalization {text:?} is no rule: write exact, or rules of no-blanks, \
     fold-case, fold-width and alphanumeric joined by +"
)]
pub struct NormalizationError {
    /// The name.
    pub rule: String,
    /// The whole text.
    pub text: String,
}

impl Normalization {
    /// No rules: only equal lines are equal.
    pub const EXACT: Self = Self { rules: 0 };

    /// The set with `rule` added.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self { rules: self.rules | rule.bit() }
    }

    /// Whether the set has `rule`.
    #[must_use]
    pub const fn has(self, rule: Rule) -> bool {
        self.rules & rule.bit() != 0
    }

    /// The text that stands for `text` when lines are compared.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        // Characters are removed last, for folding can make ones to remove: the lower case
        // of U+0130 ends in a combining dot, which is not alphanumeric.
        text.chars()
            .map(|char| if self.has(Rule::FoldWidth) { fold_width(char) } else { char })
            .flat_map(|char| fold_case(char, self.has(Rule::FoldCase)))
            .filter(|char| !self.has(Rule::NoBlanks) || !char.is_whitespace())
            .filter(|char| !self.has(Rule::Alphanumeric) || char.is_alphanumeric())
            .collect()
    }
}

/// The lower case of a character, up to three characters, or itself if not asked to fold.
fn fold_case(char: char, fold: bool) -> impl Iterator<Item = char> {
    let lower = fold.then(|| char.to_lowercase()).into_iter().flatten();
    // Capitals have one sigma, so a final sigma must not differ from it.
    let folded = lower.map(|char| if char == 'ς' { 'σ' } else { char });
    folded.chain((!fold).then_some(char))
}

/// The half width form of a full width character, or itself.
fn fold_width(char: char) -> char {
    /// From a full width form to its ASCII character.
    const TO_ASCII: u32 = 0xFF01 - 0x21;
    match char {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(char) - TO_ASCII).unwrap_or(char),
        '\u{3000}' => ' ',
        '。' => '.',
        '【' => '[',
        '】' => ']',
        '￥' => '¥',
        _ => char,
    }
}

impl FromStr for Normalization {
    type Err = NormalizationError;

    fn from_str(text: &str) -> Result<Self, NormalizationError> {
        if text == EXACT {
            return Ok(Self::EXACT);
        }
        text.split('+').try_fold(Self::EXACT, |set, name| {
            let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name);
            let unknown = || NormalizationError { rule: name.to_owned(), text: text.to_owned() };
            rule.map(|rule| set.with(rule)).ok_or_else(unknown)
        })
    }
}

impl fmt::Display for Normalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Rule::ALL.into_iter().filter(|rule| self.has(*rule)).map(Rule::name);
        let names: Vec<_> = names.collect();
        f.write_str(if names.is_empty() { EXACT } else { "" })?;
        f.write_str(&names.join("+"))
    }
}

impl TryFrom<String> for Normalization {
    type Error = NormalizationError;

    fn try_from(text: String) -> Result<Self, NormalizationError> {
        text.parse()
    }
}

impl From<Normalization> for String {
    fn from(normalization: Normalization) -> Self {
        normalization.to_string()
    }
}

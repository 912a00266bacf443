//! What a text must be like to be accepted: its pattern, a check digit, a date, a number.
//!
//! A reading can be sure and wrong, and most printed texts carry the means to notice it. All rules that are configured
//! must hold, and are tried in the order in which they stand here, so that the reason given is the plainest one. The only
//! state is that of a number's rate of change.

mod check_digit;
mod date;
mod error;
mod number;
mod pattern;
mod rate;
mod symbols;
#[cfg(test)]
mod tests;

pub use check_digit::{CheckDigitOptions, Scheme};
pub use date::DateOptions;
pub use error::RuleError;
pub use number::NumberOptions;

use serde::{Deserialize, Serialize};

use crate::clock::Stamp;
use check_digit::CheckDigit;
use date::DateRule;
use number::NumberRule;
use pattern::Pattern;

/// The rules for a text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleOptions {
    /// A regular expression that the whole text must match, in the syntax of the Rust crate `regex`; none by default.
    ///
    /// Its named groups, `LOT (?<lot>\d+) EXP (?<date>.*)`, are what `field` of the other rules names.
    pub pattern: Option<String>,
    /// The last character is computed from the others; not by default.
    pub check_digit: Option<CheckDigitOptions>,
    /// The text is a date; not by default.
    pub date: Option<DateOptions>,
    /// The text is a number, such as a meter's; not by default.
    pub number: Option<NumberOptions>,
}

/// A rule that a text breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// `pattern`, `check-digit`, `date`, `number`, `range`, `rate` or `lexicon`; where a text is not sure enough to be judged,
    /// `confidence`, or that of a [`crate::page::Doubt`].
    pub rule: &'static str,
    /// What is wrong, with the value found and the value wanted.
    pub reason: String,
}

/// The rules for the texts of one line, with what they remember of them.
#[derive(Debug)]
pub struct Rules {
    pattern: Option<Pattern>,
    check_digit: Option<CheckDigit>,
    date: Option<DateRule>,
    number: Option<NumberRule>,
}

impl RuleOptions {
    /// Whether rules can be made of the options.
    ///
    /// # Errors
    /// That of [`Rules::new`].
    pub fn check(&self) -> Result<(), RuleError> {
        Rules::new(self).map(|_| ())
    }
}

impl Rules {
    /// Makes the rules.
    ///
    /// # Errors
    /// [`RuleError`] for the first option that cannot be used.
    pub fn new(options: &RuleOptions) -> Result<Self, RuleError> {
        let pattern = options.pattern.as_deref().map(Pattern::new).transpose()?;
        let fields = [
            ("check-digit", options.check_digit.as_ref().and_then(|of| of.field.as_deref())),
            ("date", options.date.as_ref().and_then(|of| of.field.as_deref())),
            ("number", options.number.as_ref().and_then(|of| of.field.as_deref())),
        ];
        for (rule, field) in fields.iter().filter_map(|&(rule, field)| Some((rule, field?))) {
            pattern::check_field(pattern.as_ref(), rule, field)?;
        }
        Ok(Self {
            pattern,
            check_digit: options.check_digit.clone().map(CheckDigit::new).transpose()?,
            date: options.date.clone().map(DateRule::new).transpose()?,
            number: options.number.clone().map(NumberRule::new).transpose()?,
        })
    }

    /// Judges a text that frames agree on, at the time of the last of them; called as often as there are such frames.
    ///
    /// Where this is `Ok` the text counts as accepted: the rate of change is measured from it.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn judge(&mut self, text: &str, at: Stamp) -> Result<(), Broken> {
        let groups = self.pattern.as_ref().map(|pattern| pattern.groups(text)).transpose()?;
        let field = |rule, name| pattern::field(text, groups.as_ref(), rule, name);
        if let Some(rule) = &self.check_digit {
            rule.judge(field("check-digit", rule.field())?)?;
        }
        if let Some(rule) = &self.date {
            rule.judge(field("date", rule.field())?, at)?;
        }
        if let Some(rule) = &mut self.number {
            let number = field("number", rule.field())?;
            rule.judge(number, at.monotonic)?;
        }
        Ok(())
    }
}

impl Broken {
    /// The text of a reading that no word of the lexicon is near to.
    #[must_use]
    pub fn unlisted(text: &str) -> Self {
        Self { rule: "lexicon", reason: format!("no word of the lexicon is near to `{text}`") }
    }

    fn new(rule: &'static str, reason: String) -> Self {
        Self { rule, reason }
    }
}

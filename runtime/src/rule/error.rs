//! What can be wrong with rules.

use thiserror::Error;

/// Why no rules can be made of options.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RuleError {
    /// The pattern is no regular expression; the message shows where.
    #[error("`pattern` cannot be used: {0}")]
    Pattern(#[from] regex::Error),
    /// A rule looks at a group that the pattern lacks.
    #[error(
        "`{rule}.field` is `{field}`, which must be a named group of `pattern` (it has: {names}): write \
         `(?<{field}>…)` around that part of the pattern"
    )]
    Field {
        /// The rule's name.
        rule: &'static str,
        /// The group it names.
        field: String,
        /// The groups there are.
        names: String,
    },
    /// A date's format that does not give a year and a month.
    #[error(
        "`date.formats` has `{format}`, which does not give a date ({problem}): it needs a year (%Y or %y) and a month (%m \
         or %b), or a year and its day (%j)"
    )]
    DateFormat {
        /// The format.
        format: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Dates without a format.
    #[error("`date.formats` is empty and needs one format or more, such as \"%d/%m/%Y\"")]
    NoDateFormat,
    /// A limit that no date is near to.
    #[error("`date.{option}` is {found} and must be from -{limit} to {limit} days from today")]
    DateLimit {
        /// The option.
        option: &'static str,
        /// Its value, in days.
        found: i32,
        /// The largest, in days.
        limit: i32,
    },
    /// Other options that no check digit can be computed with.
    #[error("`check-digit.{option}` is {found} and must be {wanted}")]
    CheckDigit {
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A number's option outside of its range.
    #[error("`number.{option}` is {found} and must be {wanted}")]
    Number {
        /// The option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// Limits that nothing is within.
    #[error("`{low}` is {low_value} and `{high}` is {high_value}: nothing lies between them, swap them")]
    Limits {
        /// The lower limit's option.
        low: &'static str,
        /// Its value.
        low_value: String,
        /// The upper limit's option.
        high: &'static str,
        /// Its value.
        high_value: String,
    },
}

//! Numbers, such as meters show: their form, their range and how fast they change.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rate::Rate;
use super::{Broken, RuleError};

/// What a number looks like, and which it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NumberOptions {
    /// The named group of the pattern that is the number; by default the whole text is.
    pub field: Option<String>,
    /// What separates the fraction: `.`, the default, or `,`.
    pub decimal_mark: char,
    /// Characters that are printed within the number and do not count, such as those between thousands; a blank by
    /// default.
    pub ignore: String,
    /// How many digits the fraction must have; any number by default.
    pub decimals: Option<usize>,
    /// The least number accepted; no limit by default.
    pub min: Option<f64>,
    /// The greatest number accepted; no limit by default.
    pub max: Option<f64>,
    /// How much the number may rise in an hour (3600 is one a second); no limit by default.
    ///
    /// Beyond that one step of its last digit is allowed, for numbers move in steps; but with 0 it may not rise at all.
    pub max_rise_per_hour: Option<f64>,
    /// How much the number may fall in an hour, likewise; 0 for a counter, no limit by default.
    pub max_fall_per_hour: Option<f64>,
    /// Where a counter begins at 0 again, such as 100000 for five digits; none by default.
    pub rollover: Option<f64>,
    /// How long numbers that change too fast against the last accepted one, but not against one another, must be read
    /// before they are accepted, in seconds; 60 by default. At least three of them are needed.
    pub confirm_s: f64,
}

impl Default for NumberOptions {
    fn default() -> Self {
        Self {
            field: None,
            decimal_mark: '.',
            ignore: " ".to_owned(),
            decimals: None,
            min: None,
            max: None,
            max_rise_per_hour: None,
            max_fall_per_hour: None,
            rollover: None,
            confirm_s: 60.0,
        }
    }
}

/// The rule, with what it remembers.
#[derive(Debug)]
pub(super) struct NumberRule {
    options: NumberOptions,
    rate: Rate,
}

/// A number as it was printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Printed {
    pub(super) value: f64,
    /// One step of its last digit.
    pub(super) step: f64,
}

impl NumberRule {
    pub(super) fn new(options: NumberOptions) -> Result<Self, RuleError> {
        check(&options)?;
        let rate = Rate::new(&options);
        Ok(Self { options, rate })
    }

    pub(super) fn field(&self) -> Option<&str> {
        self.options.field.as_deref()
    }

    pub(super) fn judge(&mut self, text: &str, at: Duration) -> Result<(), Broken> {
        let number = self.parse(text)?;
        self.check_range(number.value)?;
        self.rate.judge(number, at)
    }

    /// A sign, digits, and a fraction after the decimal mark: nothing else that is a number to a computer.
    fn parse(&self, text: &str) -> Result<Printed, Broken> {
        let NumberOptions { ignore, decimal_mark, decimals, .. } = &self.options;
        let broken = |reason| Broken::new("number", reason);
        let plain: String = text.chars().filter(|&char| !ignore.contains(char)).collect();
        let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
        let (whole, fraction) = unsigned.split_once(*decimal_mark).map_or((unsigned, None), |(a, b)| (a, Some(b)));
        let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let value = plain.replacen(*decimal_mark, ".", 1).parse().ok();
        let value = value.filter(|_| are_digits(whole) && fraction.is_none_or(are_digits));
        let value: f64 = value.ok_or_else(|| broken(format!("`{text}` is no number with `{decimal_mark}`")))?;
        let found = fraction.map_or(0, str::len);
        if let Some(wanted) = decimals.filter(|&wanted| wanted != found) {
            return Err(broken(format!("`{text}` has {found} digits after `{decimal_mark}` and must have {wanted}")));
        }
        let places = i32::try_from(found).unwrap_or(i32::MAX);
        Ok(Printed { value, step: 10_f64.powi(-places) })
    }

    fn check_range(&self, value: f64) -> Result<(), Broken> {
        let NumberOptions { min, max, rollover, .. } = &self.options;
        let broken = |reason| Err(Broken::new("range", reason));
        if let Some(min) = min.filter(|&min| value < min) {
            return broken(format!("{value} is less than `min`, {min}"));
        }
        if let Some(max) = max.filter(|&max| value > max) {
            return broken(format!("{value} is more than `max`, {max}"));
        }
        match rollover {
            Some(rollover) if !(0.0..*rollover).contains(&value) => {
                broken(format!("{value} is not from 0 to below `rollover`, {rollover}"))
            }
            _ => Ok(()),
        }
    }
}

fn check(options: &NumberOptions) -> Result<(), RuleError> {
    let NumberOptions { decimal_mark, min, max, max_rise_per_hour, max_fall_per_hour, rollover, confirm_s, .. } =
        options;
    let wrong = |option, found, wanted| Err(RuleError::Number { option, found, wanted });
    if !matches!(decimal_mark, '.' | ',') {
        return wrong("decimal-mark", format!("`{decimal_mark}`"), "`.` or `,`");
    }
    if options.ignore.contains(*decimal_mark) {
        return wrong("ignore", format!("`{}`", options.ignore), "without the decimal mark");
    }
    let limits = [("min", min), ("max", max), ("rollover", rollover)];
    for (option, limit) in limits {
        if let Some(limit) = limit.filter(|limit| !limit.is_finite()) {
            return wrong(option, limit.to_string(), "a finite number");
        }
    }
    for (option, limit) in [("max-rise-per-hour", max_rise_per_hour), ("max-fall-per-hour", max_fall_per_hour)] {
        if let Some(limit) = limit.filter(|limit| !(0.0..f64::INFINITY).contains(limit)) {
            return wrong(option, limit.to_string(), "a finite number from 0");
        }
    }
    if let Some(rollover) = rollover.filter(|&rollover| rollover <= 0.0) {
        return wrong("rollover", rollover.to_string(), "more than 0, such as 100000");
    }
    // A day at most: a longer wait would be taken for a fault.
    if !(0.0..=86_400.0).contains(confirm_s) {
        return wrong("confirm-s", confirm_s.to_string(), "from 0 to 86400 seconds");
    }
    match (min, max) {
        (Some(low), Some(high)) if low > high => Err(RuleError::Limits {
            low: "number.min",
            low_value: low.to_string(),
            high: "number.max",
            high_value: high.to_string(),
        }),
        _ => Ok(()),
    }
}

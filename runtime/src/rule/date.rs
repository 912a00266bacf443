//! Dates: their form, and whether they can be true today.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Broken, RuleError};
use crate::clock::Stamp;

/// Years of fewer than four digits are cut off.
const YEAR_MIN: i16 = 1000;

/// The most days from today that a limit can be: a thousand years.
const DAYS_MAX: i32 = 365_250;

/// What a date looks like, and when it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DateOptions {
    /// The named group of the pattern that is the date; by default the whole text is.
    pub field: Option<String>,
    /// Forms of the date, the first that fits counts; `["%Y-%m-%d"]` by default.
    ///
    /// Each is in the notation of strptime: `%d` day, `%m` month, `%b` month in English, `%Y` year of four digits, `%y`
    /// year of two, from 1969 to 2068, `%j` day of the year. Leading zeros may lack. Without a day it is any of the
    /// month's.
    pub formats: Vec<String>,
    /// The first day that is accepted, in days from today and so negative in the past; no limit by default.
    ///
    /// This limit and the other hold only while the clock follows a time source: a board that does not know the day
    /// checks the form alone. Today is that of UTC.
    pub not_before_days: Option<i32>,
    /// The last day that is accepted, in days from today; no limit by default.
    pub not_after_days: Option<i32>,
}

impl Default for DateOptions {
    fn default() -> Self {
        Self { field: None, formats: vec!["%Y-%m-%d".to_owned()], not_before_days: None, not_after_days: None }
    }
}

/// The rule.
#[derive(Debug)]
pub(super) struct DateRule(DateOptions);

/// The days that a printed date can mean: one, or those of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Days {
    first: Date,
    last: Date,
}

impl DateRule {
    pub(super) fn new(options: DateOptions) -> Result<Self, RuleError> {
        if options.formats.is_empty() {
            return Err(RuleError::NoDateFormat);
        }
        for format in &options.formats {
            check_format(format).map_err(|problem| RuleError::DateFormat { format: format.clone(), problem })?;
        }
        let limits = [("not-before-days", options.not_before_days), ("not-after-days", options.not_after_days)];
        for (option, days) in limits {
            if let Some(days) = days.filter(|days| !(-DAYS_MAX..=DAYS_MAX).contains(days)) {
                return Err(RuleError::DateLimit { option, found: days, limit: DAYS_MAX });
            }
        }
        if let (Some(first), Some(last)) = (options.not_before_days, options.not_after_days)
            && first > last
        {
            return Err(RuleError::Limits {
                low: "date.not-before-days",
                low_value: first.to_string(),
                high: "date.not-after-days",
                high_value: last.to_string(),
            });
        }
        Ok(Self(options))
    }

    pub(super) fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    pub(super) fn judge(&self, text: &str, at: Stamp) -> Result<(), Broken> {
        let broken = |reason| Broken::new("date", reason);
        let days = self.0.formats.iter().find_map(|format| parse(format, text).ok());
        let days = days.ok_or_else(|| broken(format!("`{text}` is no date of {}", self.0.formats.join(", "))))?;
        let Some(today) = today(at) else { return Ok(()) };
        // What is out of jiff's calendar is out of reach of every printed date as well.
        let day = |days: i32| today.checked_add(i64::from(days).days()).ok();
        if let Some(earliest) = self.0.not_before_days.and_then(day)
            && days.last < earliest
        {
            return Err(broken(format!("`{text}` is {}, before {earliest}, the first day accepted", days.last)));
        }
        if let Some(latest) = self.0.not_after_days.and_then(day)
            && days.first > latest
        {
            return Err(broken(format!("`{text}` is {}, after {latest}, the last day accepted", days.first)));
        }
        Ok(())
    }
}

/// Whether a date that is written in a format can be read back.
fn check_format(format: &str) -> Result<(), String> {
    // Of two different digits each, so that day, month and year cannot be taken for one another.
    let moment = DateTime::constant(2013, 11, 28, 14, 56, 37, 0);
    let written = strtime::format(format, moment).map_err(|error| error.to_string())?;
    let days = parse(format, &written)?;
    let moment = moment.date();
    if days.first <= moment && moment <= days.last {
        return Ok(());
    }
    Err(format!("{moment} is written `{written}` and read as {}", days.first))
}

/// The days that a text means in a format.
fn parse(format: &str, text: &str) -> Result<Days, String> {
    let parsed = BrokenDownTime::parse(format, text).map_err(|error| error.to_string())?;
    let days = match (parsed.year(), parsed.month(), parsed.day(), parsed.day_of_year()) {
        (Some(year), Some(month), None, None) => Date::new(year, month, 1).map(month_of),
        _ => parsed.to_date().map(|date| Days { first: date, last: date }),
    };
    let days = days.map_err(|error| error.to_string())?;
    if days.first.year() < YEAR_MIN {
        return Err(format!("the year {} has fewer than four digits", days.first.year()));
    }
    Ok(days)
}

fn month_of(first: Date) -> Days {
    Days { first, last: first.last_of_month() }
}

/// The day, where it is known.
fn today(at: Stamp) -> Option<Date> {
    let now = Timestamp::try_from(at.wall).ok().filter(|_| at.synchronized)?;
    Some(TimeZone::UTC.to_datetime(now).date())
}

//! How fast a number changes, against the last one that was accepted.
//!
//! A rate limit that trusts every reading is poisoned by one bad one: what follows is measured from it and refused. One
//! that trusts only the past is stuck once the past is wrong. So what breaks the limit is refused but remembered, and where
//! what follows agrees with it for long enough, it was the past that was wrong.
//!
//! Times are those of the monotonic clock: a wall clock that is set would show rates that never were.

use std::time::Duration;

use super::Broken;
use super::number::{NumberOptions, Printed};

/// Numbers that agree with one another, before they are believed against the baseline.
const CONFIRM_MIN: usize = 3;

/// Series that are remembered at a time, so that a misreading now and then does not interrupt the one that is right.
const SERIES_MAX: usize = 4;

/// A part of a number by which sums of decimal fractions may be off in binary.
const ROUNDING: f64 = 1e-9;

/// The limits, and the numbers so far.
#[derive(Debug)]
pub(super) struct Rate {
    rise_per_hour: Option<f64>,
    fall_per_hour: Option<f64>,
    rollover: Option<f64>,
    confirm: Duration,
    /// The last number that was accepted.
    baseline: Option<Point>,
    /// Series that contradict the baseline, the one that was continued last at the end.
    series: Vec<Series>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    value: f64,
    at: Duration,
}

/// Numbers each of which is within the limits from the one before.
#[derive(Debug, Clone, Copy)]
struct Series {
    began: Duration,
    last: Point,
    count: usize,
}

/// A change that is too fast.
struct TooFast {
    verb: &'static str,
    limit_per_hour: f64,
}

impl Rate {
    pub(super) fn new(options: &NumberOptions) -> Self {
        Self {
            rise_per_hour: options.max_rise_per_hour,
            fall_per_hour: options.max_fall_per_hour,
            rollover: options.rollover,
            confirm: Duration::from_secs_f64(options.confirm_s),
            baseline: None,
            series: Vec::with_capacity(SERIES_MAX),
        }
    }

    pub(super) fn judge(&mut self, number: Printed, at: Duration) -> Result<(), Broken> {
        let point = Point { value: number.value, at };
        let Some(baseline) = self.baseline else {
            self.accept(point);
            return Ok(());
        };
        let Err(fault) = self.follows(baseline, point, number.step) else {
            self.accept(point);
            return Ok(());
        };
        let series = self.continued(point, number.step);
        if series.count >= CONFIRM_MIN && at.saturating_sub(series.began) >= self.confirm {
            self.accept(point);
            return Ok(());
        }
        let TooFast { verb, limit_per_hour } = fault;
        let seconds = at.saturating_sub(baseline.at).as_secs_f64();
        let reason = format!(
            "the number {verb} from {} to {} within {seconds:.1} s, faster than {limit_per_hour} an hour",
            baseline.value, point.value
        );
        Err(Broken::new("rate", reason))
    }

    fn accept(&mut self, point: Point) {
        self.baseline = Some(point);
        self.series.clear();
    }

    /// The series that a number continues, or begins; of several the one that was continued last.
    fn continued(&mut self, point: Point, step: f64) -> Series {
        let found = self.series.iter().rposition(|series| self.follows(series.last, point, step).is_ok());
        let series = match found {
            Some(at) => {
                let series = self.series.remove(at);
                Series { last: point, count: series.count + 1, ..series }
            }
            None => Series { began: point.at, last: point, count: 1 },
        };
        if self.series.len() == SERIES_MAX {
            self.series.remove(0);
        }
        self.series.push(series);
        series
    }

    /// Whether a number may follow another.
    fn follows(&self, from: Point, to: Point, step: f64) -> Result<(), TooFast> {
        let change = self.change(from.value, to.value);
        let (verb, limit) = if change < 0.0 { ("falls", self.fall_per_hour) } else { ("rises", self.rise_per_hour) };
        let Some(limit_per_hour) = limit else { return Ok(()) };
        let hours = to.at.saturating_sub(from.at).as_secs_f64() / 3600.0;
        let step = if limit_per_hour > 0.0 { step } else { 0.0 };
        let slack = ROUNDING * (from.value.abs() + to.value.abs());
        if change.abs() <= limit_per_hour * hours + step + slack {
            return Ok(());
        }
        Err(TooFast { verb, limit_per_hour })
    }

    /// From a number to another; over the rollover where that is the shorter way.
    fn change(&self, from: f64, to: f64) -> f64 {
        let change = to - from;
        match self.rollover {
            Some(rollover) if change < -rollover / 2.0 => change + rollover,
            Some(rollover) if change > rollover / 2.0 => change - rollover,
            _ => change,
        }
    }
}

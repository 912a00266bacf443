//! What is counted and measured while the program runs, for `/metrics` and the log.
//!
//! Every part of the program has a struct of these, shared between threads, and shows them to whoever asks ([`Metrics`]).

pub mod prometheus;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Counts `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Sets the number.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The number; 0 before the first.
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// The upper ends of a [`Histogram`]'s buckets, in seconds; what is above the last goes into one more.
pub const BUCKETS_S: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0];

/// How often times fell between the [`BUCKETS_S`].
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS_S.len() + 1],
    sum_ns: AtomicU64,
}

impl Histogram {
    /// Counts a time.
    pub fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let bucket = BUCKETS_S.iter().position(|&end| seconds <= end).unwrap_or(BUCKETS_S.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum_ns.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many times fell at or below each end of [`BUCKETS_S`], then how many there are in all.
    pub fn cumulative(&self) -> [u64; BUCKETS_S.len() + 1] {
        let mut sum = 0;
        std::array::from_fn(|bucket| {
            sum += self.buckets[bucket].load(Ordering::Relaxed);
            sum
        })
    }

    /// The sum of all times.
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum_ns.load(Ordering::Relaxed))
    }
}

/// A metric as it is now.
#[derive(Debug)]
pub enum Value<'a> {
    /// One that only grows.
    Counter(&'a Counter),
    /// One that goes up and down.
    Gauge(f64),
    /// Times.
    Histogram(&'a Histogram),
}

/// Takes metrics one by one: a name without the prefix `labelcam_` and the suffix `_total`, a sentence that explains it,
/// and a label with its value where several metrics share the name (those follow one another).
pub type Visit<'a> = dyn FnMut(&str, &str, Option<(&str, &str)>, Value<'_>) + 'a;

/// A part of the program that has metrics.
pub trait Metrics: Send + Sync {
    /// Shows every metric to `visit`.
    fn visit(&self, visit: &mut Visit<'_>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_fall_at_or_below_the_end_of_their_bucket() {
        let histogram = Histogram::default();
        for ms in [1, 2, 3, 100, 5000] {
            histogram.observe(Duration::from_millis(ms));
        }
        assert_eq!(histogram.cumulative(), [1, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5]);
        assert_eq!(histogram.sum(), Duration::from_millis(5106));
    }

    #[test]
    fn a_gauge_keeps_fractions_and_signs() {
        let gauge = Gauge::default();
        assert_eq!(gauge.get().to_bits(), 0.0_f64.to_bits());
        gauge.set(-1.25);
        assert_eq!(gauge.get().to_bits(), (-1.25_f64).to_bits());
    }
}

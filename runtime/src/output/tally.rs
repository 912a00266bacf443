//! What outputs count.

use std::sync::{Arc, Mutex, PoisonError};

use crate::telemetry::{Counter, Metrics, Value, Visit};

/// The counts of an output. Where it has clients, each of them counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events that were written.
    pub(super) delivered: Counter,
    /// Events that were given up: too many waited, or the time at the end was over.
    pub(super) lost: Counter,
}

/// The counts of all outputs.
#[derive(Debug, Default)]
pub(super) struct Tallies(Mutex<Vec<(&'static str, Arc<Tally>)>>);

impl Tallies {
    /// Counts for one more output.
    pub(super) fn add(&self, output: &'static str) -> Arc<Tally> {
        let tally = Arc::new(Tally::default());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((output, Arc::clone(&tally)));
        tally
    }
}

impl Metrics for Tallies {
    fn visit(&self, visit: &mut Visit<'_>) {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (output, tally) in tallies.iter() {
            let help = "Events that an output, or each of its clients, was given.";
            visit("output_delivered", help, Some(("output", output)), Value::Counter(&tally.delivered));
        }
        for (output, tally) in tallies.iter() {
            let help = "Events that an output, or a client of it, was too slow for.";
            visit("output_lost", help, Some(("output", output)), Value::Counter(&tally.lost));
        }
    }
}

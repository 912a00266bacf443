//! Numbers events and hands them to the outputs.

use std::fs;
use std::sync::Arc;

use crate::clock::{self, Stamp};
use crate::event::{Event, Kind, Number, milliseconds};
use crate::output::Outputs;

/// What numbers events, from 1 without gaps.
pub(super) struct Publisher {
    boot: Arc<str>,
    numbers: Numbers,
    outputs: Outputs,
}

impl Publisher {
    pub(super) fn new(outputs: Outputs) -> Self {
        Self { boot: random().into(), numbers: Numbers::default(), outputs }
    }

    /// Tells what happened with a frame that was taken at `captured`.
    pub(super) fn publish(&mut self, captured: Stamp, kind: Kind) {
        let age_ms = milliseconds(clock::monotonic().saturating_sub(captured.monotonic));
        let number = self.numbers.next(&kind);
        let event = Event { number, boot: Arc::clone(&self.boot), time: captured.into(), age_ms, kind };
        self.outputs.publish(&event);
    }

    /// Tells all that happened with a frame.
    pub(super) fn publish_all(&mut self, captured: Stamp, told: Vec<Kind>) {
        for kind in told {
            self.publish(captured, kind);
        }
    }

    pub(super) fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// Publishes to other outputs from now on; gives those that were there.
    pub(super) fn replace(&mut self, outputs: Outputs) -> Outputs {
        std::mem::replace(&mut self.outputs, outputs)
    }
}

/// The numbers given last.
#[derive(Default)]
struct Numbers {
    id: u64,
    rejected_id: u64,
}

impl Numbers {
    /// The next number of this kind of event.
    fn next(&mut self, kind: &Kind) -> Number {
        if matches!(kind, Kind::Rejected(_)) {
            self.rejected_id += 1;
            Number::RejectedId(self.rejected_id)
        } else {
            self.id += 1;
            Number::Id(self.id)
        }
    }
}

/// A random number in hexadecimal, from the kernel; the time and the process where that gives none.
fn random() -> String {
    let random = fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let digits: String = random.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    if digits.len() == 16 { digits } else { format!("{:x}{:x}", clock::monotonic().as_nanos(), std::process::id()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_readings_take_no_number_of_other_events() {
        let rejected = crate::output::tests::rejected(1).kind;
        let camera = Kind::Camera { connected: true, problem: None };
        let mut numbers = Numbers::default();
        let given = [&camera, &rejected, &rejected, &camera].map(|kind| numbers.next(kind));
        assert_eq!(given, [Number::Id(1), Number::RejectedId(1), Number::RejectedId(2), Number::Id(2)]);
    }
}

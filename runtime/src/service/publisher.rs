//! Numbers events and hands them to the outputs.

use std::fs;
use std::sync::Arc;

use crate::clock::{self, Stamp};
use crate::event::{Event, Kind, milliseconds};
use crate::output::Outputs;

/// What numbers events, from 1 without gaps.
pub(super) struct Publisher {
    boot: Arc<str>,
    next: u64,
    outputs: Outputs,
}

impl Publisher {
    pub(super) fn new(outputs: Outputs) -> Self {
        Self { boot: random().into(), next: 1, outputs }
    }

    /// Tells what happened with a frame that was taken at `captured`.
    pub(super) fn publish(&mut self, captured: Stamp, kind: Kind) {
        let age_ms = milliseconds(clock::monotonic().saturating_sub(captured.monotonic));
        let event = Event { id: self.next, boot: Arc::clone(&self.boot), time: captured.into(), age_ms, kind };
        self.next += 1;
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

/// A random number in hexadecimal, from the kernel; the time and the process where that gives none.
fn random() -> String {
    let random = fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap_or_default();
    let digits: String = random.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    if digits.len() == 16 { digits } else { format!("{:x}{:x}", clock::monotonic().as_nanos(), std::process::id()) }
}

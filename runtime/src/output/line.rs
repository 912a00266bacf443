//! An event as outputs write it.

use std::sync::Arc;

use crate::event::{Event, Number};

/// An event as one line of JSON, written once and shared by all outputs.
#[derive(Debug, Clone)]
pub(super) struct Line(Arc<Written>);

#[derive(Debug)]
struct Written {
    number: Number,
    boot: Arc<str>,
    /// With the end of line.
    text: String,
}

impl Line {
    /// Writes an event.
    pub(super) fn new(event: &Event) -> Self {
        let mut text = serde_json::to_string(event).expect("an event has text for keys, and writes to memory");
        text.push('\n');
        Self(Arc::new(Written { number: event.number, boot: Arc::clone(&event.boot), text }))
    }

    /// The event's number, among those of its sort.
    pub(super) fn id(&self) -> u64 {
        let (Number::Id(id) | Number::RejectedId(id)) = self.0.number;
        id
    }

    /// The run of the program that it is of.
    pub(super) fn boot(&self) -> &str {
        &self.0.boot
    }

    /// The JSON, without the end of line.
    pub(super) fn json(&self) -> &str {
        self.0.text.trim_end()
    }

    /// The JSON with the end of line.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.text.as_bytes()
    }
}

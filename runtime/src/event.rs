//! What the program tells the world: one JSON object each.
//!
//! Events are numbered from 1 without gaps since the program's start, so that whoever receives them sees what is missing;
//! `boot` tells one start from another. Rejected readings, which not every receiver gets, are numbered apart.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Stamp;
use crate::lines::Quad;
use crate::recognizer::Character;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number.
    #[serde(flatten)]
    pub number: Number,
    /// Which run of the program: a random number in hexadecimal.
    pub boot: Arc<str>,
    /// When the frame was taken that it is about.
    #[serde(flatten)]
    pub time: EventTime,
    /// From then until the event was handed to the outputs, in milliseconds.
    pub age_ms: f64,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
}

/// The number of an event, from 1. The key tells of what, so that no two events of a run are taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// Of all events but rejected readings.
    Id(u64),
    /// Of rejected readings.
    RejectedId(u64),
}

/// When something was, for a reader of JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventTime {
    /// Milliseconds on the monotonic clock of the machine.
    pub monotonic_ms: f64,
    /// RFC 3339, in UTC, with milliseconds.
    pub time: String,
    /// Whether the wall clock followed a time source then.
    pub time_synchronized: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Kind {
    /// A text was accepted that this line did not show before.
    Reading(Accepted),
    /// What was read is not accepted, and why; only where raw readings are asked for.
    Rejected(Rejected),
    /// A line whose text was accepted is no longer there.
    Left(Left),
    /// The camera was lost, or is there again.
    Camera {
        /// Whether frames are coming.
        connected: bool,
        /// What is wrong, with the fix.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

/// An accepted reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accepted {
    /// What and where.
    #[serde(flatten)]
    pub line: LineReading,
    /// How many of the last readings gave this text.
    pub votes: Votes,
}

/// Readings that agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Votes {
    /// Readings with this text.
    pub agree: usize,
    /// Readings that were looked at.
    pub of: usize,
}

/// A reading that was not accepted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejected {
    /// What and where.
    #[serde(flatten)]
    pub line: LineReading,
    /// Which rule it breaks, such as `check-digit`, or `confidence` where it is not sure enough.
    pub rule: &'static str,
    /// What is wrong, with both values.
    pub reason: String,
}

/// The end of a label's time before the camera.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Left {
    /// The configured region, none for a line that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Arc<str>>,
    /// The track, as in its readings.
    pub track: u64,
    /// The text that was accepted last.
    pub text: String,
    /// How long it was seen, in milliseconds.
    pub seen_ms: f64,
}

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineReading {
    /// The configured region, none for a line that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Arc<str>>,
    /// The line's number as it is followed over frames, from 1.
    pub track: u64,
    /// The text.
    pub text: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The characters, with their columns in pixels along the top of `quad`.
    pub characters: Vec<Character>,
    /// Four corners in pixels of the frame, clockwise from the text's top left.
    pub quad: Quad,
    /// The number of the frame.
    pub frame: u64,
    /// SHA-256 of the model file.
    pub model: Arc<str>,
}

impl From<Stamp> for EventTime {
    fn from(stamp: Stamp) -> Self {
        Self {
            monotonic_ms: milliseconds(stamp.monotonic),
            time: rfc3339(stamp),
            time_synchronized: stamp.synchronized,
        }
    }
}

/// A duration in milliseconds, to the microsecond.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// RFC 3339 in UTC with milliseconds; a clock outside the years 1 to 9999 shows the nearest time that can be written.
fn rfc3339(stamp: Stamp) -> String {
    let time = jiff::Timestamp::try_from(stamp.wall).unwrap_or(jiff::Timestamp::MAX);
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn a_time_is_rfc_3339_with_milliseconds() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_374_400_250);
        let stamp = Stamp { monotonic: Duration::from_micros(1_234_567), wall, synchronized: false };
        let json = serde_json::to_string(&EventTime::from(stamp)).unwrap();
        assert_eq!(json, r#"{"monotonic_ms":1234.567,"time":"2025-11-29T00:00:00.250Z","time_synchronized":false}"#);
    }

    #[test]
    fn an_event_is_one_flat_object() {
        let kind = Kind::Left(Left { region: Some("lot".into()), track: 3, text: "A1".into(), seen_ms: 1500.0 });
        let time = EventTime { monotonic_ms: 1.0, time: "t".into(), time_synchronized: true };
        let mut event = Event { number: Number::Id(7), boot: "ab".into(), time, age_ms: 2.5, kind };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"id":7,"boot":"ab","monotonic_ms":1.0,"time":"t","time_synchronized":true,"age_ms":2.5,"event":"left","region":"lot","track":3,"text":"A1","seen_ms":1500.0}"#
        );
        event.number = Number::RejectedId(8);
        assert!(serde_json::to_string(&event).unwrap().starts_with(r#"{"rejected_id":8,"boot":"ab","#));
    }
}

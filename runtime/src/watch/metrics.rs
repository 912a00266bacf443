//! What is counted of reading.

use crate::telemetry::{Counter, Gauge, Histogram, Metrics, Value, Visit};

/// What is counted of reading.
#[derive(Debug, Default)]
pub struct WatchMetrics {
    /// Frames that were looked at.
    pub frames: Counter,
    /// Places that looked like lines.
    pub found: Counter,
    /// Lines that the network read.
    pub read: Counter,
    /// Lines that could not be read at all.
    pub unread: Counter,
    /// Texts that were accepted.
    pub accepted: Counter,
    /// Texts that a rule rejected.
    pub rejected: Counter,
    /// Texts that were not sure enough to be judged.
    pub unsure: Counter,
    /// Lines that were not followed because as many as may be were.
    pub passed_over: Counter,
    /// Lines that are followed.
    pub tracks: Gauge,
    /// From the capture of a frame to the beginning of its reading.
    pub age: Histogram,
    /// From the beginning of a frame's reading to its end.
    pub work: Histogram,
}

impl Metrics for WatchMetrics {
    fn visit(&self, visit: &mut Visit<'_>) {
        let counters = [
            ("frames_read", "Frames that were looked at.", &self.frames),
            ("lines_found", "Places in frames that looked like lines.", &self.found),
            ("lines_read", "Lines that the network read.", &self.read),
            ("lines_unread", "Lines that could not be read at all.", &self.unread),
            ("readings_accepted", "Texts that were accepted.", &self.accepted),
            ("readings_rejected", "Texts that enough frames agreed on and a rule rejected.", &self.rejected),
            (
                "readings_unsure",
                "Texts that enough frames agreed on and that were not sure enough to be judged.",
                &self.unsure,
            ),
            ("lines_passed_over", "Lines not followed, because as many as may be were.", &self.passed_over),
        ];
        for (name, help, counter) in counters {
            visit(name, help, None, Value::Counter(counter));
        }
        visit("tracks", "Lines that are followed.", None, Value::Gauge(self.tracks.get()));
        visit("frame_age_seconds", "From a frame's capture to its reading.", None, Value::Histogram(&self.age));
        visit("frame_work_seconds", "What reading a frame took.", None, Value::Histogram(&self.work));
    }
}

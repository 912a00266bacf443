//! What capture counts.

use crate::telemetry::{Counter, Gauge, Metrics, Value, Visit};

/// Counts of capture, over all reopenings.
#[derive(Debug, Default)]
pub struct CaptureMetrics {
    /// Frames that were captured to be read.
    pub captured: Counter,
    /// Those of them that were not read, as newer ones came.
    pub dropped: Counter,
    /// Frames that were left out while the camera settled.
    pub settling: Counter,
    /// Frames that came damaged.
    pub damaged: Counter,
    /// Frames that the source took and could not deliver.
    pub skipped: Counter,
    /// How often no frame came in time.
    pub timeouts: Counter,
    /// How often a source that was open was lost, timeouts included.
    pub losses: Counter,
    /// How often opening it was tried, whether that succeeded or not.
    pub attempts: Counter,
    /// How often it was opened again.
    pub reopenings: Counter,
    /// 1 while frames are coming, else 0.
    pub connected: Gauge,
}

impl Metrics for CaptureMetrics {
    fn visit(&self, visit: &mut Visit<'_>) {
        let counters = [
            ("capture_frames", "Frames that were captured to be read.", &self.captured),
            ("capture_frames_dropped", "Captured frames that were not read, as newer ones came.", &self.dropped),
            ("capture_frames_settling", "Frames that were left out while the camera settled.", &self.settling),
            ("capture_frames_damaged", "Frames that came damaged.", &self.damaged),
            ("capture_frames_skipped", "Frames that the source took and could not deliver.", &self.skipped),
            ("capture_timeouts", "How often no frame came in time.", &self.timeouts),
            ("capture_losses", "How often an open source was lost.", &self.losses),
            ("capture_attempts", "How often opening the source was tried.", &self.attempts),
            ("capture_reopenings", "How often the source was opened again.", &self.reopenings),
        ];
        for (name, help, counter) in counters {
            visit(name, help, None, Value::Counter(counter));
        }
        let connected = Value::Gauge(self.connected.get());
        visit("capture_connected", "1 while frames are coming, else 0.", None, connected);
    }
}

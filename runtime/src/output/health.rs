//! How the program is, as its pipeline says and its outputs show.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::event::milliseconds;

/// A camera whose last frame is older than this is not delivering, whatever it says.
pub const FRAME_AGE_MAX: Duration = Duration::from_secs(10);

/// The state of the program. All times are on the monotonic clock.
#[derive(Debug)]
pub struct Health {
    started: Duration,
    connected: AtomicBool,
    /// When the last frame was taken, in microseconds; 0 for none yet.
    last_frame_us: AtomicU64,
    texts: Mutex<Texts>,
}

/// What changes seldom.
#[derive(Debug, Default)]
struct Texts {
    model: Option<Arc<str>>,
    last_problem: Option<String>,
    reload_problem: Option<String>,
}

/// The state of the program at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HealthReport {
    /// Whether the camera is connected and delivered a frame in the last [`FRAME_AGE_MAX`].
    pub healthy: bool,
    /// Whether the camera is connected.
    pub connected: bool,
    /// How long ago the last frame was taken, in milliseconds; none before the first.
    pub last_frame_age_ms: Option<f64>,
    /// SHA-256 of the model file.
    pub model: Option<Arc<str>>,
    /// What was wrong with the camera last, even if it is well again.
    pub last_problem: Option<String>,
    /// Why the configuration was not read anew when that was asked for last; none when it was.
    pub reload_problem: Option<String>,
    /// How long the program has run, in seconds.
    pub uptime_s: f64,
    /// The version of the program.
    pub version: &'static str,
}

impl Health {
    /// That of a program which started at `started`, without a camera yet.
    #[must_use]
    pub fn new(started: Duration) -> Self {
        let last_frame_us = AtomicU64::new(0);
        Self { started, connected: AtomicBool::new(false), last_frame_us, texts: Mutex::default() }
    }

    /// The model with this digest reads.
    pub fn model(&self, digest: Arc<str>) {
        self.texts(|texts| texts.model = Some(digest));
    }

    /// A frame came that was taken at `captured`.
    pub fn frame(&self, captured: Duration) {
        let us = u64::try_from(captured.as_micros()).unwrap_or(u64::MAX);
        self.last_frame_us.store(us, Ordering::Relaxed);
        self.connected.store(true, Ordering::Relaxed);
    }

    /// The camera is lost or not to be had, for this reason.
    pub fn lost(&self, problem: String) {
        self.connected.store(false, Ordering::Relaxed);
        self.texts(|texts| texts.last_problem = Some(problem));
    }

    /// The configuration was read anew, or was not and why.
    pub fn reloaded(&self, problem: Option<String>) {
        self.texts(|texts| texts.reload_problem = problem);
    }

    /// The state at the moment `now`.
    #[must_use]
    pub fn report(&self, now: Duration) -> HealthReport {
        let last_us = self.last_frame_us.load(Ordering::Relaxed);
        let age = (last_us > 0).then(|| now.saturating_sub(Duration::from_micros(last_us)));
        let connected = self.connected.load(Ordering::Relaxed);
        self.texts(|texts| HealthReport {
            healthy: connected && age.is_some_and(|age| age <= FRAME_AGE_MAX),
            connected,
            last_frame_age_ms: age.map(milliseconds),
            model: texts.model.clone(),
            last_problem: texts.last_problem.clone(),
            reload_problem: texts.reload_problem.clone(),
            uptime_s: now.saturating_sub(self.started).as_secs_f64(),
            version: env!("CARGO_PKG_VERSION"),
        })
    }

    fn texts<T>(&self, use_them: impl FnOnce(&mut Texts) -> T) -> T {
        use_them(&mut self.texts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_healthy_while_frames_come() {
        let second = Duration::from_secs;
        let health = Health::new(second(100));
        assert!(!health.report(second(101)).healthy);
        health.frame(second(102));
        assert!(health.report(second(112)).healthy);
        assert!(!health.report(second(113)).healthy, "the last frame is too old");
        health.lost("unplugged".into());
        let report = health.report(second(103));
        assert_eq!(
            (report.healthy, report.connected, report.last_problem.as_deref()),
            (false, false, Some("unplugged"))
        );
        health.frame(second(104));
        let report = health.report(second(105));
        assert_eq!((report.healthy, report.last_frame_age_ms, report.uptime_s), (true, Some(1000.0), 5.0));
    }
}

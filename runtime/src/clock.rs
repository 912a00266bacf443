//! What time it is: when a frame was taken and a reading made.
//!
//! Durations are measured on the monotonic clock, which V4L2 stamps frames with and which no setting moves. The wall
//! clock is for people; a board without a battery-backed clock begins at a wrong date, so it says whether it is set.

use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

/// Time on the monotonic clock (`CLOCK_MONOTONIC`), from the machine's start, time asleep left out.
#[must_use]
pub fn monotonic() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0))
}

/// A moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// On the monotonic clock.
    pub monotonic: Duration,
    /// On the wall clock.
    pub wall: SystemTime,
    /// Whether the kernel says that the wall clock follows a time source.
    pub synchronized: bool,
}

impl Stamp {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        Self { monotonic: monotonic(), wall: SystemTime::now(), synchronized: is_synchronized() }
    }

    /// The moment `monotonic`, of the recent past, with the wall clock as it is set now.
    #[must_use]
    pub fn of(monotonic: Duration) -> Self {
        let now = Self::now();
        let age = now.monotonic.saturating_sub(monotonic);
        Self { monotonic, wall: now.wall.checked_sub(age).unwrap_or(now.wall), ..now }
    }
}

/// Whether the kernel's clock is disciplined by a time source, as `timedatectl` tells it.
#[expect(unsafe_code, reason = "adjtimex, which the libraries here have no safe call for")]
fn is_synchronized() -> bool {
    // SAFETY: zero is a valid value of every field, and `modes` 0 makes the call read only.
    let mut state: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live, exclusively borrowed `timex`.
    let answer = unsafe { libc::adjtimex(&raw mut state) };
    answer >= 0 && answer != libc::TIME_ERROR && state.status & libc::STA_UNSYNC == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_clock_does_not_go_back() {
        let first = monotonic();
        assert!(first > Duration::ZERO && monotonic() >= first);
    }

    #[test]
    fn a_moment_of_the_past_has_the_wall_time_it_had() {
        let now = Stamp::now();
        let then = Stamp::of(now.monotonic.saturating_sub(Duration::from_secs(5)));
        let age = now.wall.duration_since(then.wall).expect("it is earlier");
        assert!(age.abs_diff(Duration::from_secs(5)) < Duration::from_secs(1), "{age:?}");
    }
}

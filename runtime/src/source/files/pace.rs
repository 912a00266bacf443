//! When the next frame is due.

use std::time::Duration;

/// A schedule; times are on the monotonic clock.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between frames; none where they come as fast as they are read.
    period: Option<Duration>,
    /// When the next frame is due, once there was one.
    due: Option<Duration>,
}

impl Pace {
    /// A schedule of `rate` frames a second, or of none with 0.
    pub(super) fn new(rate: f64) -> Self {
        Self { period: (rate > 0.0).then(|| Duration::from_secs_f64(1.0 / rate)), due: None }
    }

    /// Whether frames come as fast as they are read.
    pub(super) fn is_free(&self) -> bool {
        self.period.is_none()
    }

    /// When the next frame is due: now, for the first and where there is no schedule.
    pub(super) fn due(&mut self, now: Duration) -> Duration {
        match self.period {
            None => now,
            Some(_) => *self.due.get_or_insert(now),
        }
    }

    /// Notes that the frame that was due is shown.
    ///
    /// The next is due a period after this one was, not after now, so that delays do not add up. What comes later than a
    /// period moves the schedule: a slow disk would otherwise be made up for in a rush.
    pub(super) fn shown(&mut self, now: Duration) {
        if let (Some(period), Some(due)) = (self.period, self.due) {
            self.due = Some((due + period).max(now.saturating_sub(period)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn delays_do_not_add_up() {
        let mut pace = Pace::new(10.0);
        for frame in 0..50 {
            let due = ms(1000 + 100 * frame);
            assert_eq!(pace.due(if frame == 0 { due } else { due + ms(30) }), due);
            pace.shown(due + ms(70));
        }
    }

    #[test]
    fn what_is_much_too_late_moves_the_schedule() {
        let mut pace = Pace::new(10.0);
        assert_eq!(pace.due(ms(1000)), ms(1000));
        pace.shown(ms(5000));
        assert_eq!(pace.due(ms(5000)), ms(4900));
    }

    #[test]
    fn without_a_rate_everything_is_due_now() {
        let mut pace = Pace::new(0.0);
        assert!(pace.is_free());
        for now in [5, 6, 1000] {
            assert_eq!(pace.due(ms(now)), ms(now));
            pace.shown(ms(now));
        }
    }
}

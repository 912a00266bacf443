//! What changed about a source, until it is told.

use std::collections::VecDeque;
use std::time::Duration;

/// Changes that are kept. Reading a frame takes a fraction of the time that so many take; were it longer, the oldest go.
const KEPT: usize = 64;

/// A change of a source that is kept open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, on the monotonic clock.
    pub at: Duration,
    /// Why no frames are coming, with the fix; none once they are.
    pub problem: Option<String>,
}

/// Changes that were not taken yet.
#[derive(Debug, Default)]
pub(super) struct Changes(VecDeque<Change>);

impl Changes {
    /// Notes a change; what does not differ from the last one is none.
    pub(super) fn push(&mut self, at: Duration, problem: Option<String>) {
        if self.0.back().is_some_and(|last| last.problem == problem) {
            return;
        }
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Change { at, problem });
    }

    /// Takes them out, the oldest first.
    pub(super) fn take(&mut self) -> Vec<Change> {
        self.0.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_repeats_is_one_change() {
        let mut changes = Changes::default();
        for (ms, problem) in [(1, Some("away")), (2, Some("away")), (3, None), (4, Some("away")), (5, Some("in use"))] {
            changes.push(Duration::from_millis(ms), problem.map(str::to_owned));
        }
        let taken: Vec<_> = changes.take().into_iter().map(|change| (change.at.as_millis(), change.problem)).collect();
        let away = || Some("away".to_owned());
        assert_eq!(taken, [(1, away()), (3, None), (4, away()), (5, Some("in use".to_owned()))]);
        assert_eq!(changes.take(), []);
    }

    #[test]
    fn they_are_bounded_and_the_newest_are_kept() {
        let mut changes = Changes::default();
        for number in 0..1000_u64 {
            changes.push(Duration::from_secs(number), Some(number.to_string()));
        }
        let taken = changes.take();
        assert_eq!((taken.len(), taken[KEPT - 1].at), (KEPT, Duration::from_secs(999)));
    }
}

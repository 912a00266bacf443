//! The queue of an output with one reader, who is to get every event.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{EVENTS_MAX, Line, Phase, Tally};

/// Lines that wait, at most [`EVENTS_MAX`]; where one more comes, the oldest goes.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    tally: Arc<Tally>,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Line>,
    /// Whether the reader has a line that is neither delivered nor lost.
    in_hand: bool,
    phase: Phase,
}

impl Queue {
    pub(super) fn new(tally: Arc<Tally>) -> Self {
        let waiting = VecDeque::with_capacity(EVENTS_MAX);
        let state = Mutex::new(State { waiting, in_hand: false, phase: Phase::Open });
        Self { state, changed: Condvar::new(), tally }
    }

    /// Adds a line; the oldest that waits is lost where there is no room, and this one where the queue is at its end.
    pub(super) fn push(&self, line: Line) {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return self.tally.lost.increment();
        }
        if state.waiting.len() == EVENTS_MAX {
            state.waiting.pop_front();
            self.tally.lost.increment();
        }
        state.waiting.push_back(line);
        self.changed.notify_all();
    }

    /// Waits for the oldest line and takes it; none when all is drained, or closed. [`Self::delivered`] is to follow.
    pub(super) fn take(&self) -> Option<Line> {
        let idle = |state: &mut State| state.waiting.is_empty() && state.phase == Phase::Open;
        let mut state = self.changed.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        let line = state.waiting.pop_front()?;
        state.in_hand = true;
        Some(line)
    }

    /// Counts the line that was taken as delivered, unless it was given up meanwhile.
    pub(super) fn delivered(&self) {
        if std::mem::take(&mut self.lock().in_hand) {
            self.tally.delivered.increment();
        }
    }

    /// Waits before another try for `time`, or until the phase changes; false when the queue is closed.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let state = self.lock();
        let before = state.phase;
        let lasts = |state: &mut State| state.phase == before && state.phase != Phase::Closed;
        let waited = self.changed.wait_timeout_while(state, time, lasts);
        waited.unwrap_or_else(PoisonError::into_inner).0.phase != Phase::Closed
    }

    /// Goes on to `phase`, never back. What waits or is in hand when the queue is closed is lost.
    pub(super) fn enter(&self, phase: Phase) {
        let mut state = self.lock();
        state.phase = state.phase.max(phase);
        if state.phase == Phase::Closed {
            let waiting = state.waiting.drain(..).count() as u64;
            self.tally.lost.add(waiting + u64::from(std::mem::take(&mut state.in_hand)));
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{line, numbers};
    use super::*;

    fn queue() -> (Queue, Arc<Tally>) {
        let tally = Arc::new(Tally::default());
        (Queue::new(Arc::clone(&tally)), tally)
    }

    #[test]
    fn the_oldest_events_go_where_there_are_too_many() {
        let (queue, tally) = queue();
        let pushed = EVENTS_MAX as u64 + 3;
        numbers(pushed).for_each(|id| queue.push(line(id)));
        assert_eq!(queue.take().map(|line| line.id()), Some(4));
        queue.delivered();
        assert_eq!((tally.delivered.get(), tally.lost.get()), (1, 3));
        queue.enter(Phase::Closed);
        assert_eq!(tally.delivered.get() + tally.lost.get(), pushed);
    }

    #[test]
    fn a_line_that_was_given_up_in_hand_is_not_delivered_as_well() {
        let (queue, tally) = queue();
        numbers(2).for_each(|id| queue.push(line(id)));
        assert!(queue.take().is_some());
        queue.enter(Phase::Closed);
        queue.delivered();
        queue.push(line(3));
        assert_eq!((tally.delivered.get(), tally.lost.get()), (0, 3));
        assert!(queue.take().is_none() && !queue.pause(Duration::from_secs(100)));
    }

    #[test]
    fn a_queue_that_is_drained_gives_what_waits_and_then_ends() {
        let (queue, tally) = queue();
        numbers(2).for_each(|id| queue.push(line(id)));
        queue.enter(Phase::Draining);
        for id in numbers(2) {
            assert_eq!(queue.take().map(|line| line.id()), Some(id));
            queue.delivered();
        }
        assert!(queue.take().is_none());
        assert_eq!((tally.delivered.get(), tally.lost.get()), (2, 0));
    }
}

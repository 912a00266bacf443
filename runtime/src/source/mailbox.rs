//! What lies between capture and reading: one frame, the newest.
//!
//! Buffers are swapped: capture fills one, one lies here, one is read. Once each has held a frame, no memory is asked for.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::frame::RawFrame;

/// A place for one frame, shared by one thread that puts and one that takes.
#[derive(Debug)]
pub(super) struct Mailbox {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Debug)]
struct Slot {
    frame: RawFrame,
    full: bool,
    /// Frames that were replaced since the last one was taken.
    dropped: u64,
    /// Nobody puts any more.
    finished: bool,
    /// Nobody takes any more.
    closed: bool,
}

impl Mailbox {
    pub(super) fn new() -> Self {
        let slot = Slot { frame: RawFrame::empty(), full: false, dropped: 0, finished: false, closed: false };
        Self { slot: Mutex::new(slot), changed: Condvar::new() }
    }

    /// Puts a frame in, in exchange for a used buffer, and over one that was not taken: then it gives true.
    pub(super) fn put(&self, frame: &mut RawFrame) -> bool {
        self.put_into(self.lock(), frame)
    }

    /// As [`put`](Self::put), once the last one is taken, however long that takes; a closed mailbox is not waited for.
    pub(super) fn put_when_empty(&self, frame: &mut RawFrame) {
        let waited = self.changed.wait_while(self.lock(), |slot| slot.full && !slot.closed);
        self.put_into(waited.unwrap_or_else(PoisonError::into_inner), frame);
    }

    fn put_into(&self, mut slot: MutexGuard<'_, Slot>, frame: &mut RawFrame) -> bool {
        mem::swap(&mut slot.frame, frame);
        let replaced = mem::replace(&mut slot.full, true);
        slot.dropped += u64::from(replaced);
        self.changed.notify_all();
        replaced
    }

    /// Takes the frame out, in exchange for a used buffer, and tells how many were replaced before it; none where none
    /// came within `timeout`, or none can come.
    pub(super) fn take(&self, frame: &mut RawFrame, timeout: Duration) -> Option<u64> {
        let nothing = |slot: &mut Slot| !slot.full && !slot.finished && !slot.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, nothing);
        let mut slot = waited.unwrap_or_else(PoisonError::into_inner).0;
        if !slot.full {
            return None;
        }
        mem::swap(&mut slot.frame, frame);
        slot.full = false;
        self.changed.notify_all();
        Some(mem::take(&mut slot.dropped))
    }

    /// Says that nothing more is put in.
    pub(super) fn finish(&self) {
        self.lock().finished = true;
        self.changed.notify_all();
    }

    /// Whether nothing is in it and nothing comes.
    pub(super) fn is_drained(&self) -> bool {
        let slot = self.lock();
        slot.finished && !slot.full
    }

    /// Says that nothing more is taken out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Whether nothing more is taken out.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Waits for `pause`, or until it is closed.
    pub(super) fn pause(&self, pause: Duration) {
        drop(self.changed.wait_timeout_while(self.lock(), pause, |slot| !slot.closed));
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        // A swap is never seen half done: what a thread that panicked has left is whole.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Longer than any test may take: reached only where it fails.
    const LONG: Duration = Duration::from_mins(1);

    fn frame(number: u64) -> RawFrame {
        RawFrame { sequence: number, bytes: number.to_le_bytes().to_vec(), ..RawFrame::empty() }
    }

    #[test]
    fn the_newest_frame_is_taken_and_the_others_are_counted() {
        let mailbox = Mailbox::new();
        assert_eq!([1, 2, 3].map(|number| mailbox.put(&mut frame(number))), [false, true, true]);
        let mut taken = RawFrame::empty();
        assert_eq!(mailbox.take(&mut taken, LONG), Some(2));
        assert_eq!(taken, frame(3));
        assert_eq!(mailbox.take(&mut taken, Duration::ZERO), None);
        mailbox.put(&mut frame(4));
        assert_eq!(mailbox.take(&mut taken, LONG), Some(0));
    }

    #[test]
    fn three_buffers_go_round() {
        let mailbox = Mailbox::new();
        let (mut captured, mut read) = (RawFrame::empty(), RawFrame::empty());
        let mut addresses = std::collections::BTreeSet::new();
        for round in 0..30_u64 {
            captured.bytes.resize(1000, 0);
            addresses.insert(captured.bytes.as_ptr());
            mailbox.put(&mut captured);
            if round % 3 != 0 {
                mailbox.take(&mut read, LONG).unwrap();
            }
        }
        assert_eq!(addresses.len(), 3);
    }

    #[test]
    fn a_lossless_put_waits_for_the_taker() {
        let mailbox = Mailbox::new();
        let numbers: Vec<u64> = thread::scope(|scope| {
            scope.spawn(|| {
                (0..100).for_each(|number| mailbox.put_when_empty(&mut frame(number)));
                mailbox.finish();
            });
            let mut taken = RawFrame::empty();
            std::iter::from_fn(|| mailbox.take(&mut taken, LONG).map(|_| taken.sequence)).collect()
        });
        assert!(numbers.into_iter().eq(0..100));
        assert!(mailbox.is_drained());
    }

    #[test]
    fn closing_wakes_whoever_waits() {
        let mailbox = Mailbox::new();
        mailbox.put(&mut frame(0));
        thread::scope(|scope| {
            scope.spawn(|| mailbox.put_when_empty(&mut frame(1)));
            scope.spawn(|| mailbox.pause(LONG * 1000));
            mailbox.close();
        });
        assert!(mailbox.is_closed());
    }

    #[test]
    fn it_is_drained_only_once_the_last_frame_is_taken() {
        let mailbox = Mailbox::new();
        mailbox.put(&mut frame(0));
        mailbox.finish();
        assert!(!mailbox.is_drained());
        mailbox.take(&mut RawFrame::empty(), LONG).unwrap();
        assert!(mailbox.is_drained());
        assert_eq!(mailbox.take(&mut RawFrame::empty(), LONG), None);
    }
}

//! Capture: a thread that keeps a source open, and the newest of its frames.
//!
//! Opening, settling, streaming; and after a loss a pause, which doubles up to a limit, and opening again, for as long as it
//! takes. [`machine`] decides, with times passed in; the thread only waits.

mod changes;
mod machine;
mod metrics;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::mailbox::Mailbox;
use super::{CaptureOptions, Opener};
use crate::clock;
use crate::frame::RawFrame;
pub use changes::Change;
use changes::Changes;
use machine::{Machine, Step};
pub use metrics::CaptureMetrics;

/// A source that is kept open. Dropping it stops it.
#[derive(Debug)]
pub struct Capture {
    mailbox: Arc<Mailbox>,
    changes: Arc<Mutex<Changes>>,
    thread: Option<JoinHandle<()>>,
}

/// What is known of a frame that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Frames before it that were not taken, as newer ones came.
    pub dropped: u64,
}

impl Capture {
    /// Starts to capture from what `open` opens, and counts in `metrics`, which go on from one capture to the next.
    ///
    /// # Errors
    /// When the system gives no thread. What is wrong with the source is told by [`changes`](Self::changes), and tried again.
    pub fn start(open: Opener, options: &CaptureOptions, metrics: Arc<CaptureMetrics>) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::new());
        let changes = Arc::default();
        let machine = Machine::new(open, options.clone(), metrics, Arc::clone(&changes));
        let work = {
            let mailbox = Arc::clone(&mailbox);
            move || run(machine, &mailbox)
        };
        let thread = thread::Builder::new().name("capture".to_owned()).spawn(work)?;
        Ok(Self { mailbox, changes, thread: Some(thread) })
    }

    /// Waits for a frame that was not taken yet, for `timeout` at the most, and puts it into `frame`, whose buffer is used
    /// again.
    ///
    /// None comes in time while the source is lost, and at once where it has ended: see [`is_finished`](Self::is_finished).
    pub fn take(&self, frame: &mut RawFrame, timeout: Duration) -> Option<Taken> {
        self.mailbox.take(frame, timeout).map(|dropped| Taken { dropped })
    }

    /// What changed since this was asked last, in the order in which it happened. A change is here even where it was over
    /// before it was asked for.
    pub fn changes(&self) -> Vec<Change> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the source has ended and its last frame was taken: no more will come.
    pub fn is_finished(&self) -> bool {
        self.mailbox.is_drained()
    }

    /// Closes the source and waits until that is done: a quarter of a second, or as long as opening it takes.
    pub fn stop(&mut self) {
        self.mailbox.close();
        if let Some(thread) = self.thread.take() {
            // What a source does is guarded; should the thread have failed all the same, it is no longer there.
            let _ = thread.join();
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread: until the source ends or nobody takes frames any more.
fn run(mut machine: Machine, mailbox: &Mailbox) {
    let mut frame = RawFrame::empty();
    while !mailbox.is_closed() {
        match machine.step(clock::monotonic(), &mut frame) {
            Step::Frame if machine.is_lossless() => mailbox.put_when_empty(&mut frame),
            Step::Frame => machine.metrics().dropped.add(mailbox.put(&mut frame).into()),
            Step::On => {}
            Step::Pause(pause) => mailbox.pause(pause),
            Step::End => break,
        }
    }
    machine.close();
    mailbox.finish();
}

//! Capture: a thread that keeps a source open, and the newest of its frames.
//!
//! Opening, settling, streaming; and after a loss a pause, which doubles up to a limit, and opening again, for as long as it
//! takes. [`machine`] decides, with times passed in; the thread only waits.

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
use machine::{Machine, Step};
pub use metrics::CaptureMetrics;

/// A source that is kept open. Dropping it stops it.
#[derive(Debug)]
pub struct Capture {
    mailbox: Arc<Mailbox>,
    state: Arc<Mutex<CaptureState>>,
    thread: Option<JoinHandle<()>>,
}

/// How capture is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaptureState {
    /// Whether frames are coming.
    pub connected: bool,
    /// Whether the source has ended and its last frame was taken: no more will come.
    pub finished: bool,
    /// What is wrong, with the fix, while no frames are coming; what was wrong last, while they are.
    pub problem: Option<String>,
    /// How often frames stopped coming, by which a loss is known that is over already.
    pub losses: u64,
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
    /// When the system gives no thread. What is wrong with the source is told by [`state`](Self::state), and tried again.
    pub fn start(open: Opener, options: &CaptureOptions, metrics: Arc<CaptureMetrics>) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::new());
        let state = Arc::default();
        let machine = Machine::new(open, options.clone(), metrics, Arc::clone(&state));
        let work = {
            let mailbox = Arc::clone(&mailbox);
            move || run(machine, &mailbox)
        };
        let thread = thread::Builder::new().name("capture".to_owned()).spawn(work)?;
        Ok(Self { mailbox, state, thread: Some(thread) })
    }

    /// Waits for a frame that was not taken yet, for `timeout` at the most, and puts it into `frame`, whose buffer is used
    /// again.
    ///
    /// None comes in time while the source is lost, and at once where it has ended: see [`state`](Self::state).
    pub fn take(&self, frame: &mut RawFrame, timeout: Duration) -> Option<Taken> {
        self.mailbox.take(frame, timeout).map(|dropped| Taken { dropped })
    }

    /// How capture is now.
    pub fn state(&self) -> CaptureState {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        CaptureState { finished: self.mailbox.is_drained(), ..state }
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

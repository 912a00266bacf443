//! The threads of outputs.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use super::{Buffer, OutputError, Phase, Running};

/// Something that is over at some time, and others wait for.
#[derive(Debug, Default)]
pub(super) struct Latch {
    is_over: Mutex<bool>,
    changed: Condvar,
}

impl Latch {
    /// Waits until it is over, or it is `end`.
    pub(super) fn wait_until(&self, end: Instant) {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let left = end.saturating_duration_since(Instant::now());
        // Whether it ended is of no matter: what did not is given up next.
        let _ = self.changed.wait_timeout_while(is_over, left, |is_over| !*is_over);
    }

    fn set(&self) {
        *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}

/// Closes the buffer of a thread that ends in any way, a panic included, so that what nobody will write counts as lost.
struct AtEnd {
    buffer: Buffer,
    ended: Arc<Latch>,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.buffer.enter(Phase::Closed);
        self.ended.set();
    }
}

/// Starts the thread of the output `name`, which does `work` until its `buffer` is drained or closed.
///
/// # Errors
/// [`OutputError::Thread`].
pub(super) fn start(
    name: &'static str,
    raw: bool,
    buffer: Buffer,
    work: impl FnOnce() + Send + 'static,
) -> Result<Running, OutputError> {
    let ended = Arc::new(Latch::default());
    let at_end = AtEnd { buffer: buffer.clone(), ended: Arc::clone(&ended) };
    let run = move || {
        let _at_end = at_end;
        work();
    };
    let thread = thread::Builder::new().name(format!("output {name}")).spawn(run);
    thread.map_err(|source| OutputError::Thread { name, source })?;
    Ok(Running { raw, buffer, ended })
}

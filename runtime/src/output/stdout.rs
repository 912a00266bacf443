//! JSON lines on standard output.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Buffer, OutputError, Queue, Running, Tally, thread};

/// How long to wait for a reader that makes the output non-blocking and is behind.
const FULL_PAUSE: Duration = Duration::from_millis(20);

/// How long to wait after any other error.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// Standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct StdoutOptions {
    /// Whether events are written there (true).
    pub enabled: bool,
    /// Whether rejected readings are written too (false).
    pub raw: bool,
}

impl Default for StdoutOptions {
    fn default() -> Self {
        Self { enabled: true, raw: false }
    }
}

/// Starts the output.
pub(super) fn start(options: &StdoutOptions, tally: Arc<Tally>) -> Result<Running, OutputError> {
    let queue = Arc::new(Queue::new(tally));
    let buffer = Buffer::Queue(Arc::clone(&queue));
    // A handle of its own: a write that hangs would hold the lock of the usual one, and its buffer may tear lines.
    let duplicate = io::stdout().as_fd().try_clone_to_owned();
    let out = duplicate.map(File::from).map_err(|source| OutputError::Thread { name: "stdout", source })?;
    thread::start("stdout", options.raw, buffer, move || write_all(&queue, out))
}

/// Writes lines until the queue ends or nobody reads them any more.
fn write_all(queue: &Queue, mut out: impl Write) {
    while let Some(line) = queue.take() {
        match write_line(queue, line.bytes(), &mut out) {
            Ok(()) => queue.delivered(),
            Err(Stop::Closed) => return,
            Err(Stop::NoReader) => {
                eprintln!("labelcam: nobody reads standard output any more; nothing is written there from now on");
                return;
            }
        }
    }
}

/// Why no more is written.
enum Stop {
    NoReader,
    Closed,
}

/// Writes a whole line, however often that must be tried: what is written of it is not written again.
fn write_line(queue: &Queue, mut rest: &[u8], out: &mut impl Write) -> Result<(), Stop> {
    let mut reported = false;
    while !rest.is_empty() {
        let pause = match out.write(rest) {
            Ok(written) if written > 0 => {
                rest = &rest[written..];
                continue;
            }
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Err(Stop::NoReader),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => FULL_PAUSE,
            other => {
                if !std::mem::replace(&mut reported, true) {
                    let reason = other.map_or_else(|error| error.to_string(), |_| "it takes nothing".to_owned());
                    eprintln!("labelcam: cannot write to standard output ({reason}): it is tried again each second");
                }
                ERROR_PAUSE
            }
        };
        if !queue.pause(pause) {
            return Err(Stop::Closed);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::super::Phase;
    use super::super::tests::{line, numbers};
    use super::*;

    /// Takes so many bytes or fails so, in turns, and takes everything when the turns are over.
    struct Turns(Vec<u8>, VecDeque<Result<usize, ErrorKind>>);

    impl Write for Turns {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.1.pop_front().unwrap_or(Ok(bytes.len()))?;
            self.0.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn queue(count: u64) -> (Arc<Queue>, Arc<Tally>) {
        let tally = Arc::new(Tally::default());
        let queue = Arc::new(Queue::new(Arc::clone(&tally)));
        numbers(count).for_each(|id| queue.push(line(id)));
        queue.enter(Phase::Draining);
        (queue, tally)
    }

    #[test]
    fn lines_stay_whole_when_the_reader_is_behind() {
        let (queue, tally) = queue(2);
        let turns = [Ok(5), Err(ErrorKind::Interrupted), Ok(3), Err(ErrorKind::WouldBlock)];
        let mut out = Turns(Vec::new(), turns.into());
        write_all(&queue, &mut out);
        assert_eq!(out.0, [line(1).bytes(), line(2).bytes()].concat());
        assert_eq!((tally.delivered.get(), tally.lost.get()), (2, 0));
    }

    #[test]
    fn a_closed_standard_output_ends_that_output() {
        let (queue, tally) = queue(2);
        write_all(&queue, Turns(Vec::new(), [Err(ErrorKind::BrokenPipe)].into()));
        queue.enter(Phase::Closed);
        assert_eq!((tally.delivered.get(), tally.lost.get()), (0, 2));
    }
}

//! Where results go: standard output for data, and the outputs of live reading.
//!
//! What people need to know goes to standard error.
//!
//! [`Outputs`] publishes events. Each output has a thread and a bounded buffer of its own, so that none delays another or
//! the reading: `publish` puts an event, written as JSON once, into the buffers and returns. Standard output and the file
//! have a queue whose oldest go where it overflows; the socket and HTTP have a ring that each client reads at its own
//! pace, and a client that the ring overtakes is disconnected. Every event that an output, or a client of it, ought to
//! have got is counted as delivered or as lost, once.
//!
//! A further output is a file in this folder with its options and a `start`.

mod error;
mod file;
mod health;
pub mod http;
mod line;
mod options;
mod phase;
mod queue;
mod ring;
mod snapshot;
mod socket;
mod stdout;
mod tally;
mod thread;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::event::{Event, Kind};
use crate::telemetry::Metrics;
pub use error::OutputError;
pub use file::FileOptions;
pub use health::{FRAME_AGE_MAX, Health, HealthReport};
pub use http::HttpOptions;
use line::Line;
pub use options::OutputOptions;
use phase::Phase;
use queue::Queue;
use ring::Ring;
pub use snapshot::Snapshot;
pub use socket::SocketOptions;
pub use stdout::StdoutOptions;
use tally::{Tallies, Tally};
use thread::Latch;

/// How many events wait for an output before the oldest are given up.
pub const EVENTS_MAX: usize = 1024;

/// How long an output that was given up may take to end: it only has to close what it has open.
const GIVEN_UP: Duration = Duration::from_millis(250);

/// Writes a line to standard output.
///
/// # Errors
/// When nobody reads it any more, or the file behind it is full.
pub(crate) fn line(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write to standard output")
}

/// What outputs show besides events.
#[derive(Clone)]
pub struct Sources {
    /// How the program is.
    pub health: Arc<Health>,
    /// The camera's picture, on request.
    pub snapshot: Arc<Snapshot>,
    /// What is counted and measured; what the outputs count is added.
    pub metrics: Vec<Arc<dyn Metrics>>,
}

/// All outputs, running.
#[derive(Debug)]
pub struct Outputs {
    running: Vec<Running>,
    http_address: Option<SocketAddr>,
}

/// An output, running.
#[derive(Debug)]
struct Running {
    /// Whether it gets rejected readings too.
    raw: bool,
    buffer: Buffer,
    /// Set when its thread has ended.
    ended: Arc<Latch>,
}

/// What an output's thread reads.
#[derive(Debug, Clone)]
enum Buffer {
    /// One reader, who is to get everything.
    Queue(Arc<Queue>),
    /// Many readers, who come and go.
    Ring(Arc<Ring>),
}

impl Outputs {
    /// Starts the outputs that `options` has.
    ///
    /// # Errors
    /// [`OutputError`], when an option is wrong, or a socket or an address cannot be had. A file that cannot be written is
    /// none: that is tried again while events wait.
    pub fn start(options: &OutputOptions, mut sources: Sources) -> Result<Self, OutputError> {
        options.check()?;
        let tallies = Arc::new(Tallies::default());
        sources.metrics.push(Arc::clone(&tallies) as Arc<dyn Metrics>);
        let mut outputs = Self { running: Vec::new(), http_address: None };
        // The address first: it is taken without starting anything.
        let listening = options.http.as_ref().map(http::Listening::bind).transpose()?;
        if let Some(socket) = &options.socket {
            outputs.running.push(socket::start(socket, tallies.add("socket"))?);
        }
        if let Some(listening) = listening {
            outputs.http_address = Some(listening.address());
            outputs.running.push(listening.start(sources, tallies.add("http"))?);
        }
        if let Some(file) = &options.file {
            outputs.running.push(file::start(file, tallies.add("file"))?);
        }
        if options.stdout.enabled {
            outputs.running.push(stdout::start(&options.stdout, tallies.add("stdout"))?);
        }
        Ok(outputs)
    }

    /// Gives an event to every output that wants it, and waits for none.
    pub fn publish(&self, event: &Event) {
        let mut written: Option<Line> = None;
        for output in self.running.iter().filter(|output| output.wants(event)) {
            output.buffer.push(written.get_or_insert_with(|| Line::new(event)).clone());
        }
    }

    /// Lets the outputs write what waits, `within` this time, and ends them. What is left then is counted as lost, and a
    /// thread that hangs in a write is left to the end of the program.
    pub fn finish(&self, within: Duration) {
        let end = Instant::now() + within;
        self.each(|output| output.buffer.enter(Phase::Draining));
        self.each(|output| output.ended.wait_until(end));
        self.each(|output| output.buffer.enter(Phase::Closed));
        let end = Instant::now() + GIVEN_UP;
        self.each(|output| output.ended.wait_until(end));
    }

    /// The address that HTTP is served at, with the port that the system chose where the options have port 0.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    fn each(&self, act: impl FnMut(&Running)) {
        self.running.iter().for_each(act);
    }
}

/// Ends what was not finished, at once: an output that started before another failed, for one.
impl Drop for Outputs {
    fn drop(&mut self) {
        self.finish(Duration::ZERO);
    }
}

impl Running {
    fn wants(&self, event: &Event) -> bool {
        self.raw || !matches!(event.kind, Kind::Rejected(_))
    }
}

impl Buffer {
    fn push(&self, line: Line) {
        match self {
            Self::Queue(queue) => queue.push(line),
            Self::Ring(ring) => ring.push(line),
        }
    }

    fn enter(&self, phase: Phase) {
        match self {
            Self::Queue(queue) => queue.enter(phase),
            Self::Ring(ring) => ring.enter(phase),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! What capture does next. The time is passed in, on the monotonic clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::super::{CaptureOptions, Delivery, FrameSource, Opener, SourceError};
use super::{CaptureMetrics, Changes};
use crate::frame::RawFrame;
use crate::guard;

/// How long a source is waited for at a time, so that capture can be stopped within that.
pub(super) const LOOK_UP: Duration = Duration::from_millis(250);

/// What came of a step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A frame to be read.
    Frame,
    /// Nothing to be done but the next step.
    On,
    /// Nothing, for so long.
    Pause(Duration),
    /// The end: there is no next step.
    End,
}

/// A source that is open, lost, or about to be opened.
pub(super) struct Machine {
    open: Opener,
    options: CaptureOptions,
    metrics: Arc<CaptureMetrics>,
    changes: Arc<Mutex<Changes>>,
    stream: Option<Stream>,
    /// The number of the next frame.
    sequence: u64,
    /// Whether it was open before.
    was_open: bool,
    /// When to open it next.
    retry_at: Duration,
    /// The last pause; none once a stream was good.
    pause: Option<Duration>,
    /// Whether people were told that it is lost.
    is_told: bool,
}

/// A source that is open.
struct Stream {
    source: Box<dyn FrameSource>,
    /// Frames that are still left out.
    settling: u32,
    /// Since when frames come.
    since: Option<Duration>,
    /// Since when none has come; none until it is waited for.
    quiet_since: Option<Duration>,
    /// Whether damaged frames came since then.
    has_damaged: bool,
}

impl Machine {
    pub(super) fn new(
        open: Opener,
        options: CaptureOptions,
        metrics: Arc<CaptureMetrics>,
        changes: Arc<Mutex<Changes>>,
    ) -> Self {
        let (stream, retry_at, pause) = (None, Duration::ZERO, None);
        Self { open, options, metrics, changes, stream, sequence: 0, was_open: false, retry_at, pause, is_told: false }
    }

    pub(super) fn metrics(&self) -> &CaptureMetrics {
        &self.metrics
    }

    /// Whether no frame of the source that is open may be left out.
    pub(super) fn is_lossless(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.source.is_lossless())
    }

    /// Opens the source, waits for a frame or for the time to open it; what comes goes into `frame`.
    pub(super) fn step(&mut self, now: Duration, frame: &mut RawFrame) -> Step {
        let received = match &mut self.stream {
            Some(stream) => stream.receive(now, &self.options, frame),
            None if now < self.retry_at => return Step::Pause(self.retry_at.saturating_sub(now)),
            None => return self.open(now),
        };
        match received {
            Ok(Some(Delivery::Frame { skipped })) => self.count_frame(now, skipped, frame),
            Ok(Some(Delivery::Damaged)) => {
                self.metrics.damaged.increment();
                Step::On
            }
            Ok(Some(Delivery::End)) => {
                self.close();
                Step::End
            }
            Ok(Some(Delivery::NotDue) | None) => Step::On,
            Err(error) => {
                self.metrics.timeouts.add(matches!(error, SourceError::Timeout { .. }).into());
                self.metrics.losses.increment();
                self.fail(now, &error)
            }
        }
    }

    /// Closes the source.
    pub(super) fn close(&mut self) {
        self.metrics.connected.set(0.0);
        self.drop_stream();
    }

    fn open(&mut self, now: Duration) -> Step {
        self.metrics.attempts.increment();
        match guarded(&mut self.open) {
            Ok(source) => {
                self.metrics.reopenings.add(self.was_open.into());
                self.was_open = true;
                let settling = if source.settles() { self.options.settle_frames } else { 0 };
                let (since, quiet_since, has_damaged) = (None, None, false);
                self.stream = Some(Stream { source, settling, since, quiet_since, has_damaged });
                Step::On
            }
            Err(error) => self.fail(now, &error),
        }
    }

    fn count_frame(&mut self, now: Duration, skipped: u64, frame: &mut RawFrame) -> Step {
        let stream = self.stream.as_mut().expect("a frame comes from an open source");
        let (is_first, is_settling) = (stream.since.is_none(), stream.settling > 0);
        stream.since.get_or_insert(now);
        stream.settling = stream.settling.saturating_sub(1);
        self.metrics.skipped.add(skipped);
        if is_first {
            self.connect(now);
        }
        if is_settling {
            self.metrics.settling.increment();
            return Step::On;
        }
        self.metrics.captured.increment();
        frame.sequence = self.sequence;
        self.sequence += 1;
        Step::Frame
    }

    /// Frames are coming.
    fn connect(&mut self, now: Duration) {
        self.metrics.connected.set(1.0);
        self.change(now, None);
        if std::mem::take(&mut self.is_told) {
            eprintln!("labelcam: the source is there, frames are coming");
        }
    }

    /// The source cannot be opened, or was lost.
    fn fail(&mut self, now: Duration, error: &SourceError) -> Step {
        let problem = error.chain();
        if !self.is_told {
            eprintln!("labelcam: {problem}; it is tried again until it is there");
            self.is_told = true;
        }
        self.metrics.connected.set(0.0);
        self.change(now, Some(problem));
        let [min, max] = [self.options.retry_min_ms, self.options.retry_max_ms].map(Duration::from_millis);
        // A stream that lasted as long as the longest pause was good; one that broke off at once was not.
        let since = self.stream.as_ref().and_then(|stream| stream.since);
        if since.is_some_and(|since| now.saturating_sub(since) >= max) {
            self.pause = None;
        }
        let pause = self.pause.map_or(min, |last| (2 * last).min(max));
        self.pause = Some(pause);
        self.retry_at = now + pause;
        self.drop_stream();
        Step::Pause(pause)
    }

    fn change(&self, now: Duration, problem: Option<String>) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(now, problem);
    }

    fn drop_stream(&mut self) {
        let stream = self.stream.take();
        // A panic while it is closed changes nothing: it is gone then too.
        let _ = guarded(|| {
            drop(stream);
            Ok(())
        });
    }
}

impl Stream {
    /// Waits for what comes; none where nothing came while there is time left.
    fn receive(
        &mut self,
        now: Duration,
        options: &CaptureOptions,
        frame: &mut RawFrame,
    ) -> Result<Option<Delivery>, SourceError> {
        let timeout = Duration::from_millis(options.timeout_ms);
        let quiet = now.saturating_sub(*self.quiet_since.get_or_insert(now));
        if self.has_damaged && quiet >= timeout {
            return Err(SourceError::OnlyDamaged { waited: quiet });
        }
        let timeout = match self.since {
            Some(_) => timeout,
            None => timeout.max(Duration::from_millis(options.first_frame_ms)),
        };
        let wait = timeout.saturating_sub(quiet).min(LOOK_UP);
        match guarded(|| self.source.next(frame, wait)) {
            Err(SourceError::Timeout { name, .. }) if quiet + wait >= timeout => {
                Err(SourceError::Timeout { name, waited: quiet + wait })
            }
            Err(SourceError::Timeout { .. }) => Ok(None),
            Err(error) => Err(error),
            Ok(delivery) => {
                self.has_damaged = delivery == Delivery::Damaged;
                if !self.has_damaged {
                    self.quiet_since = None;
                }
                Ok(Some(delivery))
            }
        }
    }
}

/// Turns a panic of a source into an error: a fault there is a loss, and no end.
fn guarded<T>(work: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    guard::guarded(work).unwrap_or_else(|reason| Err(SourceError::Panicked { reason }))
}

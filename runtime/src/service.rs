//! The program that runs for months: capture, watching, publishing, and what keeps them going.
//!
//! One thread reads, and everything that decides is on it: frames are taken from capture, which has its own thread, and
//! events are handed to outputs, which have theirs. It ends on SIGTERM or SIGINT, or with the source; it reads its
//! configuration again on SIGHUP or when the file changes ([`reload`]).

mod camera;
mod publisher;
mod reload;
mod signals;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::clock::{self, Stamp};
use crate::config::Config;
use crate::event::Kind;
use crate::frame::{self, RawFrame};
use crate::image::Gray;
use crate::output::{Health, Outputs, Snapshot, Sources};
use crate::recognizer::Recognizer;
use crate::source::capture::{Capture, CaptureMetrics, Change};
use crate::systemd::{Progress, Systemd};
use crate::telemetry::Metrics;
use crate::watch::{Counts, Frame, Watch};
use camera::{News, Told};
use publisher::Publisher;
use reload::ConfigFile;
use signals::Signals;

/// How long to wait for a frame before looking up: signals, the configuration, the camera's changes.
const LOOK_UP: Duration = Duration::from_millis(200);

/// How long outputs may write what waits when the program ends: with all else it must be over within two seconds.
const DRAIN: Duration = Duration::from_millis(1200);

/// Loads the model that a configuration names.
pub type ModelLoader = fn(&Config) -> Result<Recognizer>;

/// The running program.
struct Service {
    file: ConfigFile,
    config: Config,
    load_model: ModelLoader,
    capture: Capture,
    watch: Watch,
    publisher: Publisher,
    shared: Shared,
    systemd: Systemd,
    camera: CameraState,
    buffers: Buffers,
}

/// What several threads see.
struct Shared {
    health: Arc<Health>,
    snapshot: Arc<Snapshot>,
    counts: Counts,
    capture: Arc<CaptureMetrics>,
}

/// What was said of the camera and of the places last.
#[derive(Default)]
struct CameraState {
    told: Told,
    places: Vec<String>,
    attempts: u64,
}

/// Memory that is used again for each frame.
struct Buffers {
    raw: RawFrame,
    image: Gray,
}

/// Runs until a signal or the end of the source.
///
/// # Errors
/// When it cannot start: a configuration, a model or an output that cannot be used. A camera that cannot be had is no
/// error: it is tried again.
pub fn run(path: &Path, load_model: ModelLoader) -> Result<()> {
    let signals = Signals::listen().context("cannot listen to signals")?;
    let mut service = Service::start(path, load_model)?;
    while !signals.is_stopped() {
        if signals.take_reload() || service.file.has_changed() {
            service.reload();
        }
        if !service.step() {
            break;
        }
    }
    service.finish();
    Ok(())
}

impl Service {
    fn start(path: &Path, load_model: ModelLoader) -> Result<Self> {
        let file = ConfigFile::new(path);
        let config = Config::load(path)?;
        let recognizer = Arc::new(load_model(&config)?);
        let counts = Counts::default();
        let watch = Watch::new(&config, recognizer, counts.clone()).with_context(|| path.display().to_string())?;
        let shared = Shared {
            health: Arc::new(Health::new(clock::monotonic())),
            snapshot: Arc::default(),
            counts,
            capture: Arc::default(),
        };
        shared.health.model(watch.recognizer().digest().into());
        let outputs = Outputs::start(&config.outputs, shared.sources())?;
        announce(&outputs);
        let capture = start_capture(&config, &shared)?;
        Ok(Self {
            file,
            config,
            load_model,
            capture,
            watch,
            publisher: Publisher::new(outputs),
            shared,
            systemd: Systemd::from_environment(),
            camera: CameraState::default(),
            buffers: Buffers { raw: RawFrame::empty(), image: Gray::filled(0, 0, 0) },
        })
    }

    /// Waits for a frame and reads it; false once the source has ended.
    fn step(&mut self) -> bool {
        let taken = self.capture.take(&mut self.buffers.raw, LOOK_UP);
        // Asked before the changes: none comes after the end.
        let is_finished = self.capture.is_finished();
        self.camera();
        if taken.is_some() {
            self.read();
            return true;
        }
        let attempts = self.shared.capture.attempts.get();
        if attempts != self.camera.attempts {
            self.camera.attempts = attempts;
            self.systemd.progress(clock::monotonic(), Progress::Reconnecting);
        }
        !is_finished
    }

    /// Reads the frame that was taken.
    fn read(&mut self) {
        let Buffers { raw, image } = &mut self.buffers;
        self.shared.health.frame(raw.captured);
        if self.shared.snapshot.is_wanted()
            && let Ok(jpeg) = frame::to_jpeg(raw)
        {
            self.shared.snapshot.put(jpeg);
        }
        let captured = Stamp::of(raw.captured);
        let start = clock::monotonic();
        let counts = &self.shared.counts.watch;
        counts.age.observe(start.saturating_sub(raw.captured));
        if frame::decode(raw, image).is_err() {
            self.shared.capture.damaged.increment();
            return;
        }
        let told = self.watch.frame(Frame { image, sequence: raw.sequence, captured });
        counts.frames.increment();
        counts.work.observe(clock::monotonic().saturating_sub(start));
        self.publisher.publish_all(captured, told);
        self.systemd.progress(clock::monotonic(), Progress::Frame);
        self.places();
    }

    /// Tells what is wrong with regions, once for each change.
    fn places(&mut self) {
        if self.watch.problems().eq(self.camera.places.iter().map(String::as_str)) {
            return;
        }
        self.camera.places = self.watch.problems().map(str::to_owned).collect();
        self.camera.places.iter().for_each(|problem| eprintln!("labelcam: {problem}"));
    }

    /// Tells that the camera is lost, or there again. Labels that were there have left with it.
    fn camera(&mut self) {
        for Change { at, problem } in self.capture.changes() {
            let Some(news) = self.camera.told.news(problem) else { continue };
            let at = Stamp::of(at);
            let problem = match news {
                News::There => None,
                News::Lost { problem, was_there } => {
                    if was_there {
                        self.publisher.publish_all(at, self.watch.interrupt(at));
                    }
                    self.shared.health.lost(problem.clone());
                    Some(problem)
                }
            };
            self.systemd.status(problem.as_deref().unwrap_or("reading"));
            self.publisher.publish(at, Kind::Camera { connected: problem.is_none(), problem });
        }
    }

    /// Ends: nothing that was accepted is lost as long as the outputs take it.
    fn finish(mut self) {
        self.systemd.stopping();
        self.capture.stop();
        let now = Stamp::now();
        self.publisher.publish_all(now, self.watch.interrupt(now));
        self.publisher.outputs().finish(DRAIN);
    }
}

impl Shared {
    fn sources(&self) -> Sources {
        let mut metrics = self.counts.metrics();
        metrics.push(Arc::clone(&self.capture) as Arc<dyn Metrics>);
        Sources { health: Arc::clone(&self.health), snapshot: Arc::clone(&self.snapshot), metrics }
    }
}

fn start_capture(config: &Config, shared: &Shared) -> Result<Capture> {
    let opener = config.source().opener();
    Capture::start(opener, &config.capture, Arc::clone(&shared.capture))
        .context("cannot start the thread that captures frames")
}

/// Says where HTTP is served: the port may be the system's choice.
fn announce(outputs: &Outputs) {
    if let Some(address) = outputs.http_address() {
        eprintln!("labelcam: HTTP at http://{address}/");
    }
}

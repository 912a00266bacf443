//! Runs `labelcam run` beside a test: a configuration in a folder of its own, and what it says as it comes.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use labelcam::image::Gray;
use serde_json::Value;

use crate::{cli, lines};

/// How long a test waits for what must come at last: far more than a slow, busy machine needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running program.
pub(crate) struct Watcher {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    /// What it told people so far.
    pub(crate) told: Vec<String>,
}

/// How a program ended, and what of its output had not been looked at.
pub(crate) struct Ended {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    /// The events that were left.
    pub(crate) events: Vec<Value>,
    /// All that it told people.
    pub(crate) told: String,
}

/// The texts of the events of a kind, in their order.
pub(crate) fn texts<'a>(events: &'a [Value], kind: &str) -> Vec<&'a str> {
    let of_kind = events.iter().filter(|event| event["event"] == kind);
    of_kind.map(|event| event["text"].as_str().expect("it has a text")).collect()
}

/// Writes `text` to `labelcam.toml` in a folder.
pub(crate) fn configure(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("labelcam.toml");
    fs::write(&path, text).expect("a temporary folder takes files");
    path
}

impl Watcher {
    /// Starts the program with a configuration that is written to a folder.
    pub(crate) fn start(folder: &Path, config: &str) -> Self {
        Self::start_as(cli::program(), folder, config)
    }

    /// As [`start`](Self::start), with what the command of the program has been given already.
    pub(crate) fn start_as(mut command: Command, folder: &Path, config: &str) -> Self {
        let path = configure(folder, config);
        command.args(["run", "--config"]).arg(path).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stdout = lines_of(child.stdout.take().expect("it is piped"));
        let stderr = lines_of(child.stderr.take().expect("it is piped"));
        Self { child, stdout, stderr, told: Vec::new() }
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(status.expect("there is a kill").success());
    }

    /// The next event.
    #[track_caller]
    pub(crate) fn event(&mut self) -> Value {
        let line = self.stdout.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|_| panic!("no event came; it said:\n{}", self.said()));
        serde_json::from_str(&line).expect("every line is JSON")
    }

    /// The events that come within a time.
    pub(crate) fn events_within(&self, time: Duration) -> Vec<Value> {
        let end = Instant::now() + time;
        let next = || self.stdout.recv_timeout(end.saturating_duration_since(Instant::now())).ok();
        std::iter::from_fn(next).map(|line| serde_json::from_str(&line).expect("every line is JSON")).collect()
    }

    /// The next event of a kind.
    #[track_caller]
    pub(crate) fn event_of(&mut self, kind: &str) -> Value {
        loop {
            let event = self.event();
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// Waits until it tells people something with `part` in it.
    #[track_caller]
    pub(crate) fn tells(&mut self, part: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.stderr.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.told.push(line);
            if let Some(line) = self.told.last().filter(|line| line.contains(part)) {
                return line.clone();
            }
        }
        panic!("it did not tell of `{part}`, but:\n{}", self.told.join("\n"))
    }

    fn said(&mut self) -> String {
        self.told.extend(self.stderr.try_iter());
        self.told.join("\n")
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end; it said:\n{}", self.said());
            thread::yield_now();
        };
        let events = self.stdout.iter().map(|line| serde_json::from_str(&line).expect("every line is JSON")).collect();
        self.told.extend(self.stderr.iter());
        Ended { code: status.code(), events, told: self.told.join("\n") }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // A test that failed leaves none behind; one that ended well has nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a stream as they come.
fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Columns of a [`frame`].
pub(crate) const WIDTH: usize = 304;

/// Rows of a [`frame`].
pub(crate) const HEIGHT: usize = 30;

/// How many different frames there are.
pub(crate) const FRAMES: usize = 10;

/// A region that is a [`frame`] as a whole, for tests of all else than how sure a text must be.
pub(crate) const REGION: &str =
    "[track]\nconfidence-min = 0.9\n[[regions]]\nname = \"label\"\nrectangle = [0, 0, 304, 30]\n";

/// A grey frame that shows one of the plain lines, and what it says; another for each of the first [`FRAMES`] numbers.
pub(crate) fn frame(number: usize) -> (Gray, String) {
    // At this size, a small 9 and a long line are not read as surely as a test needs.
    let is_sure = |line: &lines::Line| !["date.png", "tax-number.png"].contains(&line.name.as_str());
    let mut shown: Vec<_> = lines::all().into_iter().filter(is_sure).collect();
    let line = shown.swap_remove(number % shown.len());
    let (width, height) = (as_u32(line.picture.width), as_u32(line.picture.height));
    let picture = GrayImage::from_raw(width, height, line.picture.pixels).expect("it has its pixels");
    let scaled = imageops::resize(&picture, 24 * width / height, 24, FilterType::Triangle);
    let ground = scaled.get_pixel(0, 0).0[0];
    let mut frame = GrayImage::from_pixel(as_u32(WIDTH), as_u32(HEIGHT), Luma([ground]));
    imageops::overlay(&mut frame, &scaled, 8, 3);
    (Gray { width: WIDTH, height: HEIGHT, pixels: frame.into_raw() }, line.text)
}

/// Writes frames with these numbers as PNG files to a folder, in their order; what they say.
pub(crate) fn write_frames(folder: &Path, numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    fs::create_dir_all(folder).expect("a temporary folder takes folders");
    let write = |(at, number)| {
        let (Gray { width, height, pixels }, text) = frame(number);
        let picture = GrayImage::from_raw(as_u32(width), as_u32(height), pixels).expect("it has its pixels");
        picture.save(folder.join(format!("{at:06}.png"))).expect("a temporary folder takes pictures");
        text
    };
    (0..).zip(numbers).map(write).collect()
}

fn as_u32(side: usize) -> u32 {
    u32::try_from(side).expect("the side of a picture")
}

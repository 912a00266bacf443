//! Frames for a long time, with camera losses among them: nothing grows, and nothing is lost without being counted.
//!
//! A short run by default. `LABELCAM_SOAK=FRAMES:LOSSES` makes it as long as one likes, and prints what was measured:
//!
//!     LABELCAM_SOAK=200000:500 cargo test --release -p labelcam-tests -- soak --nocapture
#![cfg(target_os = "linux")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::watcher::{FRAMES, HEIGHT, REGION, WIDTH, Watcher, frame, texts};

/// How many frames are shown before the program is asked for its reading of them.
const BURST: usize = 10;

/// How long its reading is waited for between bursts: some five thousand frames a second.
const PACE: Duration = Duration::from_millis(2);

/// How much resident memory may grow once the program is warm, in bytes.
const GROWTH_MAX: u64 = 2_000_000;

/// How much it may be in all, in bytes.
const RESIDENT_MAX: u64 = 60_000_000;

/// How long a run is.
#[derive(Clone, Copy)]
struct Length {
    frames: usize,
    losses: usize,
}

impl Length {
    fn from_environment() -> Self {
        let Ok(text) = std::env::var("LABELCAM_SOAK") else { return Self { frames: 2500, losses: 5 } };
        let numbers =
            text.split_once(':').and_then(|(frames, losses)| Some((frames.parse().ok()?, losses.parse().ok()?)));
        let (frames, losses) = numbers.expect("LABELCAM_SOAK is frames:losses, such as 200000:500");
        Self { frames, losses }
    }
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident: u64,
    threads: usize,
    descriptors: usize,
}

impl Held {
    fn by(process: u32) -> Self {
        let folder = PathBuf::from(format!("/proc/{process}"));
        let status = fs::read_to_string(folder.join("status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kib: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
        let count = |name: &str| fs::read_dir(folder.join(name)).unwrap().count();
        Self { resident: kib * 1024, threads: count("task"), descriptors: count("fd") }
    }
}

/// A program that is fed through a FIFO, and what it printed.
struct Soak {
    watcher: Watcher,
    fifo: PathBuf,
    pictures: Vec<(Vec<u8>, String)>,
    printed: Vec<Value>,
    /// The labels that were shown, as far as there was time to read them.
    shown: Vec<String>,
}

impl Soak {
    /// Shows so many frames, one label after the other, each until it was read, and leaves the FIFO.
    fn feed(&mut self, frames: usize) {
        let mut pipe = OpenOptions::new().write(true).open(&self.fifo).expect("the program opens it");
        let mut left = frames;
        while left > 0 {
            let (picture, text) = self.pictures[self.shown.len() % self.pictures.len()].clone();
            let before = self.printed.len();
            let mut is_read = false;
            while left > 0 && !is_read {
                let burst = BURST.min(left);
                (0..burst).for_each(|_| pipe.write_all(&picture).expect("the program takes frames"));
                left -= burst;
                self.printed.extend(self.watcher.events_within(PACE));
                is_read =
                    self.printed[before..].iter().any(|event| event["event"] == "reading" && event["text"] == text);
            }
            if is_read {
                self.shown.push(text);
            }
        }
        drop(pipe);
        while !self.printed.last().is_some_and(|event| event["event"] == "camera" && event["connected"] == false) {
            self.printed.push(self.watcher.event());
        }
    }
}

#[test]
fn nothing_grows_and_nothing_is_lost_over_many_frames_and_camera_losses() {
    let length = Length::from_environment();
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("frames");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let source = format!("[pipe]\npath = {fifo:?}\nformat = \"grey\"\nwidth = {WIDTH}\nheight = {HEIGHT}\n");
    let retry = "[capture]\nretry-min-ms = 10\nretry-max-ms = 50\n";
    let outputs =
        "[outputs.file]\npath = \"readings.jsonl\"\nmax-bytes = 100000000\n[outputs.socket]\npath = \"socket\"\n";
    let http = "[outputs.http]\nlisten = \"127.0.0.1:0\"\n";
    let watcher = Watcher::start(folder.path(), &[&source, retry, REGION, outputs, http].concat());
    let process = watcher.pid();
    let pictures = (0..FRAMES).map(frame).map(|(picture, text)| (picture.pixels, text)).collect();
    let mut soak = Soak { watcher, fifo, pictures, printed: Vec::new(), shown: Vec::new() };
    let held: Vec<Held> = (0..=length.losses)
        .map(|_| {
            soak.feed(length.frames / (length.losses + 1));
            Held::by(process)
        })
        .collect();
    soak.watcher.signal("TERM");
    let ended = soak.watcher.end();
    let printed = [soak.printed, ended.events].concat();
    assert_eq!(ended.code, Some(0), "{}", ended.told);

    let ids: Vec<u64> = printed.iter().map(|event| event["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "each event is printed once");
    let file = fs::read_to_string(folder.path().join("readings.jsonl")).unwrap();
    let written: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(written == printed, "the file has what was printed");
    let connected =
        |is: bool| printed.iter().filter(|event| event["event"] == "camera" && event["connected"] == is).count();
    assert_eq!([connected(true), connected(false)], [length.losses + 1; 2], "each loss was noticed and each return");
    let mut read = texts(&printed, "reading");
    // The label that a loss cut short may have been read after all.
    read.dedup();
    let mut shown: Vec<&str> = soak.shown.iter().map(String::as_str).collect();
    shown.dedup();
    assert!(read.len() >= shown.len() && read.len() <= shown.len() + length.losses + 1, "{read:?} of {shown:?}");

    assert!(read.len() > length.losses, "labels were read all the while: {read:?}");
    let (warm, last) = (held[held.len() / 10], held[held.len() - 1]);
    eprintln!(
        "soak: {} frames, {} losses, {} readings; warm {warm:?}, at the end {last:?}",
        length.frames,
        length.losses,
        read.len()
    );
    assert!(last.resident <= warm.resident + GROWTH_MAX && last.resident <= RESIDENT_MAX, "{warm:?} became {last:?}");
    assert_eq!((last.threads, last.descriptors), (warm.threads, warm.descriptors));
}

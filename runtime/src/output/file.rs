//! JSON lines in a file that is rotated, so that it takes a bounded room for ever.

mod log;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Buffer, OutputError, Queue, Running, Tally, thread};
use log::Log;

/// The wait after a write that failed; it doubles with each further one, up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(200);

/// The longest wait between two tries to write.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A file takes at least this many bytes: a line has a few thousand at the most, and is not to have a file of its own.
const BYTES_MIN: u64 = 64 * 1024;

/// The most rotated files: each rotation renames them all.
const KEEP_MAX: u32 = 1000;

/// A file of readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileOptions {
    /// The file that is written (`/var/lib/labelcam/readings.jsonl`); rotated ones have a number before the ending, 1 for
    /// the newest: `readings.1.jsonl`.
    pub path: PathBuf,
    /// The size in bytes that a file does not exceed, at least 65536 (10000000).
    pub max_bytes: u64,
    /// How many rotated files are kept, 0 to 1000 (5). The readings take `max-bytes` times one more than this at the most.
    pub keep: u32,
    /// Whether rejected readings are written too (false).
    pub raw: bool,
    /// Whether each event is on the disk before it counts as written (`"none"`): after a power cut none is missing then,
    /// and memory cards wear sooner.
    pub sync: Sync,
}

/// When events are forced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sync {
    /// When the system does it, within half a minute or so.
    None,
    /// After each.
    Each,
}

impl Default for FileOptions {
    fn default() -> Self {
        let path = "/var/lib/labelcam/readings.jsonl".into();
        Self { path, max_bytes: 10_000_000, keep: 5, raw: false, sync: Sync::None }
    }
}

impl FileOptions {
    /// Checks all values.
    ///
    /// # Errors
    /// [`OutputError::Value`] or [`OutputError::Path`].
    pub fn check(&self) -> Result<(), OutputError> {
        if self.path.file_name().is_none() {
            let example = "/var/lib/labelcam/readings.jsonl";
            return Err(OutputError::Path { name: "outputs.file.path", path: self.path.clone(), example });
        }
        if self.max_bytes < BYTES_MIN {
            let wanted = "65536 or more bytes";
            return Err(OutputError::Value { name: "outputs.file.max-bytes", found: self.max_bytes, wanted });
        }
        if self.keep > KEEP_MAX {
            let found = self.keep.into();
            return Err(OutputError::Value { name: "outputs.file.keep", found, wanted: "0 to 1000 files" });
        }
        Ok(())
    }
}

/// Starts the output.
pub(super) fn start(options: &FileOptions, tally: Arc<Tally>) -> Result<Running, OutputError> {
    let queue = Arc::new(Queue::new(tally));
    let buffer = Buffer::Queue(Arc::clone(&queue));
    let log = Log::new(options.clone());
    thread::start("file", options.raw, buffer, move || write_all(&queue, log))
}

/// Writes lines until the queue ends. A line that cannot be written is tried again, and the others wait.
fn write_all(queue: &Queue, mut log: Log) {
    let mut trouble = Trouble::default();
    // What is wrong with the path is to be known at the start, and not with the first reading.
    if let Err(error) = log.open() {
        trouble.met(&log, &error);
    }
    while let Some(line) = queue.take() {
        while let Err(error) = log.append(line.bytes()) {
            if !queue.pause(trouble.met(&log, &error)) {
                return;
            }
        }
        queue.delivered();
        trouble.is_over(&log);
    }
}

/// What is wrong with the file, told once when it begins and once when it ends.
#[derive(Debug, Default)]
struct Trouble {
    /// The last wait, none while all is well.
    pause: Option<Duration>,
}

impl Trouble {
    /// Tells of trouble that begins, and how long to wait before the next try.
    fn met(&mut self, log: &Log, error: &std::io::Error) -> Duration {
        if self.pause.is_none() {
            let path = log.path().display();
            eprintln!(
                "labelcam: cannot write {path} ({error}): events wait and it is tried again; free some space, or see that its \
                 folder exists and is writable"
            );
        }
        let pause = self.pause.map_or(PAUSE_MIN, |last| (last * 2).min(PAUSE_MAX));
        *self.pause.insert(pause)
    }

    fn is_over(&mut self, log: &Log) {
        if self.pause.take().is_some() {
            eprintln!("labelcam: {} is written again", log.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::super::tests::{line, numbers};
    use super::super::{EVENTS_MAX, Phase};
    use super::*;

    fn options(path: PathBuf) -> FileOptions {
        FileOptions { path, ..FileOptions::default() }
    }

    #[test]
    fn events_wait_while_the_disk_is_full_and_the_oldest_are_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("readings.jsonl");
        symlink("/dev/full", &path).unwrap();
        let tally = Arc::new(Tally::default());
        let running = start(&options(path), Arc::clone(&tally)).unwrap();
        let pushed = 2 * EVENTS_MAX as u64;
        numbers(pushed).for_each(|id| running.buffer.push(line(id)));
        // One may be in hand of the thread, whatever that is doing now.
        assert!(tally.lost.get() >= EVENTS_MAX as u64 - 1, "{}", tally.lost.get());
        running.buffer.enter(Phase::Closed);
        assert_eq!((tally.delivered.get(), tally.lost.get()), (0, pushed));
    }

    #[test]
    fn what_waited_is_written_once_when_the_disk_has_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/readings.jsonl");
        let tally = Arc::new(Tally::default());
        let queue = Queue::new(Arc::clone(&tally));
        let mut log = Log::new(options(path.clone()));
        numbers(3).for_each(|id| queue.push(line(id)));
        assert!(log.append(line(1).bytes()).is_err());
        fs::create_dir(path.parent().unwrap()).unwrap();
        queue.enter(Phase::Draining);
        write_all(&queue, log);
        let all: Vec<_> = numbers(3).flat_map(|id| line(id).bytes().to_vec()).collect();
        assert_eq!(fs::read(&path).unwrap(), all);
        assert_eq!((tally.delivered.get(), tally.lost.get()), (3, 0));
    }

    #[test]
    fn trouble_is_told_once_and_waits_longer_each_time() {
        let log = Log::new(options("x".into()));
        let mut trouble = Trouble::default();
        let error = std::io::Error::from_raw_os_error(28);
        let pauses: Vec<_> = (0..8).map(|_| trouble.met(&log, &error).as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        trouble.is_over(&log);
        assert!(trouble.pause.is_none());
    }

    #[test]
    fn options_out_of_range_are_named_with_what_they_may_be() {
        let small = FileOptions { max_bytes: 5, ..FileOptions::default() };
        assert_eq!(small.check().unwrap_err().to_string(), "outputs.file.max-bytes is 5: choose 65536 or more bytes");
        assert!(options("/".into()).check().is_err() && options("a.jsonl".into()).check().is_ok());
    }
}

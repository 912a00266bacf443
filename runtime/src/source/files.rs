//! Frames from files, at a pace: for trying things out, and for reading all of a recording.

mod pace;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::split::{Piece, Splitter};
use super::{Delivery, FilesOptions, FrameSource, SourceError};
use crate::frame::{Layout, PixelFormat, RawFrame};
use crate::{clock, dataset};
use pace::Pace;

/// The endings of files with JPEG frames that follow one another.
const RECORDINGS: [&str; 2] = ["mjpeg", "mjpg"];

/// A folder of pictures, or a recording, at its start.
///
/// # Errors
/// [`SourceError`], where there is none or it cannot be read.
pub(super) fn open(options: &FilesOptions) -> Result<Files, SourceError> {
    options.check()?;
    let path = &options.path;
    let name = path.display().to_string();
    let content = if is_recording(path) {
        let file = File::open(path).map_err(|reason| failed(&name, reason))?;
        Content::Recording { file, splitter: Splitter::default() }
    } else {
        path.metadata().map_err(|reason| failed(&name, reason))?;
        Content::Pictures { paths: dataset::files(path)?, next: 0 }
    };
    Ok(Files { content, name, pace: Pace::new(options.rate), repeat: options.repeat, round: Round::default() })
}

/// Files as a source.
pub(super) struct Files {
    content: Content,
    name: String,
    pace: Pace,
    repeat: bool,
    round: Round,
}

enum Content {
    Pictures { paths: Vec<PathBuf>, next: usize },
    Recording { file: File, splitter: Splitter },
}

/// What happened since the first file.
#[derive(Debug, Default, Clone, Copy)]
struct Round {
    /// Whether any frame came.
    has_frames: bool,
    /// Whether this is not the first: what is wrong was told before.
    is_again: bool,
}

impl FrameSource for Files {
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError> {
        let due = self.pace.due(clock::monotonic());
        let wait = due.saturating_sub(clock::monotonic());
        thread::sleep(wait.min(timeout));
        if wait > timeout {
            return Ok(Delivery::NotDue);
        }
        let delivery = loop {
            match self.load(frame)? {
                Delivery::End if self.repeat => self.rewind()?,
                delivery => break delivery,
            }
        };
        if matches!(delivery, Delivery::Frame { .. }) {
            self.round.has_frames = true;
            frame.captured = due;
            self.pace.shown(clock::monotonic());
        }
        Ok(delivery)
    }

    fn is_lossless(&self) -> bool {
        self.pace.is_free()
    }
}

impl Files {
    fn load(&mut self, frame: &mut RawFrame) -> Result<Delivery, SourceError> {
        match &mut self.content {
            Content::Pictures { paths, next } => {
                let Some(path) = paths.get(*next) else { return Ok(Delivery::End) };
                *next += 1;
                Ok(load_picture(path, frame, self.round.is_again))
            }
            Content::Recording { file, splitter } => {
                load_jpeg(file, splitter, frame).map_err(|reason| failed(&self.name, reason))
            }
        }
    }

    /// Goes back to the first file; an error where none of them gave a frame, lest they be read for ever.
    fn rewind(&mut self) -> Result<(), SourceError> {
        if !self.round.has_frames {
            return Err(SourceError::NoUsableFormat {
                name: self.name.clone(),
                found: "no picture that can be read".to_owned(),
                wanted: "JPEG, PNG or BMP pictures, or JPEG frames".to_owned(),
                fix: "choose another file or folder",
            });
        }
        self.round = Round { has_frames: false, is_again: true };
        match &mut self.content {
            Content::Pictures { next, .. } => *next = 0,
            Content::Recording { file, splitter } => {
                file.rewind().map_err(|reason| failed(&self.name, reason))?;
                *splitter = Splitter::default();
            }
        }
        Ok(())
    }
}

/// A picture as a grey frame, upright: its orientation would be lost with its file. A bad one is told, and the next is
/// shown.
fn load_picture(path: &Path, frame: &mut RawFrame, is_told: bool) -> Delivery {
    match dataset::picture(path) {
        Ok(picture) => {
            frame.layout = Layout::packed(PixelFormat::Grey, picture.width, picture.height);
            frame.bytes = picture.pixels;
            Delivery::Frame { skipped: 0 }
        }
        Err(error) => {
            if !is_told {
                eprintln!("labelcam: {}", SourceError::from(error).chain());
            }
            Delivery::Damaged
        }
    }
}

fn load_jpeg(file: &mut File, splitter: &mut Splitter, frame: &mut RawFrame) -> io::Result<Delivery> {
    loop {
        match splitter.next(&mut frame.bytes) {
            Some(Piece::Picture) => {
                frame.layout = Layout::packed(PixelFormat::Mjpeg, 0, 0);
                return Ok(Delivery::Frame { skipped: 0 });
            }
            Some(Piece::Damaged) => return Ok(Delivery::Damaged),
            None => {}
        }
        match file.read(splitter.room()) {
            Ok(0) if splitter.is_within() => {
                *splitter = Splitter::default();
                return Ok(Delivery::Damaged);
            }
            Ok(0) => return Ok(Delivery::End),
            Ok(count) => splitter.filled(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn is_recording(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    ending.is_some_and(|ending| RECORDINGS.contains(&ending.as_str()))
}

fn failed(name: &str, reason: io::Error) -> SourceError {
    let name = name.to_owned();
    match reason.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound { name, fix: "correct the path" },
        io::ErrorKind::PermissionDenied => {
            SourceError::Permission { name, fix: "give this user the right to read it, with chown or chmod" }
        }
        _ => SourceError::Io { name, action: "read", reason, fix: "see that it is whole" },
    }
}

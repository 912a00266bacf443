//! Frames from another program, through standard input or a FIFO.
//!
//! Nothing here waits without an end. What was read of a frame outlives the source, and so does the open FIFO: after a
//! timeout the rest of the frame still fits, and a writer that comes between two openings finds a reader.

mod framing;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, read};

use super::{Delivery, FrameSource, Opener, PipeOptions, SourceError};
use crate::clock;
use crate::frame::RawFrame;
use framing::Framing;

/// What opens the pipe, and keeps what must outlive an opening.
pub(super) fn opener(options: PipeOptions) -> Opener {
    let inlet = Arc::new(Mutex::new(Inlet::new(options)));
    Box::new(move || {
        inlet.lock().unwrap_or_else(PoisonError::into_inner).open()?;
        Ok(Box::new(Pipe(Arc::clone(&inlet))))
    })
}

/// The pipe, open.
struct Pipe(Arc<Mutex<Inlet>>);

impl FrameSource for Pipe {
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next(frame, timeout)
    }
}

/// The reading end.
struct Inlet {
    options: PipeOptions,
    name: String,
    /// Standard input, which ends with its writer, or a FIFO, which the next writer may open.
    is_input: bool,
    file: Option<OwnedFd>,
    framing: Framing,
    /// Whether the writer has closed it.
    ended: bool,
}

impl Inlet {
    fn new(options: PipeOptions) -> Self {
        let is_input = options.path == Path::new("-");
        let name = if is_input { "standard input".to_owned() } else { options.path.display().to_string() };
        let framing = Framing::new(options.layout());
        Self { options, name, is_input, file: None, framing, ended: false }
    }

    fn open(&mut self) -> Result<(), SourceError> {
        if self.is_input {
            return self.open_input();
        }
        let opened = self.open_fifo()?;
        // A new writer begins with a whole frame; so does one of another FIFO that took this one's place.
        if self.ended || !self.file.as_ref().is_some_and(|file| is_same(file, &opened)) {
            self.framing.clear();
            self.ended = false;
        }
        // Only now is the last one closed: a FIFO without any reader loses what is in it, and ends its writer.
        self.file = Some(opened);
        Ok(())
    }

    fn open_input(&mut self) -> Result<(), SourceError> {
        let input = io::stdin();
        if self.file.is_some() {
            return Ok(());
        }
        if input.is_terminal() {
            return Err(SourceError::NoUsableFormat {
                name: self.name.clone(),
                found: "what is typed".to_owned(),
                wanted: "frames".to_owned(),
                fix: "let a program write them, as in `rpicam-vid --codec mjpeg -o - … | labelcam …`",
            });
        }
        let own = input.as_fd().try_clone_to_owned().map_err(|reason| self.failed("open", reason))?;
        self.file = Some(own);
        Ok(())
    }

    /// Opens the FIFO without waiting for a writer.
    fn open_fifo(&self) -> Result<OwnedFd, SourceError> {
        let path = &self.options.path;
        // Before it is opened: opening a device may set it going.
        let kind = fs::metadata(path).map_err(|reason| self.failed("open", reason))?.file_type();
        if !std::os::unix::fs::FileTypeExt::is_fifo(&kind) {
            return Err(SourceError::Config {
                option: "path",
                found: self.name.clone(),
                wanted: "a FIFO (`mkfifo` makes one) or -: cameras are given as device, files as files".to_owned(),
            });
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = open(path, flags, Mode::empty()).map_err(|reason| self.failed("open", reason.into()))?;
        let mode = fstat(&file).map_err(|reason| self.failed("look at", reason.into()))?.st_mode;
        match FileType::from_raw_mode(mode) {
            FileType::Fifo => Ok(file),
            _ => Err(self.lost("another file has taken its place")),
        }
    }

    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError> {
        let deadline = clock::monotonic() + timeout;
        loop {
            if let Some(delivery) = self.framing.take(frame) {
                frame.captured = clock::monotonic();
                return Ok(delivery);
            }
            if self.ended {
                return self.end();
            }
            if !self.wait(deadline)? {
                return Err(SourceError::Timeout { name: self.name.clone(), waited: timeout });
            }
            self.read()?;
        }
    }

    /// Waits for bytes, or for the end; false where neither came by `deadline`, on the monotonic clock.
    fn wait(&self, deadline: Duration) -> Result<bool, SourceError> {
        let file = self.file.as_ref().expect("an inlet is open before it is read");
        loop {
            let left = deadline.saturating_sub(clock::monotonic());
            if left.is_zero() {
                return Ok(false);
            }
            let left = Timespec::try_from(left).expect("waiting takes no centuries");
            match poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&left)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(reason) => return Err(self.failed("wait for", reason.into())),
            }
        }
    }

    /// Takes in what has arrived.
    fn read(&mut self) -> Result<(), SourceError> {
        let file = self.file.as_ref().expect("an inlet is open before it is read");
        match read(file, self.framing.room()) {
            Ok(0) => self.ended = true,
            Ok(count) => self.framing.filled(count),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(reason) => return Err(self.failed("read", reason.into())),
        }
        Ok(())
    }

    /// What the end is: that of standard input, once a frame that was cut off is counted, or the loss of a writer.
    fn end(&mut self) -> Result<Delivery, SourceError> {
        let cut_off = self.framing.is_within();
        self.framing.clear();
        match (self.is_input, cut_off) {
            (true, true) => Ok(Delivery::Damaged),
            (true, false) => Ok(Delivery::End),
            (false, _) => Err(self.lost("its writer has closed it")),
        }
    }

    fn lost(&self, reason: &str) -> SourceError {
        let fix = "start its writer again; it is read as soon as something is written";
        SourceError::Lost { name: self.name.clone(), reason: reason.to_owned(), fix }
    }

    fn failed(&self, action: &'static str, reason: io::Error) -> SourceError {
        let name = self.name.clone();
        match reason.kind() {
            io::ErrorKind::NotFound => {
                SourceError::NotFound { name, fix: "make it with `mkfifo`, or correct the path" }
            }
            io::ErrorKind::PermissionDenied => {
                SourceError::Permission { name, fix: "give this user the right to read it, with chown or chmod" }
            }
            _ => SourceError::Io { name, action, reason, fix: "see that it is whole and that its writer runs" },
        }
    }
}

/// Whether both are of one FIFO.
fn is_same(one: &OwnedFd, other: &OwnedFd) -> bool {
    let identity = |file| fstat(file).ok().map(|stat| (stat.st_dev, stat.st_ino));
    identity(one).is_some() && identity(one) == identity(other)
}

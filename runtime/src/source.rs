//! Where frames come from.

pub mod capture;
mod error;
mod files;
mod mailbox;
mod options;
mod pipe;
mod split;
pub mod v4l2;

use std::time::Duration;

pub use error::{JOIN_VIDEO, SourceError};
pub use options::{CaptureOptions, FilesOptions, PipeOptions, SourceOptions};

use crate::frame::RawFrame;

/// A camera, a pipe or a folder, open and delivering.
pub trait FrameSource: Send {
    /// Waits for the next frame, for `timeout` at the most, and puts it into `frame`, whose buffer is used again.
    ///
    /// The source sets the bytes, the layout and the time of capture; the number is given by capture.
    ///
    /// # Errors
    /// [`SourceError`]: after a [`SourceError::Timeout`] the source may be asked again, so that whoever waits can look up
    /// now and then; after any other it is of no more use, and must be opened again.
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError>;

    /// Whether the first frames after opening are worse than later ones, as a camera's are until its exposure has
    /// settled; capture then leaves some out.
    fn settles(&self) -> bool {
        false
    }

    /// Whether every frame is to be read, however long that takes; capture then waits instead of dropping frames.
    fn is_lossless(&self) -> bool {
        false
    }
}

/// How waiting for a frame ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// With a frame.
    Frame {
        /// Frames that the source took but could not deliver since its last one, as gaps in a driver's numbers tell.
        skipped: u64,
    },
    /// With one that is damaged: counted, and not shown.
    Damaged,
    /// With none, as the next is not due yet: no fault, however long it goes on.
    NotDue,
    /// With the end of what there is: the last file was shown, or the writer of a pipe has closed it for good.
    End,
}

/// Opens a source, again and again: what a pipe has read of its next frame is kept from one opening to the next.
pub type Opener = Box<dyn FnMut() -> Result<Box<dyn FrameSource>, SourceError> + Send>;

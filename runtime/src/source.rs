//! Where frames come from.

use std::time::Duration;

use crate::frame::RawFrame;

/// A camera, a pipe or a folder, open and delivering.
pub trait FrameSource: Send {
    /// Waits for the next frame, for `timeout` at the most, and puts it into `frame`, whose buffer is used again.
    ///
    /// # Errors
    /// [`SourceError`]: after one the source is of no more use, and must be opened again.
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError>;
}

/// How waiting for a frame ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// With a frame.
    Frame,
    /// With one that is damaged: counted, and not shown.
    Damaged,
    /// With the end of what there is: the last file was shown, or the writer of a pipe has closed it for good.
    End,
}

/// Why a source cannot deliver (any longer).
#[derive(Debug, thiserror::Error)]
pub enum SourceError {}

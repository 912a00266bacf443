//! What can be wrong with a frame.

use thiserror::Error;

use super::{MAX_FRAME_PIXELS, PixelFormat};

/// Why a frame cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Some of its bytes are missing.
    #[error("the {format} frame has {found} bytes and needs {needed}: it was cut off on its way")]
    TooShort {
        /// The pixel format.
        format: PixelFormat,
        /// The bytes there are.
        found: usize,
        /// The bytes its layout asks for.
        needed: usize,
    },
    /// It has no pixels, or too many.
    #[error(
        "a frame of {width}x{height} pixels cannot be decoded: choose a size from 1x1 to {MAX_FRAME_PIXELS} pixels"
    )]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// Its rows are closer together than they are long.
    #[error("rows of {width} pixels in {format} need a stride of {needed} bytes or more, and it is {found}")]
    Stride {
        /// The pixel format.
        format: PixelFormat,
        /// Columns.
        width: usize,
        /// The stride.
        found: usize,
        /// The bytes of a row.
        needed: usize,
    },
    /// Its JPEG picture is none, is damaged, or of a kind that cameras do not make.
    #[error("the JPEG picture of the frame is damaged ({0}): such frames are left out")]
    Jpeg(String),
}

impl FrameError {
    pub(super) fn jpeg(reason: &str) -> Self {
        Self::Jpeg(reason.to_owned())
    }
}

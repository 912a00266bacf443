//! Frames as a camera gives them: bytes in one of its pixel formats, before anything is decoded.
//!
//! Capture copies the bytes and no more; only a frame that is going to be read is decoded, and to grey alone.

mod error;
mod grey;
mod jpeg;
mod layout;
pub mod mjpeg;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use error::FrameError;
pub use grey::decode;
pub use jpeg::to_jpeg;

/// The most pixels of a frame: above any camera of a board, and 96 MB in colour.
pub const MAX_FRAME_PIXELS: usize = 32 << 20;

/// How the pixels of a frame lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelFormat {
    /// One JPEG picture a frame, with or without Huffman tables.
    Mjpeg,
    /// 4:2:2, packed: Y0 U Y1 V.
    Yuyv,
    /// 4:2:0: a plane of Y, then one of interleaved U and V.
    Nv12,
    /// 4:2:0: planes of Y, U and V (I420), as `rpicam-vid --codec yuv420` writes it.
    Yuv420,
    /// 8 bits of grey.
    Grey,
    /// 16 bits of grey, little-endian.
    Y16,
    /// R, G, B of 8 bits each.
    Rgb24,
    /// B, G, R of 8 bits each.
    Bgr24,
}

impl PixelFormat {
    /// All formats whose pixels are not compressed.
    pub const RAW: [Self; 7] = [Self::Yuyv, Self::Nv12, Self::Yuv420, Self::Grey, Self::Y16, Self::Rgb24, Self::Bgr24];
}

/// The geometry of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How pixels lie in memory.
    pub format: PixelFormat,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from a row of the first plane to the next, at least those of its pixels; 0 for MJPEG.
    pub stride: usize,
}

/// A frame as it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFrame {
    /// The payload: what the driver says is used of its buffer.
    pub bytes: Vec<u8>,
    /// Its geometry. For MJPEG the picture's own header decides, and these sizes are what was negotiated.
    pub layout: Layout,
    /// The number of the frame, counted by capture from 0 over all reopenings.
    pub sequence: u64,
    /// When it was taken, on the monotonic clock.
    pub captured: Duration,
}

impl RawFrame {
    /// A frame without pixels, for a source to fill.
    #[must_use]
    pub fn empty() -> Self {
        let layout = Layout { format: PixelFormat::Grey, width: 0, height: 0, stride: 0 };
        Self { bytes: Vec::new(), layout, sequence: 0, captured: Duration::ZERO }
    }
}

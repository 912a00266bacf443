//! How many bytes frames have.

use std::fmt;

use super::{FrameError, Layout, MAX_FRAME_PIXELS, PixelFormat, mjpeg};

impl fmt::Display for PixelFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Mjpeg => "mjpeg",
            Self::Yuyv => "yuyv",
            Self::Nv12 => "nv12",
            Self::Yuv420 => "yuv420",
            Self::Grey => "grey",
            Self::Y16 => "y16",
            Self::Rgb24 => "rgb24",
            Self::Bgr24 => "bgr24",
        })
    }
}

impl PixelFormat {
    /// The bytes of `width` pixels in a row of the first plane; 0 for MJPEG, which has no rows.
    #[must_use]
    pub fn row_bytes(self, width: usize) -> usize {
        match self {
            Self::Mjpeg => 0,
            Self::Yuyv => width.div_ceil(2).saturating_mul(4),
            Self::Nv12 | Self::Yuv420 | Self::Grey => width,
            Self::Y16 => width.saturating_mul(2),
            Self::Rgb24 | Self::Bgr24 => width.saturating_mul(3),
        }
    }
}

impl Layout {
    /// A layout whose rows follow one another without a gap.
    #[must_use]
    pub fn packed(format: PixelFormat, width: usize, height: usize) -> Self {
        Self { format, width, height, stride: format.row_bytes(width) }
    }

    /// The bytes of a frame with all of its planes and strides; 0 for MJPEG, where frames differ.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rows = |stride: usize, rows: usize| stride.saturating_mul(rows);
        let chroma_rows = self.height.div_ceil(2);
        let chroma = match self.format {
            PixelFormat::Nv12 => rows(self.chroma_stride(), chroma_rows),
            PixelFormat::Yuv420 => rows(self.chroma_stride(), 2 * chroma_rows),
            _ => 0,
        };
        rows(self.stride, self.height).saturating_add(chroma)
    }

    /// The least bytes that a whole frame can have: drivers may leave out what pads its last row.
    ///
    /// Shared by capture, which drops shorter frames, and by [`decode`](super::decode), which refuses them.
    #[must_use]
    pub fn bytes_min(&self) -> usize {
        let row = self.format.row_bytes(self.width);
        let padding = match self.format {
            PixelFormat::Mjpeg => return mjpeg::BYTES_MIN,
            PixelFormat::Nv12 => self.chroma_stride().saturating_sub(row.next_multiple_of(2)),
            PixelFormat::Yuv420 => self.chroma_stride().saturating_sub(row.div_ceil(2)),
            _ => self.stride.saturating_sub(row),
        };
        match self.bytes() {
            // More than there can be.
            usize::MAX => usize::MAX,
            bytes => bytes.saturating_sub(padding),
        }
    }

    /// Whether the sizes can be decoded, for raw formats: 1 to [`MAX_FRAME_PIXELS`] pixels, and rows that do not overlap.
    ///
    /// # Errors
    /// [`FrameError::Size`] and [`FrameError::Stride`].
    pub fn check(&self) -> Result<(), FrameError> {
        let &Self { format, width, height, stride } = self;
        check_size(width, height)?;
        match format.row_bytes(width) {
            needed if stride < needed => Err(FrameError::Stride { format, width, found: stride, needed }),
            _ => Ok(()),
        }
    }

    /// Bytes from a row of chroma to the next, for the formats in planes: half as many samples, in NV12 two beside each
    /// other.
    pub(super) fn chroma_stride(&self) -> usize {
        match self.format {
            PixelFormat::Nv12 => self.stride.next_multiple_of(2),
            _ => self.stride.div_ceil(2),
        }
    }
}

/// Refuses pictures without pixels or with more than [`MAX_FRAME_PIXELS`].
pub(super) fn check_size(width: usize, height: usize) -> Result<(), FrameError> {
    match width.checked_mul(height) {
        Some(1..=MAX_FRAME_PIXELS) => Ok(()),
        _ => Err(FrameError::Size { width, height }),
    }
}

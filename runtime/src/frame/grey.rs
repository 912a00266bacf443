//! From pixel formats to grey.

use super::{FrameError, Layout, PixelFormat, RawFrame, mjpeg};
use crate::image::Gray;

/// Decodes a frame to grey, into a picture whose memory is used again: none is asked for where the size stays and the
/// format is not MJPEG.
///
/// - Y is taken as it is, whether the camera uses 0 to 255 or 16 to 235: lines are normalized before they are read.
/// - Colours become luma by BT.601 in fixed point, within one of [`image::luma`](crate::image::luma).
/// - Of [`PixelFormat::Y16`] the high byte is taken. The format has its samples scaled to 16 bits, whatever the sensor
///   has, so that the low byte is less than one level of grey; rounding it would move half of the pixels by one level.
/// - MJPEG is decoded by [`mjpeg::decode`].
///
/// # Errors
/// [`FrameError`]; `grey` then has no meaning.
pub fn decode(frame: &RawFrame, grey: &mut Gray) -> Result<(), FrameError> {
    let layout = &frame.layout;
    if layout.format == PixelFormat::Mjpeg {
        return mjpeg::decode(&frame.bytes, grey);
    }
    check_payload(frame)?;
    shape(grey, layout.width, layout.height);
    match layout.format {
        PixelFormat::Yuyv => each_row(frame, grey, |row, grey| samples::<2>(row, grey, |[y, _]| y)),
        PixelFormat::Y16 => each_row(frame, grey, |row, grey| samples::<2>(row, grey, |[_, high]| high)),
        PixelFormat::Rgb24 => each_row(frame, grey, |row, grey| samples::<3>(row, grey, luma)),
        PixelFormat::Bgr24 => each_row(frame, grey, |row, grey| samples::<3>(row, grey, |[b, g, r]| luma([r, g, b]))),
        PixelFormat::Grey | PixelFormat::Nv12 | PixelFormat::Yuv420 | PixelFormat::Mjpeg => {
            each_row(frame, grey, |row, grey| grey.copy_from_slice(&row[..grey.len()]));
        }
    }
    Ok(())
}

/// Refuses a raw frame whose sizes cannot be, or whose payload is too short for them.
pub(super) fn check_payload(frame: &RawFrame) -> Result<(), FrameError> {
    let layout = &frame.layout;
    layout.check()?;
    let (found, needed) = (frame.bytes.len(), layout.bytes_min());
    if found < needed { Err(FrameError::TooShort { format: layout.format, found, needed }) } else { Ok(()) }
}

/// Gives the picture a size; what it shows has no meaning then.
pub(super) fn shape(grey: &mut Gray, width: usize, height: usize) {
    (grey.width, grey.height) = (width, height);
    grey.pixels.resize(width * height, 0);
}

/// Calls `convert` with each row of the first plane, without padding, and the row of the picture that it becomes.
fn each_row(frame: &RawFrame, grey: &mut Gray, convert: impl Fn(&[u8], &mut [u8])) {
    let &Layout { format, width, stride, .. } = &frame.layout;
    let used = format.row_bytes(width);
    for (row, grey) in frame.bytes.chunks(stride).zip(grey.pixels.chunks_exact_mut(width)) {
        convert(&row[..used], grey);
    }
}

/// Makes a pixel of each `N` bytes.
fn samples<const N: usize>(row: &[u8], grey: &mut [u8], value: impl Fn([u8; N]) -> u8) {
    for (sample, pixel) in row.as_chunks::<N>().0.iter().zip(grey) {
        *pixel = value(*sample);
    }
}

/// `0.299 R + 0.587 G + 0.114 B` in 16 bits after the point; the weights are 65536 together, so that white stays white.
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue) + (1 << 15);
    sum.to_be_bytes()[1]
}

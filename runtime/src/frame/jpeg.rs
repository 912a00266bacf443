//! Frames as JPEG files, for people.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::grey::check_payload;
use super::{FrameError, Layout, PixelFormat, RawFrame, decode, mjpeg};
use crate::image::Gray;

/// Little is lost, and the file is a tenth of the frame.
const QUALITY: u8 = 90;

/// Makes a JPEG file of a frame, in colour where the format has colours.
///
/// A JPEG frame stays as it is, with the standard Huffman tables put in where it has none. Y, U and V are taken for those
/// of JPEG, with the full range, so that the file's grey is what is read of the frame.
///
/// # Errors
/// [`FrameError`], as [`decode`] has it.
pub fn to_jpeg(frame: &RawFrame) -> Result<Vec<u8>, FrameError> {
    let &Layout { format, width, height, .. } = &frame.layout;
    if format == PixelFormat::Mjpeg {
        return mjpeg::with_tables(&frame.bytes).map(std::borrow::Cow::into_owned);
    }
    check_payload(frame)?;
    let (pixels, colours) = match format {
        PixelFormat::Grey | PixelFormat::Y16 | PixelFormat::Mjpeg => {
            let mut grey = Gray::filled(0, 0, 0);
            decode(frame, &mut grey)?;
            (grey.pixels, ExtendedColorType::L8)
        }
        PixelFormat::Rgb24 => (rgb(frame, |x, row| [0, 1, 2].map(|at| row[3 * x + at])), ExtendedColorType::Rgb8),
        PixelFormat::Bgr24 => (rgb(frame, |x, row| [2, 1, 0].map(|at| row[3 * x + at])), ExtendedColorType::Rgb8),
        PixelFormat::Yuyv => {
            let pixel = |x: usize, row: &[u8]| to_rgb([row[2 * x], row[x / 2 * 4 + 1], row[x / 2 * 4 + 3]]);
            (rgb(frame, pixel), ExtendedColorType::Rgb8)
        }
        PixelFormat::Nv12 | PixelFormat::Yuv420 => (planes(frame), ExtendedColorType::Rgb8),
    };
    let size = |pixels: usize| u32::try_from(pixels).map_err(|_| FrameError::Size { width, height });
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
    encoder
        .write_image(&pixels, size(width)?, size(height)?, colours)
        .map_err(|error| FrameError::Jpeg(error.to_string()))?;
    Ok(file)
}

/// The pixels in R, G, B of a format in one plane; `pixel` makes one of its column and row.
fn rgb(frame: &RawFrame, pixel: impl Fn(usize, &[u8]) -> [u8; 3]) -> Vec<u8> {
    let &Layout { width, height, stride, .. } = &frame.layout;
    let rows = frame.bytes.chunks(stride).take(height);
    rows.flat_map(|row| (0..width).flat_map(|x| pixel(x, row)).collect::<Vec<_>>()).collect()
}

/// The pixels in R, G, B of a format in planes, 4:2:0.
fn planes(frame: &RawFrame) -> Vec<u8> {
    let layout = &frame.layout;
    let (luma, chroma) = frame.bytes.split_at(layout.stride * layout.height);
    let stride = layout.chroma_stride();
    let second = stride * layout.height.div_ceil(2);
    let chroma_at = |x: usize, y: usize| match layout.format {
        PixelFormat::Nv12 => [0, 1].map(|at| chroma[y * stride + 2 * x + at]),
        _ => [0, second].map(|plane| chroma[plane + y * stride + x]),
    };
    let pixel = |x: usize, y: usize| {
        let [u, v] = chroma_at(x / 2, y / 2);
        to_rgb([luma[y * layout.stride + x], u, v])
    };
    (0..layout.height).flat_map(|y| (0..layout.width).flat_map(move |x| pixel(x, y))).collect()
}

/// The inverse of JPEG's Y, Cb, Cr (JFIF 1.02, page 3).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the values are clamped to 0..=255")]
fn to_rgb(yuv: [u8; 3]) -> [u8; 3] {
    let [y, u, v] = yuv.map(f32::from);
    let (u, v) = (u - 128.0, v - 128.0);
    [y + 1.402 * v, y - 0.344_14 * u - 0.714_14 * v, y + 1.772 * u].map(|value| value.round().clamp(0.0, 255.0) as u8)
}

//! JPEG frames: checked, given the tables that cameras leave out, decoded to grey.
//!
//! Frames come from outside, through a pipe from anywhere, so what they cost is bounded before it is paid: pixels by
//! [`MAX_FRAME_PIXELS`](super::MAX_FRAME_PIXELS) and by the frame's bytes, scans of progressive pictures by [`SCANS_MAX`],
//! segments by [`SEGMENTS_MAX`]. With these a picture takes up to seven bytes of memory a pixel on the way, and up to
//! [`SCANS_MAX`] passes over its coefficients.

mod tables;
#[cfg(test)]
mod tests;
mod walk;

use std::borrow::Cow;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{FrameError, PixelFormat, grey, layout};
use crate::guard::guarded;
use crate::image::Gray;
pub(crate) use walk::{Step, Walk};

/// Fewer bytes are no picture: the headers alone have more.
pub const BYTES_MIN: usize = 125;

/// The most scans of a picture. A baseline picture of a camera has one, progressive ones have about ten.
pub const SCANS_MAX: usize = 24;

/// The most segments of a picture; cameras write about ten. zune-jpeg looks at all the metadata again at each segment, so
/// that the time for very many would grow with their square.
pub const SEGMENTS_MAX: usize = 512;

/// The most pixels for each byte: a block of 8x8 pixels takes a bit or more.
const PIXELS_PER_BYTE: usize = 8 * 64;

/// The first bytes of a picture: SOI and the start of another marker.
pub(crate) const START: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// The last bytes: EOI.
const END: [u8; 2] = [0xFF, 0xD9];

/// What stands for the end while a picture is decoded: as much as zune-jpeg reads before it needs it, and less than the
/// shortest code of a block whose coefficients are all there.
const LOOK_AHEAD: [u8; 16] = [0; 16];

/// Looks at a frame's ends and headers: quick, for every frame, while only some are decoded.
///
/// Zeros after the end are what cameras pad with.
///
/// # Errors
/// [`FrameError`], where the frame is cut off, has no JPEG header or tells an impossible size.
pub fn check(bytes: &[u8]) -> Result<(), FrameError> {
    let (width, height) = header(bytes)?.size;
    let needed = (width * height).div_ceil(PIXELS_PER_BYTE);
    if bytes.len() < needed {
        return Err(FrameError::TooShort { format: PixelFormat::Mjpeg, found: bytes.len(), needed });
    }
    let used = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    if bytes[..used].ends_with(&END) { Ok(()) } else { Err(FrameError::jpeg("its end is missing")) }
}

/// The columns and rows that a frame tells.
///
/// # Errors
/// As [`check`], but for what is cut off at the end.
pub fn size(bytes: &[u8]) -> Result<(usize, usize), FrameError> {
    Ok(header(bytes)?.size)
}

/// Decodes a frame to grey: of a colour picture Y alone, so that chroma is neither scaled nor converted.
///
/// Without Huffman tables, which a camera may leave out, those of ITU-T T.81 Annex K.3 are taken.
///
/// # Errors
/// [`FrameError`], where the frame is damaged or cut off, or larger than the bounds above; `grey` then has no meaning. What
/// is missing before an end is noticed from a block of 8x8 pixels on; in a progressive picture, which cameras do not make,
/// it is not.
pub fn decode(bytes: &[u8], grey: &mut Gray) -> Result<(), FrameError> {
    let whole = &bytes[..end(bytes)?];
    let Header { size: (width, height), is_progressive, .. } = header(whole)?;
    let mut whole = with_tables(whole)?.into_owned();
    if !is_progressive {
        // At an end that comes too early zune-jpeg makes up what is missing, while it refuses to read past the last byte.
        whole.truncate(whole.len() - END.len());
        whole.extend(LOOK_AHEAD);
    }
    // A decoder of foreign bytes: what it did not think of must not end the program.
    guarded(|| {
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .jpeg_set_max_scans(SCANS_MAX)
            .jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(whole.as_slice()), options);
        decoder.decode_headers().map_err(|error| FrameError::Jpeg(error.to_string()))?;
        if decoder.dimensions() != Some((width, height)) {
            return Err(FrameError::jpeg("it tells two sizes"));
        }
        grey::shape(grey, width, height);
        decoder.decode_into(&mut grey.pixels).map_err(|error| FrameError::Jpeg(error.to_string()))
    })
    .unwrap_or_else(|message| Err(FrameError::Jpeg(format!("the decoder failed within: {message}"))))
}

/// The frame with the standard Huffman tables put in where it has none before its first scan.
///
/// # Errors
/// As [`check`].
pub fn with_tables(bytes: &[u8]) -> Result<Cow<'_, [u8]>, FrameError> {
    check(bytes)?;
    if header(bytes)?.has_tables {
        return Ok(Cow::Borrowed(bytes));
    }
    let (start, rest) = bytes.split_at(2);
    Ok(Cow::Owned([start, &tables::segment(), rest].concat()))
}

/// What the segments before the first scan tell.
struct Header {
    size: (usize, usize),
    is_progressive: bool,
    has_tables: bool,
}

fn header(bytes: &[u8]) -> Result<Header, FrameError> {
    if bytes.len() < BYTES_MIN {
        return Err(FrameError::TooShort { format: PixelFormat::Mjpeg, found: bytes.len(), needed: BYTES_MIN });
    }
    if !bytes.starts_with(&START) {
        return Err(FrameError::jpeg("it does not begin like one"));
    }
    let mut walk = Walk::default();
    while walk.scans == 0 {
        match walk.step(bytes) {
            Step::On => {}
            Step::More => return Err(FrameError::jpeg("it is cut off within its header")),
            Step::End(_) => return Err(FrameError::jpeg("it has no pixels")),
            Step::Broken(reason) => return Err(FrameError::jpeg(reason)),
        }
    }
    let (width, height) = walk.size.ok_or_else(|| FrameError::jpeg("it tells no size"))?;
    layout::check_size(width, height)?;
    Ok(Header { size: (width, height), is_progressive: walk.is_progressive, has_tables: walk.has_tables })
}

/// Where the picture ends, after walking over all of it.
fn end(bytes: &[u8]) -> Result<usize, FrameError> {
    if !bytes.starts_with(&START) {
        return Err(FrameError::jpeg("it does not begin like one"));
    }
    let mut walk = Walk::default();
    loop {
        match walk.step(bytes) {
            Step::On => {}
            Step::More => return Err(FrameError::jpeg("its end is missing")),
            Step::End(end) => return Ok(end),
            Step::Broken(reason) => return Err(FrameError::jpeg(reason)),
        }
    }
}

//! Grey images: what every picture becomes before anything else looks at it.
//!
//! Decoding is pure (bytes in, pixels out) and bounded: a picture whose header promises more than [`MAX_PIXELS`] or
//! [`MAX_BYTES`], or more than its file can hold, is refused before memory is asked for.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageDecoder, ImageFormat, ImageReader, Pixel};
use thiserror::Error;

/// The most pixels a decoded picture may have: above any camera a board carries.
pub const MAX_PIXELS: u64 = 100_000_000;

/// The most bytes of its pixels before they are grey, in all colours: with the grey ones half a gigabyte of memory.
pub const MAX_BYTES: u64 = 4 * MAX_PIXELS;

/// An 8-bit grey image, row-major, 0 black to 255 white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gray {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` values, row after row.
    pub pixels: Vec<u8>,
}

impl Gray {
    /// An image of one grey value.
    #[must_use]
    pub fn filled(width: usize, height: usize, value: u8) -> Self {
        Self { width, height, pixels: vec![value; width * height] }
    }

    /// The pixels of row `y`.
    ///
    /// # Panics
    /// If `y >= height`.
    #[must_use]
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }
}

/// Why bytes did not become a picture.
#[derive(Debug, Error)]
pub enum ImageError {
    /// The bytes do not start like a picture.
    #[error("not a JPEG, PNG or BMP picture: convert it to one of these")]
    Format,
    /// The bytes start like a picture but cannot be decoded.
    #[error("the picture is damaged ({0}): take or copy it again")]
    Damaged(image::ImageError),
    /// The picture is larger than [`MAX_PIXELS`] or [`MAX_BYTES`].
    #[error(
        "the picture has {width}x{height} pixels, in all more than {MAX_PIXELS} or {MAX_BYTES} bytes: scale it down or \
         cut it"
    )]
    TooLarge {
        /// Columns promised by the header.
        width: u32,
        /// Rows promised by the header.
        height: u32,
    },
    /// The file has fewer bytes than pixels of this number need.
    #[error("the file of the picture has {found} bytes, and its size needs {needed} or more: take or copy it again")]
    CutOff {
        /// Its bytes.
        found: usize,
        /// The fewest that there must be.
        needed: u64,
    },
}

/// Decodes a JPEG, PNG or BMP picture to grey, upright.
///
/// - The EXIF orientation is applied.
/// - Colour becomes luma by ITU-R BT.601 ([`luma`]); palettes are expanded first.
/// - 16-bit samples are rounded to 8 bits after the luma is taken.
/// - Transparent pixels are laid on white, the colour of the paper that such pictures are made for.
///
/// # Errors
/// [`ImageError`], when the bytes are no picture, a damaged one, or too large a one.
pub fn decode(bytes: &[u8]) -> Result<Gray, ImageError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| ImageError::Format)?;
    let format = reader.format().ok_or(ImageError::Format)?;
    let mut decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(image::ImageError::Unsupported(_)) => return Err(ImageError::Format),
        Err(error) => return Err(ImageError::Damaged(error)),
    };
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
        return Err(ImageError::TooLarge { width, height });
    }
    check_length(bytes, format, pixels)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let grey = to_grey(DynamicImage::from_decoder(decoder).map_err(ImageError::Damaged)?);
    // Turned only now, as two pictures in colour would take twice the memory.
    let mut grey = DynamicImage::from(grey);
    grey.apply_orientation(orientation);
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    Ok(Gray { width, height, pixels: grey.into_luma8().into_raw() })
}

/// Refuses a file that cannot hold its pixels. Decoders make up what is missing, and take their time for it.
fn check_length(file: &[u8], format: ImageFormat, pixels: u64) -> Result<(), ImageError> {
    let pixels_per_byte = match format {
        // A block of 8x8 pixels takes a bit or more.
        ImageFormat::Jpeg => 8 * 64,
        // A run of 255 pixels takes two bytes.
        ImageFormat::Bmp => 128,
        // PNG has up to eight pixels in a byte, and 258 bytes in two bits of its compressed stream.
        _ => 8 * 4 * 258,
    };
    let (found, needed) = (file.len(), pixels.div_ceil(pixels_per_byte));
    if (found as u64) < needed { Err(ImageError::CutOff { found, needed }) } else { Ok(()) }
}

/// Luma of ITU-R BT.601 for components of any one full scale: `0.299 R + 0.587 G + 0.114 B`.
///
/// The result has the scale of the components. Not gamma-corrected, as everywhere in this field.
#[must_use]
pub fn luma(red: f32, green: f32, blue: f32) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// The luma of a picture; in its own memory where it is grey already.
fn to_grey(picture: DynamicImage) -> GrayImage {
    match picture {
        DynamicImage::ImageLuma8(grey) => grey,
        DynamicImage::ImageLumaA8(picture) => luma_of(&picture, 255.0),
        DynamicImage::ImageRgb8(picture) => luma_of(&picture, 255.0),
        DynamicImage::ImageRgba8(picture) => luma_of(&picture, 255.0),
        DynamicImage::ImageLuma16(picture) => luma_of(&picture, 65535.0),
        DynamicImage::ImageLumaA16(picture) => luma_of(&picture, 65535.0),
        DynamicImage::ImageRgb16(picture) => luma_of(&picture, 65535.0),
        DynamicImage::ImageRgba16(picture) => luma_of(&picture, 65535.0),
        // No file of the three formats becomes one of these.
        other => luma_of(&other.into_rgba8(), 255.0),
    }
}

/// The luma of each pixel, without a copy in other colours; `full` is the value of white.
fn luma_of<P>(picture: &ImageBuffer<P, Vec<P::Subpixel>>, full: f32) -> GrayImage
where
    P: Pixel,
    f32: From<P::Subpixel>,
{
    let grey = picture.pixels().map(|pixel| over_white(pixel.to_rgba().0.map(f32::from), full)).collect();
    GrayImage::from_raw(picture.width(), picture.height(), grey).expect("there is a value for each pixel")
}

/// Luma of one pixel laid on white, rounded to 8 bits; `full` is the value of white and of an opaque alpha.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is within 0..=255")]
fn over_white([red, green, blue, alpha]: [f32; 4], full: f32) -> u8 {
    let opacity = alpha / full;
    let grey = luma(red, green, blue) * opacity + full * (1.0 - opacity);
    (grey * (255.0 / full)).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb, Rgba};

    fn png<I: Into<DynamicImage>>(picture: I) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.into().write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn colours_become_bt601_luma() {
        let rgb = ImageBuffer::from_fn(3, 1, |x, _| {
            let mut pixel = [0u8; 3];
            pixel[x as usize] = 255;
            Rgb(pixel)
        });
        assert_eq!(decode(&png(rgb)).unwrap().pixels, [76, 150, 29]);
    }

    #[test]
    fn sixteen_bit_samples_are_rounded_not_cut() {
        let grey = ImageBuffer::<Luma<u16>, _>::from_vec(3, 1, vec![0, 65535, 257 * 100 + 200]).unwrap();
        assert_eq!(decode(&png(grey)).unwrap().pixels, [0, 255, 101]);
    }

    #[test]
    fn transparent_pixels_lie_on_white() {
        let rgba = ImageBuffer::<Rgba<u8>, _>::from_vec(2, 1, vec![0, 0, 0, 0, 0, 0, 0, 255]).unwrap();
        assert_eq!(decode(&png(rgba)).unwrap().pixels, [255, 0]);
    }

    #[test]
    fn palettes_are_expanded_before_the_luma() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 4, 1);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]].concat());
        encoder.set_trns(vec![255, 255, 255, 0]);
        encoder.write_header().unwrap().write_image_data(&[3, 2, 1, 0]).unwrap();
        assert_eq!(decode(&bytes).unwrap().pixels, [255, 29, 150, 76]);
    }

    /// A JPEG of four plain quarters, whose EXIF block holds nothing but an orientation.
    fn photo(orientation: u8) -> Vec<u8> {
        let quarters =
            ImageBuffer::from_fn(64, 32, |x, y| Luma([[[0u8, 80], [160, 240]][y as usize / 16][x as usize / 32]]));
        let mut jpeg = Cursor::new(Vec::new());
        DynamicImage::from(quarters).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        let (start, rest) = jpeg.get_ref().split_at(2);
        let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
        [start, exif, &[orientation, 0, 0, 0, 0, 0, 0, 0], rest].concat()
    }

    #[test]
    fn photos_are_turned_upright() {
        // The quarters row by row, once the stored [0, 80, 160, 240] are turned as EXIF 2.3 (table 6) defines.
        let cases = [
            (1, [0, 80, 160, 240]),
            (2, [80, 0, 240, 160]),
            (3, [240, 160, 80, 0]),
            (4, [160, 240, 0, 80]),
            (5, [0, 160, 80, 240]),
            (6, [160, 0, 240, 80]),
            (7, [240, 80, 160, 0]),
            (8, [80, 240, 0, 160]),
            (9, [0, 80, 160, 240]), // no such orientation: left as it is
        ];
        for (orientation, expected) in cases {
            let picture = decode(&photo(orientation)).unwrap();
            let turned = (5..=8).contains(&orientation);
            assert_eq!((picture.width, picture.height), if turned { (32, 64) } else { (64, 32) }, "{orientation}");
            let centre = |right: usize, low: usize| {
                picture.row((2 * low + 1) * picture.height / 4)[(2 * right + 1) * picture.width / 4]
            };
            let quarters = [centre(0, 0), centre(1, 0), centre(0, 1), centre(1, 1)];
            // JPEG at its usual quality moves a plain block by a grey value or two.
            let near = quarters.iter().zip(expected).all(|(&found, expected)| found.abs_diff(expected) <= 4);
            assert!(near, "{orientation}: {quarters:?} and not {expected:?}");
        }
    }

    #[test]
    fn a_picture_that_promises_too_much_is_refused_by_its_header() {
        let mut bytes = Vec::new();
        let mut writer = png::Encoder::new(&mut bytes, 20_000, 20_000).write_header().unwrap();
        writer.write_chunk(png::chunk::IDAT, &[]).unwrap();
        drop(writer);
        assert!(matches!(decode(&bytes), Err(ImageError::TooLarge { width: 20_000, height: 20_000 })));
    }

    #[test]
    fn a_file_that_cannot_hold_its_pixels_is_cut_off() {
        // A header, and a scan without data.
        let mut jpeg =
            b"\xff\xd8\xff\xc0\0\x0b\x08\x20\0\x20\0\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\xff\xd9".to_vec();
        assert!(matches!(decode(&jpeg), Err(ImageError::CutOff { found: 27, needed: 131_072 })));
        // Height and width.
        jpeg[7..11].copy_from_slice(&[0, 64, 0, 64]);
        assert!(!matches!(decode(&jpeg), Err(ImageError::CutOff { .. })));
        let mut bmp = Cursor::new(Vec::new());
        ImageBuffer::from_pixel(8, 8, Luma([7u8])).write_to(&mut bmp, ImageFormat::Bmp).unwrap();
        let mut bmp = bmp.into_inner();
        // Width and height.
        bmp[18..26].copy_from_slice(&[[0, 32, 0, 0], [0, 32, 0, 0]].concat());
        assert!(matches!(decode(&bmp), Err(ImageError::CutOff { needed: 524_288, .. })));
    }

    #[test]
    fn deep_pictures_are_refused_by_their_bytes() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 9_000, 9_000);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Sixteen);
        encoder.write_header().unwrap().write_chunk(png::chunk::IDAT, &[]).unwrap();
        assert!(matches!(decode(&bytes), Err(ImageError::TooLarge { width: 9_000, height: 9_000 })));
    }

    #[test]
    fn bytes_that_are_no_picture_are_refused() {
        assert!(matches!(decode(b"hello, world, this is text"), Err(ImageError::Format)));
        assert!(matches!(decode(b""), Err(ImageError::Format)));
    }

    #[test]
    fn a_truncated_picture_is_damaged() {
        let bytes = png(ImageBuffer::from_pixel(64, 64, Luma([7u8])));
        assert!(matches!(decode(&bytes[..bytes.len() / 2]), Err(ImageError::Damaged(_))));
    }
}

//! Grey images: what every picture becomes before anything else looks at it.
//!
//! Decoding is pure (bytes in, pixels out) and bounded: a picture whose header promises more than [`MAX_PIXELS`] is
//! refused before memory is asked for.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use thiserror::Error;

/// The most pixels a decoded picture may have: above any camera a board carries, below half a gigabyte of memory.
pub const MAX_PIXELS: u64 = 100_000_000;

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
    /// The picture is larger than [`MAX_PIXELS`].
    #[error("the picture has {width}x{height} pixels, more than {MAX_PIXELS} in all: scale it down or cut it")]
    TooLarge {
        /// Columns promised by the header.
        width: u32,
        /// Rows promised by the header.
        height: u32,
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
    let mut decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(image::ImageError::Unsupported(_)) => return Err(ImageError::Format),
        Err(error) => return Err(ImageError::Damaged(error)),
    };
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::TooLarge { width, height });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(ImageError::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(to_gray(&picture))
}

/// Luma of ITU-R BT.601 for components of any one full scale: `0.299 R + 0.587 G + 0.114 B`.
///
/// The result has the scale of the components. Not gamma-corrected, as everywhere in this field.
#[must_use]
pub fn luma(red: f32, green: f32, blue: f32) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

fn to_gray(picture: &DynamicImage) -> Gray {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = match picture {
        DynamicImage::ImageLuma8(grey) => grey.as_raw().clone(),
        DynamicImage::ImageRgb8(rgb) => {
            let opaque = |[r, g, b]: [u8; 3]| over_white([r, g, b, u8::MAX].map(f32::from), 255.0);
            rgb.pixels().map(|pixel| opaque(pixel.0)).collect()
        }
        _ if sixteen_bit(picture) => {
            picture.to_rgba16().pixels().map(|pixel| over_white(pixel.0.map(f32::from), 65535.0)).collect()
        }
        _ => picture.to_rgba8().pixels().map(|pixel| over_white(pixel.0.map(f32::from), 255.0)).collect(),
    };
    Gray { width, height, pixels }
}

fn sixteen_bit(picture: &DynamicImage) -> bool {
    matches!(
        picture,
        DynamicImage::ImageLuma16(_)
            | DynamicImage::ImageLumaA16(_)
            | DynamicImage::ImageRgb16(_)
            | DynamicImage::ImageRgba16(_)
    )
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
    use image::{ImageBuffer, ImageFormat, Luma, Rgb, Rgba};

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

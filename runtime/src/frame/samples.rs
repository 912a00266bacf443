//! Frames for tests.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// A JPEG picture in colour; `seed` makes it differ from others.
pub(crate) fn jpeg(width: usize, height: usize, seed: usize) -> Vec<u8> {
    let pixel = |at: usize| {
        let (x, y) = (at % width, at / width);
        [x * 255 / width, y * 255 / height, (x * y / 8 + seed) % 256].map(|value| u8::try_from(value).unwrap())
    };
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    let [columns, rows] = [width, height].map(|size| u32::try_from(size).unwrap());
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).write_image(&pixels, columns, rows, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// The picture without its Huffman tables, as some cameras send theirs.
pub(crate) fn without_tables(picture: &[u8]) -> Vec<u8> {
    let mut kept = picture[..2].to_vec();
    let mut rest = &picture[2..];
    while rest[1] != 0xDA {
        let (segment, after) = rest.split_at(2 + usize::from(u16::from_be_bytes([rest[2], rest[3]])));
        if segment[1] != 0xC4 {
            kept.extend(segment);
        }
        rest = after;
    }
    [kept.as_slice(), rest].concat()
}

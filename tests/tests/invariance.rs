//! What must not change a reading: padding, polarity, the coding of the picture, company.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgba};
use labelcam::alphabet::AllowList;
use labelcam::image::{Gray, decode};
use labelcam::preprocess::Region;
use labelcam::recognizer::{Reading, Recognizer};

use crate::{lines, model};

/// How far the confidence of a line may move with its padding. The layers that look at the line from its end on meet
/// the padding first, so that it cannot be nothing; a tenth leaves the meaning of a confidence as it is.
const PADDING_TOLERANCE: f32 = 0.1;

static RECOGNIZER: LazyLock<Recognizer> =
    LazyLock::new(|| Recognizer::from_bytes(&model::bytes()).expect("the shipped model is whole"));

fn read_with(recognizer: &Recognizer, picture: &Gray) -> Reading {
    recognizer.read(picture, Region::whole(picture), &AllowList::all()).expect("the test's lines can be read")
}

fn read(picture: &Gray) -> Reading {
    read_with(&RECOGNIZER, picture)
}

fn as_image(picture: &Gray) -> GrayImage {
    let side = |side: usize| u32::try_from(side).expect("a line is small");
    GrayImage::from_raw(side(picture.width), side(picture.height), picture.pixels.clone()).expect("the sides fit")
}

fn encode(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).expect("a picture in memory can be coded");
    bytes.into_inner()
}

#[test]
fn padding_does_not_change_the_text() {
    for multiple in [32, 64, 128, 256] {
        let mut spec = model::contract();
        spec.input.width_multiple = multiple;
        let padding = Recognizer::from_foreign(&model::bytes(), spec).unwrap();
        for line in lines::all() {
            let (plain, padded) = (read(&line.picture), read_with(&padding, &line.picture));
            assert_eq!(padded.text, plain.text, "{} padded to a multiple of {multiple}", line.name);
            let moved = (padded.confidence - plain.confidence).abs();
            assert!(moved < PADDING_TOLERANCE, "{}: {moved} at a multiple of {multiple}", line.name);
        }
    }
}

#[test]
fn reading_twice_gives_the_same() {
    for line in lines::all() {
        assert_eq!(read(&line.picture), read(&line.picture), "{}", line.name);
    }
}

#[test]
fn a_region_reads_like_its_cut_out() {
    for line in lines::all() {
        let Gray { width, height, .. } = line.picture;
        let region = Region { x: 7, y: 5, width, height };
        let mut page = Gray::filled(width + 16, height + 9, 128);
        for y in 0..height {
            let start = (y + region.y) * page.width + region.x;
            page.pixels[start..start + width].copy_from_slice(line.picture.row(y));
        }
        let (within, alone) = (RECOGNIZER.read(&page, region, &AllowList::all()).unwrap(), read(&line.picture));
        assert_eq!((within.text, within.confidence), (alone.text, alone.confidence), "{}", line.name);
        for (within, alone) in within.characters.iter().zip(&alone.characters) {
            // A few additions of pixels, in thousandths of which nobody is interested.
            assert!((within.left - alone.left - 7.0).abs() < 1e-3, "{}: {within:?} {alone:?}", line.name);
        }
    }
}

#[test]
fn light_text_on_dark_reads_like_dark_on_light() {
    for line in lines::all() {
        let pixels = line.picture.pixels.iter().map(|&value| 255 - value).collect();
        let inverted = Gray { pixels, ..line.picture };
        assert_eq!(read(&inverted).text, line.text, "{}", line.name);
    }
}

/// A JPEG with an EXIF block that holds the orientation alone.
fn jpeg(picture: &DynamicImage, orientation: u8) -> Vec<u8> {
    let jpeg = encode(picture.clone(), ImageFormat::Jpeg);
    let mut bytes = jpeg[..2].to_vec(); // start of image
    bytes.extend(b"\xff\xe1\x00\x22Exif\0\0"); // APP1 of 34 bytes
    bytes.extend(b"II*\0\x08\0\0\0"); // little endian, first directory at 8
    bytes.extend(b"\x01\0\x12\x01\x03\0\x01\0\0\0"); // one entry: orientation, one short
    bytes.extend([orientation, 0, 0, 0]);
    bytes.extend([0; 4]); // no second directory
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn photos_are_read_upright() {
    for line in lines::all() {
        let upright = DynamicImage::from(as_image(&line.picture));
        // How a camera that is held so stores what is upright.
        let stored = [
            (1, upright.clone()),
            (2, upright.fliph()),
            (3, upright.rotate180()),
            (4, upright.flipv()),
            (5, upright.fliph().rotate270()),
            (6, upright.rotate270()),
            (7, upright.fliph().rotate90()),
            (8, upright.rotate90()),
        ];
        for (orientation, stored) in stored {
            let photo = decode(&jpeg(&stored, orientation)).unwrap();
            let sides = (photo.width, photo.height);
            assert_eq!(sides, (line.picture.width, line.picture.height), "{} at {orientation}", line.name);
            assert_eq!(read(&photo).text, line.text, "{} at {orientation}", line.name);
        }
    }
}

/// The picture as a PNG whose palette runs from white to black.
fn palette(picture: &Gray) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = as_image(picture).dimensions();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette((0..=255u8).rev().flat_map(|value| [value; 3]).collect::<Vec<_>>());
    let mut writer = encoder.write_header().expect("a header in memory can be written");
    let indices: Vec<_> = picture.pixels.iter().map(|&value| 255 - value).collect();
    writer.write_image_data(&indices).expect("pixels in memory can be written");
    writer.finish().expect("an end in memory can be written");
    bytes
}

#[test]
fn the_coding_of_a_picture_does_not_matter() {
    for line in lines::all() {
        let grey = as_image(&line.picture);
        let (width, height) = grey.dimensions();
        let value = |x, y| grey.get_pixel(x, y).0[0];
        let deep = ImageBuffer::from_fn(width, height, |x, y| Luma([u16::from(value(x, y)) * 257]));
        let opaque = ImageBuffer::from_fn(width, height, |x, y| LumaA([value(x, y), 255]));
        // Black ink, the thinner the more paper shows.
        let ink = ImageBuffer::from_fn(width, height, |x, y| Rgba([0, 0, 0, 255 - value(x, y)]));
        let codings = [
            ("16 bits", encode(deep, ImageFormat::Png)),
            ("opaque", encode(opaque, ImageFormat::Png)),
            ("transparent", encode(ink, ImageFormat::Png)),
            ("palette", palette(&line.picture)),
            ("BMP", encode(grey.clone(), ImageFormat::Bmp)),
        ];
        for (coding, bytes) in codings {
            assert_eq!(read(&decode(&bytes).unwrap()), read(&line.picture), "{}, {coding}", line.name);
        }
    }
}

#[test]
fn threads_share_a_recognizer() {
    let lines = lines::all();
    let expected: Vec<_> = lines.iter().map(|line| read(&line.picture)).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (lines, expected) = (&lines, &expected);
            scope.spawn(move || {
                // Each starts elsewhere, so that they are at lines of different widths.
                for at in (0..lines.len()).map(|i| (i + 3 * thread) % lines.len()) {
                    assert_eq!(read(&lines[at].picture), expected[at], "{}", lines[at].name);
                }
            });
        }
    });
}

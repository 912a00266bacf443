//! From a picture's bytes to the network's input: decoding, then [`preprocess::line`].

use std::hint::black_box;
use std::io::Cursor;

use criterion::{BenchmarkId, Criterion, Throughput};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use labelcam::image::{Gray, decode};
use labelcam::preprocess::{self, Region};
use labelcam::spec::{InputSpec, Normalization, Resize};

/// Columns and rows of the picture that is decoded: what a cheap camera gives.
const PICTURE_PX: (u32, u32) = (640, 480);

/// Columns and rows of the lines: a sharp close one that is shrunk, a small far one that is enlarged.
const LINES_PX: [(&str, usize, usize); 2] = [("shrink", 640, 120), ("enlarge", 80, 16)];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    decoding(&mut criterion);
    lines(&mut criterion);
    criterion.final_summary();
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("image/decode");
    let picture = DynamicImage::from(picture(PICTURE_PX.0, PICTURE_PX.1));
    group.throughput(Throughput::Elements(u64::from(PICTURE_PX.0) * u64::from(PICTURE_PX.1)));
    for (name, format) in [("jpeg", ImageFormat::Jpeg), ("png", ImageFormat::Png)] {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), format).expect("memory takes any picture");
        group.bench_with_input(BenchmarkId::new(name, "640x480"), &bytes, |bencher, bytes| {
            bencher.iter(|| decode(black_box(bytes)));
        });
    }
    group.finish();
}

fn lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("preprocess/line");
    let spec = input_spec();
    for (name, width, height) in LINES_PX {
        let image = grey(width, height);
        let region = Region::whole(&image);
        group.bench_function(BenchmarkId::new(name, format!("{width}x{height}")), |bencher| {
            bencher.iter(|| preprocess::line(black_box(&image), region, &spec));
        });
    }
    group.finish();
}

/// The input of the shipped models.
fn input_spec() -> InputSpec {
    InputSpec {
        channels: 1,
        height: 32,
        normalization: Normalization::Line { min_std: 4.0 },
        resize: Resize::KeepRatio,
        time_stride: 4,
        width_multiple: 32,
        max_width: 2048,
    }
}

/// A colour picture with edges and grain, so that neither format finds it easy.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grey = level(x, y);
        Rgb([grey, grey.saturating_sub(12), grey / 2 + 60])
    })
}

#[expect(clippy::cast_possible_truncation, reason = "sides of a small picture")]
fn grey(width: usize, height: usize) -> Gray {
    let level = |i: usize| level((i % width) as u32, (i / width) as u32);
    Gray { width, height, pixels: (0..width * height).map(level).collect() }
}

/// Dark strokes on a light ground that falls off to the right, with grain; the same at every run.
fn level(x: u32, y: u32) -> u8 {
    let stroke = x % 23 < 7 && y % 31 < 22;
    let ground = 225 - (x / 16).min(60);
    let grain = x.wrapping_mul(0x9e37_79b1).wrapping_add(y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35) >> 28;
    u8::try_from(if stroke { 40 } else { ground } + grain).unwrap_or(u8::MAX)
}

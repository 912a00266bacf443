//! Finding lines in whole pictures, first and second, and cutting one out.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion};
use labelcam::dataset;
use labelcam::image::Gray;
use labelcam::lines::{Finder, Options, rectify};

/// A rendered picture of 640x480 pixels with four lines.
const SCENE: &str = "../tests/data/scenes/tape.png";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let scene = dataset::picture(&Path::new(env!("CARGO_MANIFEST_DIR")).join(SCENE)).expect("the scene is a picture");
    let mut group = criterion.benchmark_group("lines/find");
    let mut finder = Finder::new(Options::default());
    // Noise has the most pieces: what a picture costs at worst.
    for (name, picture) in [("scene", &scene), ("noise", &noise(640, 480)), ("large", &tiled(&scene, 1280, 720))] {
        let size = format!("{}x{}", picture.width, picture.height);
        group.bench_function(BenchmarkId::new(name, size), |bencher| bencher.iter(|| finder.find(black_box(picture))));
    }
    group.finish();
    let mut group = criterion.benchmark_group("lines/second_choice");
    for (name, picture) in [("scene", &scene), ("noise", &noise(640, 480))] {
        let found = finder.find(picture);
        // As though every other place had turned out to be text.
        let read: Vec<_> = found.iter().step_by(2).map(|line| line.quad).collect();
        group.bench_function(name, |bencher| bencher.iter(|| finder.second_choice(black_box(picture), &found, &read)));
    }
    group.finish();
    let line = finder.find(&scene).into_iter().next().expect("the scene has lines");
    criterion.bench_function("lines/rectify", |bencher| bencher.iter(|| rectify(black_box(&scene), &line.quad)));
    criterion.final_summary();
}

/// A picture repeated to a size.
fn tiled(picture: &Gray, width: usize, height: usize) -> Gray {
    let pixel = |i: usize| picture.row(i / width % picture.height)[i % width % picture.width];
    Gray { width, height, pixels: (0..width * height).map(pixel).collect() }
}

/// Noise in every pixel, the same at every run.
fn noise(width: usize, height: usize) -> Gray {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    Gray { width, height, pixels: (0..width * height).map(|_| next()).collect() }
}

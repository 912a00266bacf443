//! Tests of preprocessing.

use proptest::prelude::*;

use super::*;
use crate::spec::Resize;

const FIXED: Normalization = Normalization::Fixed { mean: 100.0, std: 50.0 };
const LINE: Normalization = Normalization::Line { min_std: 4.0 };

fn spec(normalization: Normalization) -> InputSpec {
    let (height, max_width) = (8, 64);
    InputSpec {
        channels: 1,
        height,
        normalization,
        resize: Resize::KeepRatio,
        time_stride: 4,
        width_multiple: 8,
        max_width,
    }
}

/// A picture without symmetry: values from 0 to 250.
fn picture(width: usize, height: usize) -> Gray {
    let value = |i: usize| u8::try_from(i * i * 7 % 251).unwrap();
    Gray { width, height, pixels: (0..width * height).map(value).collect() }
}

fn inverted(picture: &Gray) -> Gray {
    Gray { pixels: picture.pixels.iter().map(|value| 255 - value).collect(), ..*picture }
}

fn whole(picture: &Gray, normalization: Normalization) -> LineInput {
    line(picture, Region::whole(picture), &spec(normalization)).unwrap()
}

#[track_caller]
fn assert_near(values: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(values.len(), expected.len());
    for (at, (value, expected)) in values.iter().zip(expected).enumerate() {
        assert!((value - expected).abs() <= tolerance, "{value} at {at} is not {expected}");
    }
}

#[test]
fn regions_outside_the_image_are_refused() {
    let image = picture(20, 10);
    let regions = [(13, 0, 8, 8), (0, 3, 8, 8), (usize::MAX, 0, 8, 8), (0, usize::MAX, 8, 8), (20, 10, 4, 4)];
    for (x, y, width, height) in regions {
        let region = Region { x, y, width, height };
        let error = PreprocessError::Outside { region, image_width: 20, image_height: 10 };
        assert_eq!(line(&image, region, &spec(LINE)), Err(error));
    }
    assert!(line(&image, Region { x: 12, y: 2, width: 8, height: 8 }, &spec(LINE)).is_ok());
}

#[test]
fn lines_with_too_few_pixels_are_refused() {
    for (width, height) in [(3, 8), (8, 3), (0, 0)] {
        let error = PreprocessError::TooSmall { width, height };
        assert_eq!(scaled_width(width, height, &spec(LINE)), Err(error.clone()));
        let image = picture(8, 8);
        assert_eq!(line(&image, Region { x: 0, y: 0, width, height }, &spec(LINE)), Err(error));
    }
    assert!(line(&picture(4, 4), Region { x: 0, y: 0, width: 4, height: 4 }, &spec(LINE)).is_ok());
}

#[test]
fn lines_that_scale_beyond_the_model_are_refused() {
    assert_eq!(scaled_width(128, 16, &spec(LINE)), Ok(64));
    let error = PreprocessError::TooWide { width: 130, height: 16, scaled: 65, max: 64 };
    assert_eq!(scaled_width(130, 16, &spec(LINE)), Err(error));
}

#[test]
fn the_scaled_width_is_rounded_half_up() {
    // width * 8 / height: 4.5, 4.44, 4.57, and a sliver that keeps a column.
    for (width, height, scaled) in [(9, 16, 5), (10, 18, 4), (8, 14, 5), (4, 80, 1)] {
        assert_eq!(scaled_width(width, height, &spec(LINE)), Ok(scaled), "{width}x{height}");
    }
}

#[test]
fn the_right_is_padded_with_zeros_to_the_width_multiple() {
    for (width, padded) in [(7, 8), (8, 8), (9, 16)] {
        let input = whole(&Gray::filled(width, 8, 200), FIXED);
        assert_eq!((input.width(), input.height()), (padded, 8));
        for row in input.pixels().chunks_exact(padded) {
            assert_near(&row[..width], &vec![2.0; width], 1e-5);
            assert_eq!(row[width..], vec![0.0; padded - width], "padding is exactly zero");
        }
    }
}

#[test]
fn fixed_normalization_is_the_formula() {
    let image = picture(16, 8);
    let expected: Vec<_> = image.pixels.iter().map(|&value| (f32::from(value) - 100.0) / 50.0).collect();
    assert_near(whole(&image, FIXED).pixels(), &expected, 1e-6);
}

#[test]
fn line_normalization_has_mean_zero_and_deviation_one() {
    let input = whole(&picture(16, 8), LINE);
    let (mean, std) = mean_and_std(input.pixels());
    // Rounding of 128 values to f32.
    assert!(mean.abs() < 1e-5 && (std - 1.0).abs() < 1e-5, "{mean} {std}");
}

#[test]
fn the_noise_of_an_empty_line_stays_small() {
    let mut image = Gray::filled(16, 8, 100);
    image.pixels[5] = 104;
    let (mean, std) = mean_and_std(&image.pixels.iter().map(|&value| f32::from(value)).collect::<Vec<_>>());
    assert!(std < 4.0);
    let input = whole(&image, LINE);
    assert_near(&input.pixels()[5..6], &[(104.0 - mean) / 4.0], 1e-6);
    assert!(whole(&Gray::filled(16, 8, 100), LINE).pixels().iter().all(|&value| value == 0.0));
}

#[test]
fn light_on_dark_is_the_negative_of_dark_on_light() {
    for (width, height) in [(16, 8), (40, 23), (9, 5)] {
        let image = picture(width, height);
        let negative: Vec<_> = whole(&image, LINE).pixels().iter().map(|value| -value).collect();
        // The weights of the filter sum to 1 but for rounding, and that is of values up to 255.
        assert_near(whole(&inverted(&image), LINE).pixels(), &negative, 1e-4);
    }
}

#[test]
fn a_region_is_cut_out_exactly() {
    let image = picture(40, 30);
    let region = Region { x: 5, y: 7, width: 21, height: 13 };
    let rows = (0..region.height).flat_map(|y| image.row(region.y + y)[region.x..region.x + region.width].to_vec());
    let cut = Gray { width: region.width, height: region.height, pixels: rows.collect() };
    assert_eq!(line(&image, region, &spec(LINE)).unwrap(), whole(&cut, LINE));
}

#[test]
fn a_line_fills_the_left_of_a_block() {
    let input = whole(&picture(8, 8), FIXED);
    let mut block = vec![9.0; 12 * 8];
    input.copy_into(&mut block, 12);
    for (row, of) in block.chunks_exact(12).zip(input.pixels().chunks_exact(8)) {
        assert_eq!((&row[..8], &row[8..]), (of, [9.0; 4].as_slice()));
    }
}

proptest! {
    #[test]
    fn any_region_gives_a_padded_line_or_an_error(x in 0usize..40, y in 0usize..40, w in 0usize..90, h in 0usize..50) {
        let region = Region { x, y, width: w, height: h };
        if let Ok(input) = line(&picture(80, 40), region, &spec(LINE)) {
            prop_assert_eq!(input.height(), 8);
            prop_assert!(input.width().is_multiple_of(8) && input.width() <= 64);
            prop_assert!(input.pixels().iter().all(|value| value.is_finite()));
        }
    }
}

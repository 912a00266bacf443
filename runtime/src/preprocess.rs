//! From a grey picture and a region to the network's input: the one definition, used by the board, the trainer and
//! the quantizer alike.
//!
//! 1. The region is cut out (a cut, no copy).
//! 2. It is scaled to the model's height, the ratio of its sides kept, by a triangle filter ([`resample`]).
//! 3. The values are normalized as the model's [`InputSpec`] says.
//! 4. The right is padded with zeros to the width multiple of the [`InputSpec`].
//!
//! Light text on dark needs no step here: models are trained on both polarities, and [`Normalization::Line`] makes one
//! the exact negative of the other.

mod resample;
#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::image::Gray;
use crate::spec::{InputSpec, Normalization};

/// A region must have at least this many pixels a side: below it no print is legible.
pub const MIN_SIDE_PX: usize = 4;

/// A rectangle within an image, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Region {
    /// The whole of `image`.
    #[must_use]
    pub fn whole(image: &Gray) -> Self {
        Self { x: 0, y: 0, width: image.width, height: image.height }
    }
}

/// A text line ready for the network: normalized, `height` rows of `width` values, row-major.
///
/// Only [`line`] makes one, so holding one proves that the model's input contract was applied.
#[derive(Debug, Clone, PartialEq)]
pub struct LineInput {
    pixels: Vec<f32>,
    width: usize,
}

impl LineInput {
    /// `height * width` values.
    #[must_use]
    pub fn pixels(&self) -> &[f32] {
        &self.pixels
    }

    /// Columns, a multiple of the spec's `width_multiple`.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// Writes the line into the left of a block of `height` rows of `width` columns, the rest left as it is.
    ///
    /// A block that was zero stays zero right of the line, and zero is what padding is.
    ///
    /// # Panics
    /// If the block is narrower than the line or has fewer rows.
    pub fn copy_into(&self, block: &mut [f32], width: usize) {
        for (row, target) in self.pixels.chunks_exact(self.width).zip(block.chunks_exact_mut(width)) {
            target[..self.width].copy_from_slice(row);
        }
    }
}

/// Why a region cannot be a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PreprocessError {
    /// Some of the region lies outside the image.
    #[error(
        "the region {}x{} at {},{} does not lie within the image of {image_width}x{image_height} pixels: move or shrink it",
        region.width, region.height, region.x, region.y
    )]
    Outside {
        /// The region asked for.
        region: Region,
        /// Columns of the image.
        image_width: usize,
        /// Rows of the image.
        image_height: usize,
    },
    /// A side is shorter than [`MIN_SIDE_PX`].
    #[error(
        "the line has {width}x{height} pixels and needs {MIN_SIDE_PX} a side at least: cut out more of the picture"
    )]
    TooSmall {
        /// Columns of the region.
        width: usize,
        /// Rows of the region.
        height: usize,
    },
    /// Scaled to the model's height, the line is wider than the model allows.
    #[error(
        "the line of {width}x{height} pixels becomes {scaled} pixels wide at the model's height, and {max} is the most it \
         reads: cut it into shorter lines"
    )]
    TooWide {
        /// Columns of the region.
        width: usize,
        /// Rows of the region.
        height: usize,
        /// Columns after scaling.
        scaled: usize,
        /// The model's most.
        max: usize,
    },
}

/// Makes the network's input from a region of an image.
///
/// The result is `spec.height` rows high and `round(region.width * spec.height / region.height)` columns wide, that
/// rounded up to a multiple of `spec.width_multiple` with zeros at the right.
///
/// # Errors
/// [`PreprocessError`], when the region is outside the image, too small, or too wide for the model.
pub fn line(image: &Gray, region: Region, spec: &InputSpec) -> Result<LineInput, PreprocessError> {
    check_inside(image, region)?;
    let scaled = scaled_width(region.width, region.height, spec)?;
    let mut values = resample::triangle(image, region, scaled, spec.height);
    normalize(&mut values, spec.normalization);
    let width = scaled.next_multiple_of(spec.width_multiple);
    let mut pixels = vec![0.0; width * spec.height];
    for (row, target) in values.chunks_exact(scaled).zip(pixels.chunks_exact_mut(width)) {
        target[..scaled].copy_from_slice(row);
    }
    Ok(LineInput { pixels, width })
}

/// Columns of a region of `width` x `height` pixels once it is scaled to the model's height, before padding.
///
/// # Errors
/// [`PreprocessError::TooSmall`] or [`PreprocessError::TooWide`].
pub fn scaled_width(width: usize, height: usize, spec: &InputSpec) -> Result<usize, PreprocessError> {
    if width < MIN_SIDE_PX || height < MIN_SIDE_PX {
        return Err(PreprocessError::TooSmall { width, height });
    }
    let scaled = ((width * spec.height + height / 2) / height).max(1);
    if scaled > spec.max_width {
        return Err(PreprocessError::TooWide { width, height, scaled, max: spec.max_width });
    }
    Ok(scaled)
}

fn check_inside(image: &Gray, region: Region) -> Result<(), PreprocessError> {
    let right = region.x.checked_add(region.width);
    let bottom = region.y.checked_add(region.height);
    match (right, bottom) {
        (Some(right), Some(bottom)) if right <= image.width && bottom <= image.height => Ok(()),
        _ => Err(PreprocessError::Outside { region, image_width: image.width, image_height: image.height }),
    }
}

fn normalize(values: &mut [f32], normalization: Normalization) {
    let (mean, deviation) = match normalization {
        Normalization::Fixed { mean, std } => (mean, std),
        Normalization::Line { min_std } => {
            let (mean, std) = mean_and_std(values);
            (mean, std.max(min_std))
        }
    };
    for value in values {
        *value = (*value - mean) / deviation;
    }
}

/// Mean and standard deviation (of the population), in two passes so that a flat bright line does not cancel.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sums of pixels, far from the limits")]
fn mean_and_std(values: &[f32]) -> (f32, f32) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let variance = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count;
    (mean as f32, variance.sqrt() as f32)
}

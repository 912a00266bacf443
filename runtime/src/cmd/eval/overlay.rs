//! A picture with quadrilaterals drawn in, to look at.

use std::path::Path;

use anyhow::Result;
use image::{Rgb, RgbImage};

use crate::image::Gray;
use crate::lines::Quad;

/// Colour of the lines that were found.
const FOUND: Rgb<u8> = Rgb([0, 200, 0]);

/// Colour of the top of these, where their text begins.
const TOP: Rgb<u8> = Rgb([0, 90, 255]);

/// Colour of the true lines that were not found.
const MISSED: Rgb<u8> = Rgb([255, 0, 0]);

/// Pixels of a dash, and of the gap after it.
const DASH_PX: usize = 4;

/// Writes a picture as PNG with the lines that were found and those that were missed.
pub(super) fn write(path: &Path, picture: &Gray, found: &[Quad], missed: &[Quad]) -> Result<()> {
    let (width, height) = (u32::try_from(picture.width)?, u32::try_from(picture.height)?);
    let mut canvas = RgbImage::from_fn(width, height, |x, y| Rgb([picture.row(y as usize)[x as usize]; 3]));
    for quad in found {
        for side in 0..4 {
            stroke(&mut canvas, quad, side, (if side == 0 { TOP } else { FOUND }, false));
        }
    }
    for quad in missed {
        for side in 0..4 {
            stroke(&mut canvas, quad, side, (MISSED, true));
        }
    }
    Ok(canvas.save(path)?)
}

/// Draws a side of a quadrilateral; what is outside is cut.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a picture; a cast of what lies left of it or above saturates, and is left out"
)]
fn stroke(canvas: &mut RgbImage, quad: &Quad, side: usize, (colour, dashed): (Rgb<u8>, bool)) {
    let ([x0, y0], [x1, y1]) = (quad.0[side], quad.0[(side + 1) % 4]);
    let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0) as usize;
    for step in (0..=steps).filter(|step| !dashed || step % (2 * DASH_PX) < DASH_PX) {
        let share = step as f32 / steps as f32;
        let (x, y) = (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
        if let Some(pixel) = canvas.get_pixel_mut_checked(x as u32, y as u32) {
            *pixel = colour;
        }
    }
}

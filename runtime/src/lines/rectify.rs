//! Cuts a quadrilateral out of a picture and makes it an upright rectangle, as perspective does it.
//!
//! The rectangle has the quadrilateral's own size in pixels, so that neither detail nor anything else is added; scaling
//! to the model's height is left to [`crate::preprocess`], whose filter does not alias.

use thiserror::Error;

use super::quad::Quad;
use crate::image::Gray;
use crate::preprocess::MIN_SIDE_PX;

/// How far outside the picture a corner may lie, in pixels: what rounding makes of one on the border.
const OUTSIDE_PX: f32 = 0.01;

/// Why a quadrilateral cannot be cut out.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum QuadError {
    /// The corners are no convex quadrilateral in the order wanted.
    #[error(
        "the corners {} are not those of a convex quadrilateral, clockwise: begin at the text's top left and go around \
         by its top right",
        corners(quad)
    )]
    NotConvex {
        /// The quadrilateral asked for.
        quad: Quad,
    },
    /// A corner lies outside the picture.
    #[error(
        "the corner {},{} lies outside the picture of {width}x{height} pixels: move it within", corner[0], corner[1]
    )]
    Outside {
        /// The corner.
        corner: [f32; 2],
        /// Columns of the picture.
        width: usize,
        /// Rows of the picture.
        height: usize,
    },
    /// A side is shorter than [`MIN_SIDE_PX`].
    #[error(
        "the quadrilateral {} has a side of {side_px:.1} pixels, and {MIN_SIDE_PX} is the least: make it larger",
        corners(quad)
    )]
    TooSmall {
        /// The quadrilateral asked for.
        quad: Quad,
        /// Its shortest side.
        side_px: f32,
    },
}

fn corners(quad: &Quad) -> String {
    quad.0.map(|[x, y]| format!("{x},{y}")).join(" ")
}

/// Cuts `quad` out of `image`, upright: its first corner becomes the top left.
///
/// The result is as many pixels wide as top and bottom are long in the mean, and as many high as left and right are.
/// Values are interpolated between the four nearest pixels; beyond the border the nearest pixel holds.
///
/// # Errors
/// [`QuadError`], when the corners are not convex and clockwise, lie outside the picture, or are too near each other.
pub fn rectify(image: &Gray, quad: &Quad) -> Result<Gray, QuadError> {
    check_shape(quad)?;
    check_inside(image, quad)?;
    let (width, height) = (quad.width().round() as usize, quad.height().round() as usize);
    let map = square_to_quad(quad);
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        let v = (y as f32 + 0.5) / height as f32;
        let start = [1, 4, 7].map(|at| map[at] * v + map[at + 1]);
        pixels.extend((0..width).map(|x| {
            let u = (x as f32 + 0.5) / width as f32;
            let [sx, sy, sw] = [0, 3, 6].map(|at| map[at] * u + start[at / 3]);
            sample(image, sx / sw - 0.5, sy / sw - 0.5)
        }));
    }
    Ok(Gray { width, height, pixels })
}

/// Whether a quadrilateral can be cut out of a picture that it lies within.
///
/// # Errors
/// [`QuadError::NotConvex`] or [`QuadError::TooSmall`].
pub fn check_shape(quad: &Quad) -> Result<(), QuadError> {
    if !quad.is_convex() {
        return Err(QuadError::NotConvex { quad: *quad });
    }
    let side_px = quad.sides().into_iter().fold(f32::MAX, f32::min);
    if side_px < MIN_SIDE_PX as f32 {
        return Err(QuadError::TooSmall { quad: *quad, side_px });
    }
    Ok(())
}

fn check_inside(image: &Gray, quad: &Quad) -> Result<(), QuadError> {
    let (right, below) = (image.width as f32 + OUTSIDE_PX, image.height as f32 + OUTSIDE_PX);
    let inside = |&[x, y]: &[f32; 2]| x >= -OUTSIDE_PX && y >= -OUTSIDE_PX && x <= right && y <= below;
    match quad.0.iter().find(|corner| !inside(corner)) {
        Some(&corner) => Err(QuadError::Outside { corner, width: image.width, height: image.height }),
        None => Ok(()),
    }
}

/// The projective map from the unit square to a quadrilateral, as a row-major 3x3 matrix (Heckbert 1989, section 2.2.3).
fn square_to_quad(quad: &Quad) -> [f32; 9] {
    let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad.0;
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    // Twice the area of the triangle of corners 1, 2 and 3: not zero where the quadrilateral is convex.
    let det = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((dx3 * dy2 - dx2 * dy3) / det, (dx1 * dy3 - dx3 * dy1) / det);
    [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1.0]
}

/// Bilinear sample; pixel `i` has its centre at `i`.
fn sample(image: &Gray, x: f32, y: f32) -> u8 {
    let (right, below) = ((image.width - 1) as f32, (image.height - 1) as f32);
    let (x, y) = (x.clamp(0.0, right), y.clamp(0.0, below));
    let (left, top) = (x as usize, y as usize);
    let (next, under) = ((left + 1).min(image.width - 1), (top + 1).min(image.height - 1));
    let (ax, ay) = (x - left as f32, y - top as f32);
    let at = |x: usize, y: usize| f32::from(image.pixels[y * image.width + x]);
    let upper = at(left, top) + (at(next, top) - at(left, top)) * ax;
    let lower = at(left, under) + (at(next, under) - at(left, under)) * ax;
    (upper + (lower - upper) * ay + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grey levels that are linear in both coordinates, which bilinear samples keep exactly.
    fn ramp(width: usize, height: usize) -> Gray {
        let pixels = (0..width * height).map(|i| (2 * (i % width) + 3 * (i / width)) as u8).collect();
        Gray { width, height, pixels }
    }

    #[test]
    fn a_rectangle_on_whole_pixels_is_a_plain_cut() {
        let image = ramp(30, 20);
        let cut = rectify(&image, &Quad([[4.0, 3.0], [14.0, 3.0], [14.0, 9.0], [4.0, 9.0]])).unwrap();
        assert_eq!((cut.width, cut.height), (10, 6));
        for y in 0..6 {
            assert_eq!(cut.row(y), &image.row(y + 3)[4..14]);
        }
    }

    #[test]
    fn a_turned_quad_is_the_cut_upside_down() {
        let image = ramp(30, 20);
        let quad = Quad([[4.0, 3.0], [14.0, 3.0], [14.0, 9.0], [4.0, 9.0]]);
        let mut upright = rectify(&image, &quad).unwrap();
        upright.pixels.reverse();
        assert_eq!(rectify(&image, &quad.turned()).unwrap(), upright);
    }

    #[test]
    fn a_quarter_turn_reads_down_the_columns() {
        let image = ramp(30, 20);
        // The text runs down: its top left is the picture's top right.
        let cut = rectify(&image, &Quad([[14.0, 3.0], [14.0, 9.0], [4.0, 9.0], [4.0, 3.0]])).unwrap();
        assert_eq!((cut.width, cut.height), (6, 10));
        assert_eq!(cut.row(0), [3, 4, 5, 6, 7, 8].map(|y| image.row(y)[13]));
    }

    #[test]
    fn perspective_takes_the_crossing_of_the_diagonals_to_the_middle() {
        let quad = Quad([[10.0, 10.0], [90.0, 20.0], [80.0, 60.0], [15.0, 80.0]]);
        let map = square_to_quad(&quad);
        let at = |u: f32, v: f32| {
            let w = map[6] * u + map[7] * v + map[8];
            [(map[0] * u + map[1] * v + map[2]) / w, (map[3] * u + map[4] * v + map[5]) / w]
        };
        for ([u, v], [x, y]) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].into_iter().zip(quad.0) {
            assert!((at(u, v)[0] - x).abs() < 1e-3 && (at(u, v)[1] - y).abs() < 1e-3);
        }
        // Straight lines stay straight: the middle lies on both diagonals.
        let middle = at(0.5, 0.5);
        for (from, to) in [(0, 2), (1, 3)] {
            let ([x0, y0], [x1, y1]) = (quad.0[from], quad.0[to]);
            assert!(((x1 - x0) * (middle[1] - y0) - (y1 - y0) * (middle[0] - x0)).abs() < 1e-1);
        }
    }

    #[test]
    fn what_cannot_be_cut_out_is_told_with_the_corner() {
        let image = ramp(30, 20);
        let [a, b, c, d] = [[4.0, 3.0], [14.0, 3.0], [14.0, 9.0], [4.0, 9.0]];
        assert_eq!(rectify(&image, &Quad([a, c, b, d])), Err(QuadError::NotConvex { quad: Quad([a, c, b, d]) }));
        let far = [30.5, 3.0];
        let outside = rectify(&image, &Quad([a, far, [30.0, 9.0], d])).unwrap_err();
        assert_eq!(outside, QuadError::Outside { corner: far, width: 30, height: 20 });
        assert_eq!(outside.to_string(), "the corner 30.5,3 lies outside the picture of 30x20 pixels: move it within");
        let flat = Quad([a, b, [14.0, 6.5], [4.0, 6.5]]);
        assert_eq!(rectify(&image, &flat), Err(QuadError::TooSmall { quad: flat, side_px: 3.5 }));
    }

    #[test]
    fn the_whole_picture_is_itself() {
        let image = ramp(30, 20);
        let whole = Quad([[0.0, 0.0], [30.0, 0.0], [30.0, 20.0], [0.0, 20.0]]);
        assert_eq!(rectify(&image, &whole).unwrap(), image);
    }
}

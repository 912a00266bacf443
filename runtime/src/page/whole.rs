//! Whether a line that was found is all of the line, and not a part that reads just as well.
//!
//! What finds lines may lose a letter in glare or a sign of a pixel or two, or take words that stand far apart for lines of
//! their own. The reading of such a part is sure and wrong. What tells is beside it: another line in the same row, or ink on
//! the same ground ([`ink`]).

mod ink;

use std::f32::consts::PI;

use super::PageLine;
use crate::image::Gray;
use crate::lines::Quad;

/// Lines of a row that are nearer to each other may be parts of one, in heights of the larger.
const GAP_MIN: f32 = 4.0;

/// Lines of a row differ by this in height at most, as a factor.
const HEIGHTS_MAX: f32 = 2.2;

/// They differ by this in direction at most, in radians.
const ANGLES_MAX: f32 = 0.35;

/// Their middles are not farther apart across the row, in heights of the larger.
const ACROSS_MAX: f32 = 0.6;

/// Lines of a label whose middles are nearer across it have the same direction, in heights of the larger.
const LABEL_MAX: f32 = 2.5;

/// Room that a letter takes, in heights: one that the border cuts is not found.
const LETTER: f32 = 0.7;

/// Whether one of the lines that were read of a picture is whole, as far as what is around it tells.
#[must_use]
pub(super) fn is_whole(picture: &Gray, lines: &[PageLine], at: usize) -> bool {
    let line = &lines[at];
    let mut others = lines.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| &other.quad);
    is_inside(&line.quad.stretched(LETTER, 0.0), picture)
        && !others.any(|other| is_part_with(&line.quad, other) || is_against(&line.quad, other))
        && !ink::is_beside(picture, &line.quad)
}

/// Where another line lies, in heights of the larger, seen along a line: from middle to middle along and across it, and the
/// gap between their ends, below 0 where they lie side by side.
struct Beside {
    across: f32,
    gap: f32,
}

fn beside(one: &Quad, other: &Quad) -> Beside {
    let most = one.height().max(other.height());
    let ([x, y], [other_x, other_y]) = (one.centre(), other.centre());
    let (sin, cos) = one.angle().sin_cos();
    let along = ((other_x - x) * cos + (other_y - y) * sin).abs();
    let across = ((other_y - y) * cos - (other_x - x) * sin).abs();
    Beside { across: across / most, gap: (along - (one.width() + other.width()) / 2.0) / most }
}

/// Whether two lines may be parts of one: they stand in a row, not far apart.
fn is_part_with(one: &Quad, other: &Quad) -> bool {
    let (least, most) = (one.height().min(other.height()), one.height().max(other.height()));
    let Beside { across, gap } = beside(one, other);
    // Upside down counts as the same direction: a short line may be read either way.
    most <= HEIGHTS_MAX * least && one.slant_to(other).abs() <= ANGLES_MAX && across <= ACROSS_MAX && gap < GAP_MIN
}

/// Whether two lines that are of one label were read in opposite directions: one of them is upside down, such as 66.
fn is_against(one: &Quad, other: &Quad) -> bool {
    let Beside { across, gap } = beside(one, other);
    one.turn_to(other).abs() > PI - ANGLES_MAX && across <= LABEL_MAX && gap < 0.0
}

#[expect(clippy::cast_precision_loss, reason = "sides of a picture")]
fn is_inside(quad: &Quad, picture: &Gray) -> bool {
    let inside = |[x, y]: [f32; 2]| x > 0.0 && y > 0.0 && x < picture.width as f32 && y < picture.height as f32;
    quad.0.into_iter().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32, width: f32) -> Quad {
        Quad([[x, y], [x + width, y], [x + width, y + 20.0], [x, y + 20.0]])
    }

    #[test]
    fn lines_in_a_row_may_be_parts_of_one_and_those_below_or_far_off_are_not() {
        let line = at(100.0, 100.0, 80.0);
        for part in [at(200.0, 103.0, 60.0), at(10.0, 97.0, 60.0), at(200.0, 100.0, 60.0).turned()] {
            assert!(is_part_with(&line, &part) && is_part_with(&part, &line), "{part:?}");
        }
        for other in [at(100.0, 128.0, 80.0), at(280.0, 100.0, 60.0)] {
            assert!(!is_part_with(&line, &other), "{other:?}");
        }
    }

    #[test]
    fn lines_of_a_label_that_were_read_in_opposite_directions_are_told() {
        let line = at(100.0, 100.0, 80.0);
        assert!(is_against(&line, &at(110.0, 130.0, 50.0).turned()));
        assert!(!is_against(&line, &at(110.0, 130.0, 50.0)) && !is_against(&line, &at(110.0, 200.0, 50.0).turned()));
    }

    #[test]
    fn a_line_near_the_border_may_go_on_outside() {
        let picture = Gray::filled(200, 100, 0);
        let whole = |x: f32| is_inside(&at(x, 40.0, 80.0).stretched(LETTER, 0.0), &picture);
        assert!(whole(20.0) && whole(100.0) && !whole(10.0) && !whole(110.0));
    }
}

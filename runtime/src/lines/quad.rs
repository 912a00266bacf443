//! Quadrilaterals: where a line lies in a picture.

use std::f32::consts::{FRAC_PI_2, PI};

use serde::{Deserialize, Serialize};

/// Four corners `[x, y]` in pixels, clockwise as seen, from the top left of the text on it.
///
/// Pixel `i` reaches from `i` to `i + 1`, so a whole picture is `[[0, 0], [width, 0], [width, height], [0, height]]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quad(pub [[f32; 2]; 4]);

impl Quad {
    /// The same place for text that is upside down: its top left is the other's bottom right.
    #[must_use]
    pub fn turned(self) -> Self {
        let [a, b, c, d] = self.0;
        Self([c, d, a, b])
    }

    /// Whether its text is upside down, or nearer to that than to upright.
    #[must_use]
    pub fn is_upside_down(&self) -> bool {
        self.angle().abs() > FRAC_PI_2
    }

    /// The same place as a line that is found has it, whose text may be upside down.
    #[must_use]
    pub fn as_it_lies(self) -> Self {
        if self.is_upside_down() { self.turned() } else { self }
    }

    /// The same place with room `along` the text at either end and `across` it above and below, in heights; less room where
    /// they are below 0.
    #[must_use]
    pub fn stretched(&self, along: f32, across: f32) -> Self {
        let height = self.height();
        // Beyond `to`, as seen from `from`.
        let beyond = |from: [f32; 2], to: [f32; 2], room: f32| {
            let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
            let share = room * height / dx.hypot(dy).max(1.0);
            [to[0] + dx * share, to[1] + dy * share]
        };
        let [a, b, c, d] = self.0;
        let (a, b) = (beyond(b, a, along), beyond(a, b, along));
        let (c, d) = (beyond(d, c, along), beyond(c, d, along));
        Self([beyond(d, a, across), beyond(c, b, across), beyond(b, c, across), beyond(a, d, across)])
    }

    /// The mean of the corners.
    #[must_use]
    pub fn centre(&self) -> [f32; 2] {
        let sum = self.0.iter().fold([0.0, 0.0], |sum, corner| [sum[0] + corner[0], sum[1] + corner[1]]);
        sum.map(|value| value / 4.0)
    }

    /// Lengths of the four sides in pixels: top, right, bottom, left.
    #[must_use]
    pub fn sides(&self) -> [f32; 4] {
        std::array::from_fn(|i| {
            let ([x, y], [next_x, next_y]) = (self.0[i], self.0[(i + 1) % 4]);
            (next_x - x).hypot(next_y - y)
        })
    }

    /// Length along the text in pixels: the mean of top and bottom.
    #[must_use]
    pub fn width(&self) -> f32 {
        let [top, _, bottom, _] = self.sides();
        (top + bottom) / 2.0
    }

    /// Length across the text in pixels: the mean of left and right.
    #[must_use]
    pub fn height(&self) -> f32 {
        let [_, right, _, left] = self.sides();
        (right + left) / 2.0
    }

    /// The direction of the text in radians, clockwise from the x axis: from its left side's middle to its right's.
    #[must_use]
    pub fn angle(&self) -> f32 {
        let [a, b, c, d] = self.0;
        (b[1] + c[1] - a[1] - d[1]).atan2(b[0] + c[0] - a[0] - d[0])
    }

    /// The angle from the direction of this text to that of another, in radians, -pi to pi.
    #[must_use]
    pub fn turn_to(&self, other: &Self) -> f32 {
        (other.angle() - self.angle() + PI).rem_euclid(2.0 * PI) - PI
    }

    /// The same where upside down counts as the same direction: -pi/2 to pi/2.
    #[must_use]
    pub fn slant_to(&self, other: &Self) -> f32 {
        (other.angle() - self.angle() + FRAC_PI_2).rem_euclid(PI) - FRAC_PI_2
    }

    /// Whether the corners turn clockwise at each of the four, so that no side crosses another and none is flat.
    #[must_use]
    pub fn is_convex(&self) -> bool {
        (0..4).all(|i| cross(self.0[i], self.0[(i + 1) % 4], self.0[(i + 2) % 4]) > 0.0)
    }

    /// Area in square pixels.
    #[must_use]
    pub fn area(&self) -> f32 {
        area(&self.0)
    }

    /// Area that two convex quadrilaterals share, in square pixels (Sutherland and Hodgman 1974).
    #[must_use]
    pub fn shared(&self, other: &Self) -> f32 {
        let mut shape = self.0.to_vec();
        for i in 0..4 {
            shape = kept(&shape, other.0[i], other.0[(i + 1) % 4]);
        }
        area(&shape)
    }

    /// Shared area over the area of both together, from 0 to 1, of two convex quadrilaterals.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared = self.shared(other);
        let both = self.area() + other.area() - shared;
        if both > 0.0 { shared / both } else { 0.0 }
    }
}

/// Twice the area of the triangle of three points; positive where they turn clockwise as seen.
fn cross([ax, ay]: [f32; 2], [bx, by]: [f32; 2], [cx, cy]: [f32; 2]) -> f32 {
    (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

fn area(shape: &[[f32; 2]]) -> f32 {
    let Some(&first) = shape.first() else { return 0.0 };
    shape.windows(2).map(|pair| cross(first, pair[0], pair[1])).sum::<f32>().abs() / 2.0
}

/// The part of a shape to the right of the line from `from` to `to`, which is the inside of a clockwise shape.
fn kept(shape: &[[f32; 2]], from: [f32; 2], to: [f32; 2]) -> Vec<[f32; 2]> {
    let mut out = Vec::with_capacity(shape.len() + 1);
    for (i, &point) in shape.iter().enumerate() {
        let next = shape[(i + 1) % shape.len()];
        let (here, there) = (cross(from, to, point), cross(from, to, next));
        if here >= 0.0 {
            out.push(point);
        }
        if (here >= 0.0) != (there >= 0.0) {
            let share = here / (here - there);
            out.push([point[0] + (next[0] - point[0]) * share, point[1] + (next[1] - point[1]) * share]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Quad {
        Quad([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    }

    fn near(found: f32, expected: f32) -> bool {
        (found - expected).abs() < 1e-4
    }

    #[test]
    fn overlap_is_shared_area_over_all_area() {
        let one = rectangle(0.0, 0.0, 4.0, 2.0);
        assert!(near(one.overlap(&one), 1.0));
        assert!(near(one.overlap(&one.turned()), 1.0));
        assert!(near(one.overlap(&rectangle(2.0, 0.0, 4.0, 2.0)), 4.0 / 12.0));
        assert!(near(one.overlap(&rectangle(1.0, 0.5, 1.0, 1.0)), 1.0 / 8.0));
        assert!(near(one.overlap(&rectangle(4.5, 0.0, 1.0, 1.0)), 0.0));
    }

    #[test]
    fn a_diamond_within_a_square_is_half_of_it() {
        let diamond = Quad([[1.0, 0.0], [2.0, 1.0], [1.0, 2.0], [0.0, 1.0]]);
        assert!(near(rectangle(0.0, 0.0, 2.0, 2.0).overlap(&diamond), 0.5));
    }

    #[test]
    fn sides_that_cross_or_turn_the_other_way_are_not_convex() {
        let [a, b, c, d] = rectangle(0.0, 0.0, 4.0, 2.0).0;
        assert!(Quad([a, b, c, d]).is_convex() && Quad([c, d, a, b]).is_convex());
        for corners in [[a, c, b, d], [d, c, b, a], [a, b, c, [3.0, 1.0]], [a, a, c, d], [[f32::NAN; 2]; 4]] {
            assert!(!Quad(corners).is_convex(), "{corners:?}");
        }
    }

    #[test]
    fn a_turned_quad_has_the_opposite_direction() {
        let quad = rectangle(3.0, 5.0, 4.0, 2.0);
        assert!(near(quad.angle(), 0.0) && near(quad.turned().angle().abs(), std::f32::consts::PI));
        assert!(near(quad.width(), 4.0) && near(quad.height(), 2.0));
        assert!(near(quad.centre()[0], 5.0) && near(quad.centre()[1], 6.0));
    }

    #[test]
    fn a_stretched_quad_keeps_its_middle_and_direction() {
        let quad = Quad([[10.0, 10.0], [110.0, 30.0], [106.0, 50.0], [6.0, 30.0]]);
        let (height, larger) = (quad.height(), quad.stretched(0.5, 0.25));
        assert!((larger.width() - quad.width() - height).abs() < 0.1, "half a height at either end");
        assert!((larger.height() - 1.5 * height).abs() < 0.1, "a quarter above and below");
        let ([x, y], [larger_x, larger_y]) = (quad.centre(), larger.centre());
        assert!((larger_x - x).abs() < 0.1 && (larger_y - y).abs() < 0.1);
        assert!((larger.angle() - quad.angle()).abs() < 1e-3);
    }
}

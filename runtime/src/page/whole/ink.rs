//! Whether there is ink beside a line on the same ground.
//!
//! From each end outwards, column by column of a strip somewhat higher than the line: columns with some ink, and none
//! after it, are a letter or a sign; so are a few columns with ink in one row, a dash. Columns that differ all the way up
//! are the edge of the label, and end the search, as do columns that become so without a gap: an edge that is slanted. The
//! ground is followed on the way: light falls off along a label, and an edge is a leap.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a picture: sides are far below 2^24"
)]

use std::f32::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;

use crate::image::Gray;
use crate::lines::Quad;

/// Samples across the height of a line, and as far apart along it.
const INNER: usize = 12;

/// Samples above the line, and below it: a letter is not as high as line and these together, an edge is.
const OUTER: usize = 4;

const ROWS: usize = INNER + 2 * OUTER;

/// How far is looked, in heights of the line.
const REACH: usize = 4;

/// How far ink and ground are measured back into the line, in heights.
const BACK: usize = 2;

/// Points along each side of a sample that it is the mean of, which steadies noise.
const POINTS: usize = 3;

/// Levels differ by this at least, in shares of the contrast of the line and in deviations of the noise.
const DIFFERS: (f32, f32) = (0.25, 3.5);

/// But not by more than this share of the contrast.
const DIFFERS_MAX: f32 = 0.6;

/// Share of a column from which it is the edge of the label.
const EDGE: f32 = 0.9;

/// Samples of a column from which there is ink.
const INK: u32 = 2;

/// Columns with ink in the same row that are a dash, though it be one sample high: fewer are noise, more are a rule.
const DASH: RangeInclusive<usize> = 3..=INNER;

/// How far the ground may go from a column to the next, in shares of the contrast: away from the ink, as where a glow ends,
/// and towards it, where what is followed may be ink out of focus.
const DRIFT: (f32, f32) = (-0.08, 0.02);

/// The widest thing that is followed to see whether it becomes an edge, in samples.
const WIDEST: usize = 5 * INNER / 4;

/// Grey levels between ink and ground below which nothing can be told.
const CONTRAST_MIN: f32 = 4.0;

/// The samples of a column.
type Column = [f32; ROWS];

/// What there is in a column beside a line.
#[derive(Clone, Copy)]
struct Mark {
    /// The rows of the line with ink in them, a bit each.
    ink: u32,
    /// Whether it differs from the ground all the way up.
    is_edge: bool,
}

/// Whether there is ink beside a line, at either end.
pub(super) fn is_beside(picture: &Gray, quad: &Quad) -> bool {
    let [a, b, c, d] = quad.0;
    is_beyond(picture, [[b, a], [c, d]], quad.height()) || is_beyond(picture, [[a, b], [d, c]], quad.height())
}

/// Whether there is ink beyond the end of a line that its top and bottom lead to.
fn is_beyond(picture: &Gray, sides: [[[f32; 2]; 2]; 2], height: f32) -> bool {
    let step = height / INNER as f32;
    let length = |[from, to]: [[f32; 2]; 2]| (to[0] - from[0]).hypot(to[1] - from[1]);
    let back = ((length(sides[0]).min(length(sides[1])) / step) as usize).min(BACK * INNER);
    let column = |at: f32| column(picture, sides, at * step, step);
    let within: Vec<Column> = (0..back).filter_map(|at| column(-0.5 - at as f32)).collect();
    let Some(levels) = Levels::of(&within) else { return false };
    // To the border of the picture, where there is no telling what follows.
    let beyond = (0..REACH * INNER).map_while(|at| column(0.5 + at as f32));
    has_letter(&levels.marks(beyond))
}

/// Whether there is something like a letter in columns.
fn has_letter(columns: &[Mark]) -> bool {
    let ink = with_ink(columns);
    let Some(start) = (0..columns.len()).find(|&at| ink[at] || columns[at].is_edge) else { return false };
    let end = (start..columns.len().min(start + WIDEST)).find(|&at| !ink[at] || columns[at].is_edge);
    !end.is_some_and(|end| columns[end].is_edge)
}

/// Which columns have ink.
fn with_ink(columns: &[Mark]) -> Vec<bool> {
    let mut ink: Vec<bool> = columns.iter().map(|column| column.ink.count_ones() >= INK).collect();
    for row in 0..INNER {
        let mut at = 0;
        for run in columns.chunk_by(|one, next| (one.ink >> row) & 1 == (next.ink >> row) & 1) {
            if (run[0].ink >> row) & 1 == 1 && DASH.contains(&run.len()) {
                ink[at..at + run.len()].fill(true);
            }
            at += run.len();
        }
    }
    ink
}

/// The column of samples `at` pixels beyond the end of a line; none where the line's own height leaves the picture.
fn column(picture: &Gray, sides: [[[f32; 2]; 2]; 2], at: f32, step: f32) -> Option<Column> {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let ends = sides.map(|[from, to]| {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy).max(1.0);
        ([to[0] + dx / length * at, to[1] + dy / length * at], [dx / length, dy / length])
    });
    let outside = |[x, y]: [f32; 2]| x < 0.0 || y < 0.0 || x > width || y > height;
    let [(top, along), (bottom, _)] = ends;
    if outside(top) || outside(bottom) {
        return None;
    }
    Some(std::array::from_fn(|row| {
        let mut sum = 0.0;
        for (i, j) in (0..POINTS * POINTS).map(|point| (point / POINTS, point % POINTS)) {
            let part = |at: usize| (at as f32 + 0.5) / POINTS as f32;
            let v = (row as f32 - OUTER as f32 + part(i)) / INNER as f32;
            let u = (part(j) - 0.5) * step;
            let point = [0, 1].map(|axis| top[axis] + (bottom[axis] - top[axis]) * v + along[axis] * u);
            sum += level(picture, point);
        }
        sum / (POINTS * POINTS) as f32
    }))
}

/// The pixel at a point, or the nearest to it.
fn level(picture: &Gray, [x, y]: [f32; 2]) -> f32 {
    let (x, y) = ((x as usize).min(picture.width - 1), (y as usize).min(picture.height - 1));
    f32::from(picture.pixels[y * picture.width + x])
}

/// Ink and ground of a line.
struct Levels {
    ground: f32,
    /// From ground to ink, which may be darker.
    contrast: f32,
    /// In shares of the contrast: what differs by more is not ground.
    least: f32,
}

impl Levels {
    /// The levels of columns within a line; none where nothing stands out from its ground.
    fn of(columns: &[Column]) -> Option<Self> {
        // The line's own margin has no ink, so it is ground. The middle of all levels would not do: bold letters are more ink
        // than ground.
        let margins = [OUTER, OUTER + INNER - 1];
        let mut margin: Vec<f32> = columns.iter().flat_map(|column| margins.map(|row| column[row])).collect();
        let ground = quantile(&mut margin, 0.5)?;
        // What varies there from column to column is noise; over the whole line light varies as well. 1.48 makes the median
        // deviation a standard one, and a difference has twice the variance.
        let differences = columns.windows(3).flat_map(|three| margins.map(|row| (three[2][row] - three[0][row]).abs()));
        let noise = 1.48 * FRAC_1_SQRT_2 * quantile(&mut differences.collect::<Vec<f32>>(), 0.5)?;
        let mut all: Vec<f32> = columns.iter().flat_map(|column| &column[OUTER..OUTER + INNER]).copied().collect();
        let [low, high] = [0.03, 0.97].map(|share| quantile(&mut all, share));
        let contrast = if ground - low? > high? - ground { low? - ground } else { high? - ground };
        let least = (DIFFERS.1 * noise / contrast.abs()).clamp(DIFFERS.0, DIFFERS_MAX);
        (contrast.abs() >= CONTRAST_MIN).then_some(Self { ground, contrast, least })
    }

    /// What there is in the columns beside the line, from its end on.
    fn marks(&self, columns: impl Iterator<Item = Column>) -> Vec<Mark> {
        let mut ground = self.ground;
        let relative = |column: Column| {
            let relative = column.map(|level| (level - ground) / self.contrast);
            // Of the line's margins the one with less ink in it.
            let [above, below] = [relative[OUTER], relative[OUTER + INNER - 1]];
            let off = if above.abs() < below.abs() { above } else { below };
            ground += off.clamp(DRIFT.0, DRIFT.1) * self.contrast;
            relative
        };
        columns.map(relative).map(|column| self.mark(&column)).collect()
    }

    /// What there is in a column beside the line, whose levels are in shares of the contrast.
    fn mark(&self, column: &Column) -> Mark {
        let rows = column[OUTER..OUTER + INNER].iter().enumerate();
        let ink = rows.filter(|(_, level)| **level > self.least).fold(0, |ink, (row, _)| ink | 1 << row);
        let differs = column.iter().filter(|level| level.abs() > self.least).count();
        Mark { ink, is_edge: differs as f32 >= EDGE * ROWS as f32 }
    }
}

/// The value that a share of all is not above; nothing of nothing.
fn quantile(values: &mut [f32], share: f32) -> Option<f32> {
    let at = (share * values.len().checked_sub(1)? as f32).round() as usize;
    Some(*values.select_nth_unstable_by(at, f32::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A light label with a line of dark bars from 40 to 120, 20 to 44 high, on a dark ground from `edge` on.
    fn label(edge: usize) -> Gray {
        let mut picture = Gray::filled(240, 80, 220);
        for y in 0..80 {
            for x in 0..240 {
                let letter = (42..118).contains(&x) && (23..41).contains(&y) && x % 12 < 4;
                if letter || x >= edge {
                    picture.pixels[y * 240 + x] = if letter { 30 } else { 60 };
                }
            }
        }
        picture
    }

    fn quad() -> Quad {
        Quad([[40.0, 20.0], [120.0, 20.0], [120.0, 44.0], [40.0, 44.0]])
    }

    fn dot(picture: &mut Gray, (x, y): (usize, usize), (width, height): (usize, usize), level: u8) {
        for row in y..y + height {
            picture.pixels[row * 240 + x..][..width].fill(level);
        }
    }

    #[test]
    fn nothing_is_beside_a_line_alone_or_before_the_edge_of_its_label() {
        for edge in [240, 128, 160] {
            assert!(!is_beside(&label(edge), &quad()), "{edge}");
        }
    }

    #[test]
    fn letters_and_signs_at_either_end_are_beside_it() {
        for (place, size) in [((128, 23), (4, 18)), ((30, 30), (6, 4)), ((124, 37), (4, 4)), ((200, 23), (4, 18))] {
            let mut picture = label(240);
            dot(&mut picture, place, size, 40);
            assert!(is_beside(&picture, &quad()), "{place:?}");
        }
    }

    #[test]
    fn what_is_beyond_the_edge_is_not_of_the_line() {
        let mut picture = label(140);
        dot(&mut picture, (160, 23), (4, 18), 220);
        assert!(!is_beside(&picture, &quad()));
    }

    #[test]
    fn light_letters_on_a_dark_ground_are_seen_likewise() {
        let mut picture = label(240);
        dot(&mut picture, (128, 23), (4, 18), 40);
        picture.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
        assert!(is_beside(&picture, &quad()));
    }

    #[test]
    fn letters_beside_bold_ones_are_seen() {
        let mut picture = label(240);
        // The line's own, so bold that more of it is ink than ground.
        (0..6).for_each(|letter| dot(&mut picture, (42 + 13 * letter, 23), (10, 18), 30));
        assert!(!is_beside(&picture, &quad()));
        dot(&mut picture, (128, 23), (4, 18), 40);
        assert!(is_beside(&picture, &quad()));
    }

    #[test]
    fn a_letter_is_seen_where_the_light_falls_off_beside_the_line() {
        let mut picture = label(240);
        // Darker by a grey level a column, half of the contrast over the way to the letter.
        for (at, pixel) in picture.pixels.iter_mut().enumerate() {
            *pixel -= u8::try_from((at % 240).saturating_sub(100).min(90)).unwrap().min(*pixel);
        }
        assert!(!is_beside(&picture, &quad()));
        dot(&mut picture, (200, 23), (4, 18), 0);
        assert!(is_beside(&picture, &quad()));
    }

    #[test]
    fn a_letter_is_seen_beyond_the_end_of_a_glow_on_light_letters() {
        let mut picture = label(240);
        // The glow ends within 8 columns; all of it is more than half of the contrast.
        for (at, pixel) in picture.pixels.iter_mut().enumerate() {
            let glow = 5 * 140_usize.saturating_sub(at % 240).min(16);
            *pixel = (255 - *pixel).saturating_add(u8::try_from(glow).unwrap());
        }
        assert!(!is_beside(&picture, &quad()));
        dot(&mut picture, (170, 23), (4, 18), 225);
        assert!(is_beside(&picture, &quad()));
    }

    #[test]
    fn a_thin_dash_is_beside_it_and_a_rule_or_a_speck_is_not() {
        for (width, expected) in [(10, true), (3, false), (70, false)] {
            let mut picture = label(240);
            dot(&mut picture, (130, 32), (width, 2), 40);
            assert_eq!(is_beside(&picture, &quad()), expected, "{width}");
        }
    }
}

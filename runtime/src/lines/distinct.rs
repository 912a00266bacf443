//! Of what was found on all levels: the best of what overlaps, and one line of words that stand in a row.

use super::extent::Extent;
use super::quad::Quad;

/// Lines that share more of the smaller one's area are the same line, or one is within the other.
const SHARED_MAX: f32 = 0.3;

/// Beyond this score all lines are as surely text.
const SURE: f32 = 0.9;

/// The widest gap between words that are one line, in heights: more than between letters, since whole words tell better
/// than letters do where their line goes.
const GAP_MAX: f32 = 3.2;

/// The least score of words that are joined: what hardly looks like text would only spoil a line beside it.
const JOINED_MIN: f32 = 0.25;

/// How far the middle of a word misses the line of the other at the gap's middle, in heights.
const MISS_MAX: f32 = 0.25;

/// Words of a line differ by this in height at most, as a factor: `sea` beside `Side`.
const HEIGHTS_MAX: f32 = 1.6;

/// Words of a line differ by this in direction at most, in radians; more where they are short.
const ANGLES_MAX: f32 = 0.07;

/// A line found on some level, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) quad: Quad,
    pub(super) score: f32,
    /// `DARK` or `LIGHT`.
    pub(super) class: u8,
}

/// The best of candidates that overlap.
pub(super) fn distinct(mut found: Vec<Candidate>) -> Vec<Candidate> {
    // Of what is surely text the larger comes first: the whole line before a part of it, ink before the ground within.
    let rank = |line: &Candidate| (line.score.min(SURE), line.quad.area());
    found.sort_by(|a, b| {
        let ((score, area), (other_score, other_area)) = (rank(a), rank(b));
        other_score.total_cmp(&score).then(other_area.total_cmp(&area))
    });
    let mut kept: Vec<Candidate> = Vec::new();
    for line in found {
        if !kept.iter().any(|other| is_same(&line.quad, &other.quad)) {
            kept.push(line);
        }
    }
    kept
}

/// Whether two lines are the same, or one is within the other.
pub(super) fn is_same(one: &Quad, other: &Quad) -> bool {
    near(one, other) && one.shared(other) > SHARED_MAX * one.area().min(other.area())
}

/// Whether two quadrilaterals can share anything: the ways between their corners are no longer than both together.
pub(super) fn near(one: &Quad, other: &Quad) -> bool {
    let ([ax, ay], [bx, by]) = (one.centre(), other.centre());
    let reach = |quad: &Quad| (quad.width() + quad.height()) / 2.0;
    (bx - ax).hypot(by - ay) <= reach(one) + reach(other)
}

/// Joins candidates that stand in a row, of one polarity and like height, over gaps that words have.
pub(super) fn in_rows(mut words: Vec<Candidate>) -> Vec<Candidate> {
    words.sort_by(|a, b| a.quad.0[0][0].total_cmp(&b.quad.0[0][0]));
    let mut lines: Vec<Candidate> = Vec::new();
    for word in words {
        let before = lines.iter_mut().filter_map(|line| Some((gap(line, &word)?, line)));
        match before.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, line)) => *line = joined(line, &word),
            None => lines.push(word),
        }
    }
    lines
}

/// The gap between a line and a word that goes on at its right, in pixels; none where it does not.
fn gap(left: &Candidate, right: &Candidate) -> Option<f32> {
    let (a, b) = (&left.quad, &right.quad);
    let (least, most) = (a.height().min(b.height()), a.height().max(b.height()));
    let short = most / a.width().min(b.width());
    let alike = left.class == right.class
        && left.score.min(right.score) >= JOINED_MIN
        && most <= HEIGHTS_MAX * least
        && (a.angle() - b.angle()).abs() <= ANGLES_MAX * (1.0 + short);
    let ([end_x, end_y], [start_x, start_y]) = (middle(a, 1, 2), middle(b, 0, 3));
    let (sin, cos) = ((a.angle() + b.angle()) / 2.0).sin_cos();
    let along = (start_x - end_x) * cos + (start_y - end_y) * sin;
    let across = ((start_y - end_y) * cos - (start_x - end_x) * sin).abs();
    (alike && along > -0.5 * least && along <= GAP_MAX * least && across <= MISS_MAX * most).then_some(along)
}

/// The middle of a side.
fn middle(quad: &Quad, from: usize, to: usize) -> [f32; 2] {
    std::array::from_fn(|axis| (quad.0[from][axis] + quad.0[to][axis]) / 2.0)
}

/// One line of two words: as high as the higher one at either end, so that no letter is cut.
fn joined(left: &Candidate, right: &Candidate) -> Candidate {
    let (a, b) = (&left.quad, &right.quad);
    let ([x0, y0], [x1, y1]) = (middle(a, 0, 3), middle(b, 1, 2));
    let mut extent = Extent::along((y1 - y0).atan2(x1 - x0));
    extent.add(a.0);
    extent.add(b.0);
    Candidate { quad: extent.quad(0.0), score: left.score.max(right.score), class: left.class }
}

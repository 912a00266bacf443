//! From letters in a row to the corners of a line, and how much it looks like text.

use super::chain::Chain;
use super::components::{Component, Components};
use super::extent::Extent;
use super::fit;
use super::looks::Looks;
use super::quad::Quad;

/// Room around the ink in heights of the line: models are trained on crops with 0.02 to 0.25 of a capital's.
pub(super) const MARGIN: f32 = 0.12;

/// Heights of lines that are looked for on a level, in its pixels; neighbouring levels overlap, so that text whose
/// letters are broken or touch one another on one is found on another.
const HEIGHTS: std::ops::RangeInclusive<f32> = 6.0..=38.0;

/// A piece whose top and bottom both miss the line's by more is none of its letters, in heights.
const STRAY: f32 = 0.45;

/// Wider pieces are letters that touch one another, in their own heights.
const SLICED: f32 = 1.6;

/// Width of their slices, likewise.
const SLICE: f32 = 0.5;

/// Signs such as full stops, commas and hyphens belong to a line within this of its ends, in heights.
const SIGN_GAP: f32 = 0.5;

/// The most that signs make a line longer at either end, in heights.
const SIGNS_MAX: f32 = 1.0;

/// The smallest sign, in square heights: a full stop of thin print.
const SIGN_AREA_MIN: f32 = 0.004;

/// A line as it was found on a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    /// Corners with room around the ink, in pixels of the level.
    pub(super) quad: Quad,
    /// How much it looks like text, from 0 to 1.
    pub(super) score: f32,
    /// `DARK` or `LIGHT`.
    pub(super) class: u8,
}

/// The outline of a chain; none where nothing of it stands in a row, or another level has it better.
pub(super) fn outline(chain: &Chain, pieces: &Components) -> Option<Outline> {
    let fit = chain.fit;
    let belongs = |letter: &&Component| {
        let below = (fit::bottom(letter, fit.slope) - fit.base).abs();
        let above = (fit::top(letter, fit.slope) - fit.top).abs();
        below.min(above) <= STRAY * fit.height && fit::upright_height(letter, fit.slope) <= 1.8 * fit.height
    };
    let letters: Vec<Component> = chain.members.iter().filter(belongs).copied().collect();
    if letters.is_empty() {
        return None;
    }
    let fit = fit::line(&sliced(&letters, pieces));
    if !HEIGHTS.contains(&fit.height) {
        return None;
    }
    let score = Looks::of(&letters, &fit).score();
    let mut extent = Extent::along(fit.slope.atan());
    for run in letters.iter().flat_map(|letter| pieces.runs(letter)) {
        let ([x0, y0], [x1, y1]) = ([run.start as f32, run.row as f32], [run.end as f32, (run.row + 1) as f32]);
        extent.add([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]);
    }
    // Signs beside the ends, then those beside these, such as an ellipsis.
    let ink = extent;
    for _ in 0..2 {
        take_signs(&mut extent, letters[0].class, pieces);
    }
    let most = SIGNS_MAX * (ink.v1 - ink.v0);
    extent.u0 = extent.u0.max(ink.u0 - most);
    extent.u1 = extent.u1.min(ink.u1 + most);
    let quad = extent.quad(MARGIN * (extent.v1 - extent.v0));
    Some(Outline { quad, score, class: letters[0].class })
}

/// Letters with every wide piece cut to slices, whose tops and bottoms tell how the piece slopes.
fn sliced(letters: &[Component], pieces: &Components) -> Vec<Component> {
    let mut out = Vec::with_capacity(letters.len());
    for letter in letters {
        if letter.width() < SLICED * letter.height() {
            out.push(*letter);
            continue;
        }
        let count = (letter.width() / (SLICE * letter.height())).ceil().max(2.0) as u32;
        let step = (letter.x1 - letter.x0).div_ceil(count);
        for x0 in (letter.x0..letter.x1).step_by(step as usize) {
            out.extend(slice(letter, (x0, (x0 + step).min(letter.x1)), pieces));
        }
    }
    out
}

/// The part of a piece between two columns; none where it has no ink there.
fn slice(letter: &Component, (x0, x1): (u32, u32), pieces: &Components) -> Option<Component> {
    let runs = pieces.runs(letter).filter(|run| run.start < x1 && run.end > x0);
    let (y0, y1) = runs.fold((u32::MAX, 0), |(y0, y1), run| (y0.min(run.row), y1.max(run.row + 1)));
    (y0 < y1).then_some(Component { x0, y0, x1, y1, ..*letter })
}

/// Extends a line over the signs beside its ends that are too small to be letters.
fn take_signs(extent: &mut Extent, class: u8, pieces: &Components) {
    let line = *extent;
    let height = line.v1 - line.v0;
    let reach = (line.u1 - line.u0) * line.cos + (SIGN_GAP + 1.0) * height;
    let [left, _] = line.point(line.u0, line.v0.midpoint(line.v1));
    let from = pieces.list.partition_point(|piece| (piece.x0 as f32) < left - 2.0 * height);
    for piece in pieces.list[from..].iter().take_while(|piece| piece.x0 as f32 <= left + reach) {
        let (x, y) = piece.centre();
        let [u, v] = line.flat([x, y]);
        let outside = u < line.u0 || u > line.u1;
        let fits = piece.class == class
            && outside
            && v > line.v0
            && v < line.v1 + 0.1 * height
            && piece.height() <= 1.1 * height
            && piece.width() <= 0.7 * height
            && piece.area as f32 >= SIGN_AREA_MIN * height * height;
        let half = piece.width() / 2.0;
        let gap = (line.u0 - u - half).max(u - half - line.u1);
        if fits && gap <= SIGN_GAP * height {
            extent.u0 = extent.u0.min(u - half);
            extent.u1 = extent.u1.max(u + half);
            let below = v + piece.height() / 2.0;
            // A comma hangs a little below the baseline; nothing else does.
            extent.v1 = extent.v1.max(below.min(line.v1 + 0.15 * height));
        }
    }
}

//! The straight line through letters: slope, baseline and top, by medians, which descenders and stray pieces do not move.

use super::chain::SLOPE_MAX;
use super::components::Component;

/// Letters that a slope is known well by.
const SURE: usize = 4;

/// Letters in every pair of which a slope is measured; of more, a share.
const ALL_PAIRS: usize = 20;

/// Share of the letters that are lower than the line is high: all the small ones.
const HEIGHT_QUANTILE: f32 = 0.75;

/// A line: `y = base + slope * x` along the bottom and `y = top + slope * x` along the top, in pixels of the level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) slope: f32,
    pub(super) base: f32,
    pub(super) top: f32,
    /// Height of the larger letters.
    pub(super) height: f32,
    /// Left edge.
    pub(super) x0: f32,
    /// Right edge.
    pub(super) x1: f32,
    /// Whether the slope can be relied upon.
    pub(super) sure: bool,
}

impl Fit {
    /// The baseline in the middle of the line.
    pub(super) fn middle_base(&self) -> f32 {
        self.base + self.slope * (self.x0 + self.x1) / 2.0
    }

    /// The top in the middle of the line.
    pub(super) fn middle_top(&self) -> f32 {
        self.top + self.slope * (self.x0 + self.x1) / 2.0
    }
}

/// The line through letters in order from left to right, at least one.
pub(super) fn line(letters: &[Component]) -> Fit {
    let slope = slope(letters);
    let mut heights: Vec<f32> = letters.iter().map(|letter| upright_height(letter, slope)).collect();
    let mut bases: Vec<f32> = letters.iter().map(|letter| bottom(letter, slope)).collect();
    let mut tops: Vec<f32> = letters.iter().map(|letter| top(letter, slope)).collect();
    Fit {
        slope,
        base: quantile(&mut bases, 0.5),
        // Small letters have their top lower.
        top: quantile(&mut tops, 1.0 - HEIGHT_QUANTILE),
        height: quantile(&mut heights, HEIGHT_QUANTILE),
        x0: letters.iter().map(|letter| letter.x0 as f32).fold(f32::MAX, f32::min),
        x1: letters.iter().map(|letter| letter.x1 as f32).fold(f32::MIN, f32::max),
        sure: letters.len() >= SURE,
    }
}

/// The height of a letter whose box is as much higher as the slope makes it.
pub(super) fn upright_height(letter: &Component, slope: f32) -> f32 {
    (letter.height() - slope.abs() * letter.width()).max(0.3 * letter.height())
}

/// The bottom of a letter, brought along the slope to the picture's left edge.
pub(super) fn bottom(letter: &Component, slope: f32) -> f32 {
    letter.y1 as f32 - slope.abs() * letter.width() / 2.0 - slope * letter.centre().0
}

/// The top, likewise.
pub(super) fn top(letter: &Component, slope: f32) -> f32 {
    letter.y0 as f32 + slope.abs() * letter.width() / 2.0 - slope * letter.centre().0
}

/// The median slope between the bottoms and between the tops of pairs of letters (Theil 1950, Sen 1968).
fn slope(letters: &[Component]) -> f32 {
    let step = letters.len().div_ceil(ALL_PAIRS).max(1);
    let mut slopes = Vec::new();
    for (at, one) in letters.iter().enumerate() {
        for other in letters[at + 1..].iter().step_by(step) {
            let run = other.centre().0 - one.centre().0;
            if run > 0.0 {
                slopes.push((other.y1 as f32 - one.y1 as f32) / run);
                slopes.push((other.y0 as f32 - one.y0 as f32) / run);
            }
        }
    }
    match slopes.len() {
        0 => 0.0,
        // Of two letters either the tops or the bottoms may be those of unlike letters: the flatter is the likelier.
        2 => slopes.into_iter().min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0),
        _ => quantile(&mut slopes, 0.5),
    }
    .clamp(-SLOPE_MAX, SLOPE_MAX)
}

/// The value below which a share of the values lies; of an even count the upper middle one. 0 without values.
pub(super) fn quantile(values: &mut [f32], share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() as f32 * share) as usize).min(values.len() - 1);
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

//! How much pieces in a row look like letters.

use super::components::Component;
use super::fit::{self, Fit};

/// A bottom or top within this of the line's stands on it or reaches it, in heights.
const NEAR: f32 = 0.14;

/// Steps of a piece's width that count as a letter, in heights of the line.
const LETTER_WIDTH: f32 = 0.75;

/// Wider pieces are several letters, whose strokes are counted for each, in heights.
const WIDE: f32 = 1.3;

/// What is measured of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks {
    /// Letters, where wide pieces count as several.
    count: f32,
    /// Share of the pieces that stand on the baseline.
    standing: f32,
    /// Share of the pieces that reach the top, or the top of small letters.
    reaching: f32,
    /// Strokes that a row of pixels through a letter crosses, in the mean.
    strokes: f32,
    /// Mean width of a letter, in heights.
    width: f32,
    /// Thickness of the strokes across, in heights: the median of the letters'.
    thickness: f32,
    /// How much it differs between letters: the mean deviation over the median.
    uneven: f32,
    /// The widest gap, in heights.
    gap: f32,
    /// Mean deviation of the heights, in heights.
    ragged: f32,
}

impl Looks {
    /// Measures letters in order from left to right, at least one.
    pub(super) fn of(letters: &[Component], fit: &Fit) -> Self {
        let number = letters.len() as f32;
        let sum = |of: &dyn Fn(&Component) -> f32| letters.iter().map(of).sum::<f32>();
        let near = |miss: f32| f32::from(u8::from(miss.abs() <= NEAR * fit.height));
        let count = sum(&|letter| (letter.width() / (LETTER_WIDTH * fit.height)).round().clamp(1.0, 20.0));
        let width = sum(&|letter| letter.width()) / number / fit.height;
        let runs = |letter: &Component| letter.area as f32 / letter.runs as f32 / fit.height;
        let mut thick: Vec<f32> = letters.iter().map(runs).collect();
        let thickness = fit::quantile(&mut thick, 0.5);
        let gaps = letters.windows(2).map(|pair| pair[1].x0 as f32 - pair[0].x1 as f32);
        Self {
            count,
            standing: sum(&|letter| near(fit::bottom(letter, fit.slope) - fit.base)) / number,
            reaching: sum(&|letter| near(fit::top(letter, fit.slope) - fit.top)) / number,
            strokes: sum(&|letter| letter.runs as f32) / sum(&|letter| letter.height()) / (width / WIDE).max(1.0),
            width,
            thickness,
            uneven: sum(&|letter| (runs(letter) - thickness).abs()) / number / thickness,
            gap: gaps.fold(0.0, f32::max) / fit.height,
            ragged: sum(&|letter| (fit::upright_height(letter, fit.slope) - fit.height).abs()) / number / fit.height,
        }
    }

    /// How much it looks like text: a probability from 0 to 1, of a logistic regression.
    ///
    /// Fitted on the rows found in 300 rendered scenes: those that are a line of text against those that are nothing of
    /// one. What lies within a range that text has counts for nothing, what lies outside for as much as it does so.
    pub(super) fn score(&self) -> f32 {
        let over = |value: f32, limit: f32| (value - limit).max(0.0);
        let under = |value: f32, limit: f32| (limit - value).max(0.0);
        let letters = -10.9 + 3.55 * self.count.min(12.0).ln() - 1.1 * over(self.gap, 1.0);
        let row = 4.5 * self.standing + 2.5 * self.reaching - 6.7 * self.ragged;
        let strokes = -3.5 * under(self.strokes, 1.2) - 1.6 * over(self.strokes, 2.0) - 2.8 * self.uneven.min(1.0);
        let weight = -13.6 * over(self.thickness, 0.35) - 11.9 * under(self.thickness, 0.15);
        let widths = -0.7 * over(self.width.min(5.0), 1.0) - 5.7 * under(self.width, 0.45);
        let evidence = letters + row + strokes + weight + widths;
        1.0 / (1.0 + (-evidence).exp())
    }
}

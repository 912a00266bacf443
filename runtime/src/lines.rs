//! Finds lines of text anywhere in a picture, and cuts them out upright.
//!
//! Several lines a picture, turned up to 15 degrees, dark on light and light on dark, 12 to 120 pixels high, without
//! learning and without knowing where to look:
//!
//! 1. The picture is halved again and again (`pyramid`), so that text of any height is small on some level.
//! 2. On each level, ink is told from ground by local contrast (`threshold`), for both polarities at once.
//! 3. Connected pieces (`components`) of like height side by side are joined to words and lines (`chain`, `fit`).
//! 4. A line gets its corners and a score of how much it looks like text (`outline`); of lines that overlap, from
//!    different levels or of opposite polarity, the better one stays.
//! 5. Once these are read, there is a second choice (`second`): what lines that turned out to be no text had hidden, and what
//!    looks less like text, but lies beside some.
//!
//! It does no I/O and reads no clock; the same picture gives the same lines.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a picture: sides are far below 2^24, and areas tell only roughly how large a thing is"
)]

mod chain;
mod components;
mod distinct;
mod extent;
mod fit;
mod looks;
mod order;
mod outline;
mod pyramid;
mod quad;
mod rectify;
mod second;
#[cfg(test)]
mod tests;
mod threshold;

pub use order::{by_label, sort};
pub use quad::Quad;
pub use rectify::{QuadError, check_shape, rectify};

use crate::image::Gray;
use components::Components;
use distinct::{Candidate, distinct, in_rows};
use outline::Outline;
use pyramid::Pyramid;
use threshold::Thresholds;

/// What counts as a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The least score, from 0 to 1: a lower one finds more of what is no text, and costs a reading each time.
    pub score_min: f32,
    /// The lowest text, in pixels from the top of its highest letter to the bottom of its lowest.
    pub height_min_px: f32,
    /// The highest, likewise.
    pub height_max_px: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self { score_min: 0.12, height_min_px: 7.0, height_max_px: 150.0 }
    }
}

/// A line that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundLine {
    /// Where it is, with some room around its ink; within the picture.
    ///
    /// The line may be upside down: a letter's shape is not looked at.
    pub quad: Quad,
    /// How much it looks like text, from 0 to 1.
    pub score: f32,
}

/// Finds lines in one picture after another, with buffers that are kept.
#[derive(Debug, Default)]
pub struct Finder {
    options: Options,
    pyramid: Pyramid,
    thresholds: Thresholds,
    components: Components,
    /// What was found on all levels of the last picture.
    candidates: Vec<Candidate>,
}

impl Finder {
    /// A finder of what `options` count as lines.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// The lines of a picture in reading order: rows from the top, each from the left.
    pub fn find(&mut self, image: &Gray) -> Vec<FoundLine> {
        self.candidates.clear();
        if image.width < pyramid::SIDE_MIN_PX || image.height < pyramid::SIDE_MIN_PX {
            return Vec::new();
        }
        self.pyramid.build(image);
        for level in 0..=self.pyramid.levels() {
            let picture = self.pyramid.level(level).unwrap_or(image);
            self.thresholds.measure(picture);
            let width_max = chain::WIDTH_MAX * chain::LETTER_MAX;
            self.components.find(picture, &mut self.thresholds, (width_max, chain::LETTER_MAX));
            let scale = (1 << level) as f32;
            let outlines =
                chain::chains(&self.components.list).into_iter().filter_map(|c| outline::outline(&c, &self.components));
            let heights = self.options.height_min_px..=self.options.height_max_px;
            let is_wanted = |line: &Candidate| {
                let ink = line.quad.height() / (1.0 + 2.0 * outline::MARGIN);
                line.score >= second::SCORE_MIN.min(self.options.score_min) && heights.contains(&ink)
            };
            self.candidates.extend(outlines.map(|outline| scaled(&outline, scale)).filter(is_wanted));
        }
        let found = self.candidates.iter().filter(|line| line.score >= self.options.score_min).copied().collect();
        lines(found, image)
    }
}

/// The lines of a picture that candidates are, in reading order.
fn lines(candidates: Vec<Candidate>, image: &Gray) -> Vec<FoundLine> {
    let lines = in_rows(distinct(candidates));
    let mut lines: Vec<FoundLine> = lines.iter().map(|line| within(line, image)).collect();
    lines.retain(|line| rectify::check_shape(&line.quad).is_ok());
    sort(&mut lines, |line| line.quad);
    lines
}

/// A line of a level in pixels of the picture, which it may reach beyond.
fn scaled(outline: &Outline, scale: f32) -> Candidate {
    let quad = Quad(outline.quad.0.map(|corner| corner.map(|value| value * scale)));
    Candidate { quad, score: outline.score, class: outline.class }
}

/// A line within the picture.
fn within(line: &Candidate, image: &Gray) -> FoundLine {
    let (right, below) = (image.width as f32, image.height as f32);
    let quad = Quad(line.quad.0.map(|[x, y]| [x.clamp(0.0, right), y.clamp(0.0, below)]));
    FoundLine { quad, score: line.score }
}

//! A picture at its half, quarter and eighth.

use crate::image::Gray;

/// Levels above the picture itself: text of 120 pixels is 15 high on the third.
const LEVELS: usize = 3;

/// A smaller picture holds no line, in pixels a side.
pub(super) const SIDE_MIN_PX: usize = 8;

/// The halved pictures, kept from one picture to the next.
#[derive(Debug, Default)]
pub(super) struct Pyramid {
    halves: Vec<Gray>,
    used: usize,
}

impl Pyramid {
    /// Halves a picture as often as it is large enough.
    pub(super) fn build(&mut self, image: &Gray) {
        self.halves.resize_with(LEVELS, || Gray::filled(0, 0, 0));
        self.used = 0;
        for level in 0..LEVELS {
            let (done, rest) = self.halves.split_at_mut(level);
            let from = done.last().unwrap_or(image);
            if from.width.min(from.height) < 2 * SIDE_MIN_PX {
                return;
            }
            halve(from, &mut rest[0]);
            self.used = level + 1;
        }
    }

    /// How often the picture was halved.
    pub(super) fn levels(&self) -> usize {
        self.used
    }

    /// The picture halved `level` times; none for the picture itself.
    pub(super) fn level(&self, level: usize) -> Option<&Gray> {
        self.halves[..self.used].get(level.checked_sub(1)?)
    }
}

/// The means of two by two pixels; an odd last row or column is left out.
fn halve(from: &Gray, to: &mut Gray) {
    (to.width, to.height) = (from.width / 2, from.height / 2);
    to.pixels.resize(to.width * to.height, 0);
    for (y, row) in to.pixels.chunks_exact_mut(to.width).enumerate() {
        let (upper, lower) = (from.row(2 * y), from.row(2 * y + 1));
        let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        for (out, (upper, lower)) in row.iter_mut().zip(pairs) {
            let sum = u16::from(upper[0]) + u16::from(upper[1]) + u16::from(lower[0]) + u16::from(lower[1]);
            *out = ((sum + 2) / 4) as u8;
        }
    }
}

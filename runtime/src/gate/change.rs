//! Whether a place looks as it did when it was last read.

use std::time::Duration;

use super::GateOptions;
use crate::image::Gray;

/// The side of the blocks whose means are compared, in pixels: noise averages out, and a changed digit does not.
const BLOCK_PX: usize = 8;

/// What a place looked like when it was last read.
#[derive(Debug, Default)]
pub struct Change {
    /// Means of the blocks then, times [`BLOCK_PX`] squared.
    then: Vec<u16>,
    /// Means of the blocks of the frame that was looked at last, likewise.
    now: Vec<u16>,
    /// Columns and rows of the picture.
    size: (usize, usize),
    /// When it was last read.
    read: Option<Duration>,
}

impl Change {
    /// The largest change of a block's mean since the place was last read, in grey values; none where it must be read in
    /// any case, because it never was, has another size, or was last read longer ago than the options allow.
    pub fn score(&mut self, image: &Gray, now: Duration, options: &GateOptions) -> Option<f32> {
        self.now.clear();
        self.now.extend(sums(image));
        let size = (image.width, image.height);
        let most = options.unchanged_most_s;
        let stale = |read: Duration| most > 0.0 && now.saturating_sub(read).as_secs_f32() >= most;
        if size != self.size || self.read.is_none_or(stale) {
            self.size = size;
            return None;
        }
        let largest = self.then.iter().zip(&self.now).map(|(then, now)| then.abs_diff(*now)).max();
        #[expect(clippy::cast_precision_loss, reason = "64")]
        let block = (BLOCK_PX * BLOCK_PX) as f32;
        Some(f32::from(largest.unwrap_or(0)) / block)
    }

    /// Remembers the picture that [`score`](Self::score) saw last as the one that was read.
    pub fn was_read(&mut self, now: Duration) {
        std::mem::swap(&mut self.then, &mut self.now);
        self.read = Some(now);
    }
}

/// The sums of the blocks, row by row; what is left of a block at the right and the bottom belongs to none.
fn sums(image: &Gray) -> impl Iterator<Item = u16> {
    let (columns, rows) = (image.width / BLOCK_PX, image.height / BLOCK_PX);
    (0..rows).flat_map(move |row| (0..columns).map(move |column| sum(image, column * BLOCK_PX, row * BLOCK_PX)))
}

fn sum(image: &Gray, x: usize, y: usize) -> u16 {
    let row =
        |y: usize| image.pixels[y * image.width + x..][..BLOCK_PX].iter().map(|&pixel| u16::from(pixel)).sum::<u16>();
    (y..y + BLOCK_PX).map(row).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: GateOptions =
        GateOptions { unchanged: 6.0, unchanged_most_s: 10.0, dark: 0.0, glare: 0.0, blur: 0.0 };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_place_is_compared_with_what_was_read_not_with_the_frame_before() {
        let mut change = Change::default();
        assert_eq!(change.score(&Gray::filled(64, 32, 100), at(1), &OPTIONS), None);
        change.was_read(at(1));
        // It darkens slowly: each step is small, and the sum of them is not.
        for step in 1..=7_u8 {
            let score = change.score(&Gray::filled(64, 32, 100 - step), at(2), &OPTIONS);
            assert_eq!(score, Some(f32::from(step)));
        }
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "values below 13")]
    fn one_changed_digit_changes_the_score_and_noise_does_not() {
        let noisy = |seed: usize| {
            let mut image = Gray::filled(320, 64, 120);
            image
                .pixels
                .iter_mut()
                .enumerate()
                .for_each(|(i, pixel)| *pixel += ((i * 7919 + seed * 104_729) % 13) as u8);
            image
        };
        let mut change = Change::default();
        change.score(&noisy(1), at(1), &OPTIONS);
        change.was_read(at(1));
        assert!(change.score(&noisy(2), at(2), &OPTIONS).unwrap() < 2.0);
        let mut digit = noisy(3);
        // A stroke three pixels wide and sixteen high.
        (20..36).for_each(|y| (100..103).for_each(|x| digit.pixels[y * 320 + x] = 20));
        assert!(change.score(&digit, at(2), &OPTIONS).unwrap() > 12.0);
    }

    #[test]
    fn a_place_is_read_again_after_a_while_or_at_another_size() {
        let mut change = Change::default();
        let image = Gray::filled(64, 32, 100);
        change.score(&image, at(1), &OPTIONS);
        change.was_read(at(1));
        assert_eq!(change.score(&image, at(10), &OPTIONS), Some(0.0));
        assert_eq!(change.score(&image, at(11), &OPTIONS), None);
        assert_eq!(change.score(&Gray::filled(32, 64, 100), at(2), &OPTIONS), None);
    }
}

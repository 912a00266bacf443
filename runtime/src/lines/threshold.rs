//! Ink from ground by local contrast: each pixel is dark, light, or neither.
//!
//! A pixel is held against the middle between the darkest and the lightest pixel around it, as in AprilTag's detector
//! (Wang and Olson 2016). Extremes are taken over tiles and then over neighbouring tiles, so that the cost per pixel is
//! a few byte operations. Where the extremes are near each other there is no print, only noise and shading.

use crate::image::Gray;

/// What neither stands out from its surroundings nor has any.
pub(super) const NEITHER: u8 = 0;

/// What is darker than the middle of its surroundings.
pub(super) const DARK: u8 = 1;

/// What is lighter than the middle of its surroundings.
pub(super) const LIGHT: u8 = 2;

/// Side of a tile in pixels: a fraction of the smallest letter.
const TILE_PX: usize = 4;

/// Tiles to each side that count as surroundings: 20 pixels in all, so that a window on a stroke sees the ground.
const REACH: usize = 1;

/// The least difference of the extremes that print shows, in grey levels.
const CONTRAST_MIN: u8 = 22;

/// The most that noise raises [`CONTRAST_MIN`] to, in grey levels: a picture full of print is no noise.
const CONTRAST_MIN_NOISY: u8 = 56;

/// Share of the tiles that are taken for plain ground, whose differences are noise.
const GROUND_SHARE: f32 = 0.2;

/// Differences over the surroundings against those within a tile of noise, with some room.
const NOISE_FACTOR: f32 = 2.4;

/// Limits of every tile of a picture, with the buffers that they are made in.
#[derive(Debug, Default)]
pub(super) struct Thresholds {
    columns: usize,
    low: Vec<u8>,
    high: Vec<u8>,
    row_low: Vec<u8>,
    row_high: Vec<u8>,
    spare: Vec<u8>,
}

impl Thresholds {
    /// Measures a picture.
    pub(super) fn measure(&mut self, image: &Gray) {
        self.tiles(image);
        let contrast_min = self.contrast_min();
        let columns = self.columns;
        spread(&mut self.low, &mut self.spare, columns, u8::min);
        spread(&mut self.high, &mut self.spare, columns, u8::max);
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            // Nothing is below 0 or above 255.
            (*low, *high) = match *high - *low {
                contrast if contrast < contrast_min => (0, u8::MAX),
                contrast => (*low + contrast / 2, *low + contrast / 2),
            };
        }
    }

    /// The darkest and the lightest pixel of each tile.
    fn tiles(&mut self, image: &Gray) {
        self.columns = image.width.div_ceil(TILE_PX);
        self.low.clear();
        self.high.clear();
        for rows in image.pixels.chunks(TILE_PX * image.width) {
            let (first, rest) = rows.split_at(image.width);
            self.row_low.clear();
            self.row_low.extend_from_slice(first);
            self.row_high.clear();
            self.row_high.extend_from_slice(first);
            for row in rest.chunks_exact(image.width) {
                for ((low, high), &pixel) in self.row_low.iter_mut().zip(&mut self.row_high).zip(row) {
                    *low = pixel.min(*low);
                    *high = pixel.max(*high);
                }
            }
            let least = |tile: &[u8]| tile.iter().fold(u8::MAX, |least, &pixel| least.min(pixel));
            let most = |tile: &[u8]| tile.iter().fold(0, |most: u8, &pixel| most.max(pixel));
            self.low.extend(self.row_low.chunks(TILE_PX).map(least));
            self.high.extend(self.row_high.chunks(TILE_PX).map(most));
        }
    }

    /// The least contrast of print in this picture, from the differences within its plainest tiles.
    fn contrast_min(&self) -> u8 {
        let mut histogram = [0usize; 256];
        for (low, high) in self.low.iter().zip(&self.high) {
            histogram[usize::from(high - low)] += 1;
        }
        let ground = (GROUND_SHARE * self.low.len() as f32) as usize;
        let mut seen = 0;
        let noise = histogram.iter().position(|count| {
            seen += count;
            seen > ground
        });
        let noise = NOISE_FACTOR * noise.unwrap_or(0) as f32;
        (noise as u8).clamp(CONTRAST_MIN, CONTRAST_MIN_NOISY)
    }

    /// The classes of row `y`, whose pixels are `row`.
    pub(super) fn classes(&mut self, y: usize, row: &[u8], classes: &mut [u8]) {
        if y.is_multiple_of(TILE_PX) {
            let tiles = y / TILE_PX * self.columns..(y / TILE_PX + 1) * self.columns;
            repeat(&self.low[tiles.clone()], &mut self.row_low, row.len());
            repeat(&self.high[tiles], &mut self.row_high, row.len());
        }
        let limits = self.row_low.iter().zip(&self.row_high);
        for ((class, &pixel), (&low, &high)) in classes.iter_mut().zip(row).zip(limits) {
            *class = (u8::from(pixel < low) * DARK) | (u8::from(pixel > high) * LIGHT);
        }
    }
}

/// Each tile's value for each of its columns.
fn repeat(tiles: &[u8], columns: &mut Vec<u8>, width: usize) {
    columns.resize(width, 0);
    for (columns, &tile) in columns.chunks_mut(TILE_PX).zip(tiles) {
        columns.fill(tile);
    }
}

/// The extreme over the tiles within [`REACH`] along both axes.
fn spread(tiles: &mut [u8], spare: &mut Vec<u8>, columns: usize, extreme: impl Fn(u8, u8) -> u8) {
    spare.clear();
    spare.extend_from_slice(tiles);
    for (out, row) in tiles.chunks_exact_mut(columns).zip(spare.chunks_exact(columns)) {
        for shift in 1..=REACH.min(columns - 1) {
            let pairs = out[shift..].iter_mut().zip(row);
            pairs.for_each(|(out, &tile)| *out = extreme(*out, tile));
            let pairs = out.iter_mut().zip(&row[shift..]);
            pairs.for_each(|(out, &tile)| *out = extreme(*out, tile));
        }
    }
    spare.copy_from_slice(tiles);
    let rows = tiles.len() / columns;
    for shift in 1..=REACH.min(rows - 1) {
        let pairs = tiles[shift * columns..].iter_mut().zip(spare.iter());
        pairs.for_each(|(out, &tile)| *out = extreme(*out, tile));
        let pairs = tiles.iter_mut().zip(&spare[shift * columns..]);
        pairs.for_each(|(out, &tile)| *out = extreme(*out, tile));
    }
}

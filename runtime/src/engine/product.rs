//! The product of rows with packed weights: every layer that has weights is this, under different walks.
//!
//! Legend: M rows, C channels (columns of the product), K values of a row.

use std::ops::Range;

use tract_core::prelude::{Datum, Tensor, TractResult};

use super::kernel::{Clamp, Kernels, Limits, Number, Part, ROWS_MAX, SUMS_MAX, Sums, Tile, Walk};

/// Weights in the order in which a set's tile reads them.
#[derive(Debug)]
pub(crate) struct Packed<N: Number> {
    /// Panel after panel, aligned to a cache line; each has all K of some channels.
    weights: Tensor,
    tile: &'static Tile<N>,
    /// Runs of a row.
    segments: usize,
    /// Values of a run, padded to the tile's `align`.
    length: usize,
    channels: usize,
}

/// Where the rows of the left matrix lie: row m starts at `starts[m]`, and its runs are `stride` apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a, N> {
    pub(crate) values: &'a [N],
    pub(crate) starts: &'a [usize],
    pub(crate) stride: usize,
}

impl<N: Number> Packed<N> {
    /// Packs `weights`, `[C][segments][length]`.
    ///
    /// # Errors
    /// When there is no memory.
    pub(crate) fn new(
        kernels: &'static Kernels,
        weights: &[N::Weight],
        segments: usize,
        length: usize,
    ) -> TractResult<Self> {
        let tile = N::tile(kernels, weights, length);
        let padded = length.next_multiple_of(tile.align);
        let channels = weights.len() / (segments * length).max(1);
        let columns = channels.next_multiple_of(tile.lanes);
        let mut packed = Tensor::zero_aligned_dt(N::Weight::datum_type(), &[segments * padded * columns], CACHE_LINE)?;
        let mut plain = packed.try_as_plain_ram_mut()?;
        let out = plain.as_slice_mut::<N::Weight>()?;
        for panel in panels(tile, channels) {
            let (width, base) = (panel.end - panel.start, panel.start * segments * padded);
            for channel in panel.start..panel.end.min(channels) {
                for (segment, run) in
                    weights[channel * segments * length..][..segments * length].chunks(length).enumerate()
                {
                    for (k, &weight) in run.iter().enumerate() {
                        let k = segment * padded + k;
                        let group = k / tile.together * width + channel - panel.start;
                        out[base + group * tile.together + k % tile.together] = weight;
                    }
                }
            }
        }
        Ok(Self { weights: packed, tile, segments, length: padded, channels })
    }

    /// Channels of the product.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Values of a run that are read, a multiple of the tile's `align`: the weights beyond the real ones are zero.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Multiplies, and gives `each` the sums of some rows, from the first on, for a range of channels; in the end it has
    /// had every row and every channel once.
    ///
    /// # Errors
    /// Never for rows that lie within their values.
    ///
    /// # Panics
    /// When a row reaches beyond its values.
    pub(crate) fn multiply(
        &self,
        rows: &Rows<'_, N>,
        mut each: impl FnMut(usize, Range<usize>, &Sums<'_, N::Sum>),
    ) -> TractResult<()> {
        let walk = Walk { segments: self.segments, stride: rows.stride, length: self.length };
        let reach = (walk.segments - 1) * walk.stride + walk.length;
        let last = rows.starts.iter().max().map_or(0, |&start| start + reach);
        assert!(last <= rows.values.len(), "rows reach to {last} and there are {} values", rows.values.len());
        let plain = self.weights.try_as_plain_ram()?;
        let weights = plain.as_slice::<N::Weight>()?;
        let mut sums = [N::Sum::default(); SUMS_MAX];
        for panel in panels(self.tile, self.channels) {
            let width = panel.end - panel.start;
            let packed = &weights[panel.start * self.segments * self.length..][..width * self.segments * self.length];
            for (at, starts) in rows.starts.chunks(self.tile.rows).enumerate() {
                let sums = &mut sums[..starts.len() * width];
                self.tile(&walk, (rows.values, starts), packed, sums);
                let channels = panel.start..panel.end.min(self.channels);
                each(at * self.tile.rows, channels, &Sums { values: sums, width });
            }
        }
        Ok(())
    }

    /// One tile, whose operands [`Self::multiply`] has checked.
    #[expect(unsafe_code, reason = "the one call of a tile")]
    fn tile(&self, walk: &Walk, (values, starts): (&[N], &[usize]), panel: &[N::Weight], sums: &mut [N::Sum]) {
        let mut pointers = [values.as_ptr(); ROWS_MAX];
        for (pointer, &start) in pointers.iter_mut().zip(starts) {
            *pointer = values[start..].as_ptr();
        }
        let vectors = sums.len() / starts.len() / self.tile.lanes;
        // SAFETY: the set was handed out because the processor has its instructions; `multiply` has checked that each
        // row's reach is within the values; the panel and the sums were cut to `vectors * lanes` channels.
        unsafe { (self.tile.run)(&pointers[..starts.len()], walk, vectors, panel.as_ptr(), sums.as_mut_ptr()) }
    }
}

/// A cache line of every processor in question, in bytes: a vector that crosses one is read twice.
const CACHE_LINE: usize = 64;

/// The channels of each panel, the last one rounded up to whole vectors.
fn panels<N: Number>(tile: &Tile<N>, channels: usize) -> impl Iterator<Item = Range<usize>> + use<N> {
    let (width, columns) = (tile.lanes * tile.vectors, channels.next_multiple_of(tile.lanes));
    (0..columns).step_by(width).map(move |start| start..columns.min(start + width))
}

/// What becomes of a layer's sums, for all channels: see [`Clamp`].
#[derive(Debug)]
pub(crate) struct Finish {
    pub(crate) offset: Vec<i32>,
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
    pub(crate) limits: Limits,
}

impl Finish {
    /// The part for some channels.
    pub(crate) fn of(&self, channels: Range<usize>) -> Clamp<'_> {
        let (offset, scale) = (&self.offset[channels.clone()], &self.scale[channels.clone()]);
        Clamp { offset, scale, shift: &self.shift[channels], limits: self.limits }
    }
}

/// Weights and what becomes of their sums: a whole layer but for the way its rows lie.
#[derive(Debug)]
pub(crate) struct Layer<N: Number> {
    pub(crate) kernels: &'static Kernels,
    pub(crate) packed: Packed<N>,
    pub(crate) finish: Finish,
}

/// Where a layer writes: `[M][C]`.
#[derive(Debug)]
pub(crate) enum Out<'a> {
    /// Values.
    Floats(&'a mut [f32]),
    /// Stored bytes of quantized values.
    Bytes(&'a mut [u8]),
}

impl<N: Number> Layer<N> {
    /// The layer's values for all rows.
    ///
    /// # Errors
    /// As [`Packed::multiply`].
    pub(crate) fn apply(&self, rows: &Rows<'_, N>, out: &mut Out<'_>) -> TractResult<()> {
        let (kernels, stride) = (self.kernels, self.packed.channels);
        self.packed.multiply(rows, |row, channels, sums| {
            let from = row * stride + channels.start;
            let clamp = self.finish.of(channels);
            match out {
                Out::Floats(out) => kernels.floats::<N>(sums, &clamp, &mut Part { values: &mut out[from..], stride }),
                Out::Bytes(out) => kernels.bytes::<N>(sums, &clamp, &mut Part { values: &mut out[from..], stride }),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{FLIP, available};
    use super::*;

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "numbers below 20")]
    fn channels_that_fill_no_vector_and_runs_that_fill_no_group_are_padded_with_zeros() {
        for kernels in available() {
            for (channels, segments, length) in [(1, 1, 1), (3, 2, 5), (17, 3, 33), (40, 1, 16)] {
                let weight = |c: usize, k: usize| ((c * 7 + k * 3) % 19) as i8 - 9;
                let value = |k: usize| (k % 11) as u8 ^ FLIP;
                let k = segments * length;
                let weights: Vec<i8> = (0..channels * k).map(|i| weight(i / k, i % k)).collect();
                let packed = Packed::<u8>::new(kernels, &weights, segments, length).unwrap();
                // Runs lie `stride` apart; what lies between them must not count.
                let stride = length + 40;
                let values: Vec<u8> = (0..segments * stride + 64).map(|i| value(i % stride)).collect();
                let starts = [0; 7];
                let mut seen = 0;
                let signed = |byte: u8| if FLIP == 0 { i32::from(byte) } else { i32::from(byte.cast_signed()) };
                let expected = |c| (0..k).map(|i| signed(value(i % length)) * i32::from(weight(c, i))).sum::<i32>();
                let rows = Rows { values: &values, starts: &starts, stride };
                let check = |_, range: Range<usize>, sums: &Sums<'_, i32>| {
                    for row in sums.values.chunks(sums.width) {
                        for (c, &sum) in range.clone().zip(row) {
                            assert_eq!(sum, expected(c), "{} channel {c}", kernels.name);
                            seen += 1;
                        }
                    }
                };
                packed.multiply(&rows, check).unwrap();
                assert_eq!(seen, starts.len() * channels);
            }
        }
    }
}

//! Which weights sums of a few products have room for in 16 bits.
//!
//! Processors without a dot product multiply bytes fastest when they sum two or four products in 16 bits before they
//! widen them. What each kernel sums so is a [`Group`] of neighbours in a run of weights, and a run in which every group
//! is [within](Group::has_room) its bound cannot overflow, whatever the bytes. `labelcam-quantize` rounds weights so that
//! they are: nearly all of the 8 bits can be used, as weights that are large and neighbours are rare. Other weights are
//! multiplied as exactly, and slower.

/// Weights of a run whose products are summed in 16 bits: `count` of them, `stride` apart, in blocks of `stride * count`
/// from the start of the run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Places from a weight to the next of its group.
    pub stride: usize,
    /// Weights in a group.
    pub count: usize,
    /// The most that the magnitudes may add up to.
    pub most: u32,
    /// Whether that is for weights of either sign by themselves: bytes without a sign cannot turn one into the other.
    pub by_sign: bool,
}

impl Group {
    /// Of AVX2's `vpmaddubsw`: bytes from 0 to 255, `255 * 128 < 2^15`.
    pub const PAIRS: Self = Self { stride: 1, count: 2, most: 128, by_sign: true };

    /// Of NEON's `smlal` into the same lanes four times: bytes from -128 to 127, `128 * 255 < 2^15`.
    pub const FOURS: Self = Self { stride: 8, count: 4, most: 255, by_sign: false };

    /// The places of the others in the group of the weight at `place` of a run; some may lie beyond the run's end.
    pub fn others(self, place: usize) -> impl Iterator<Item = usize> {
        let block = self.stride * self.count;
        let first = place / block * block + place % self.stride;
        (0..self.count).map(move |i| first + i * self.stride).filter(move |&other| other != place)
    }

    /// The least and the largest weight that there is room for beside these others of its group.
    pub fn limits(self, others: impl Iterator<Item = i8>) -> (i32, i32) {
        let (negative, positive) = self.taken(others);
        let left = |taken| self.most.saturating_sub(taken).cast_signed();
        (-left(negative), left(positive))
    }

    /// Whether there is room for the sums of every group of a run.
    pub fn has_room(self, run: &[i8]) -> bool {
        let fits = |block: &[i8], lane| {
            let (negative, positive) = self.taken(block.iter().copied().skip(lane).step_by(self.stride));
            negative.max(positive) <= self.most
        };
        run.chunks(self.stride * self.count).all(|block| (0..self.stride).all(|lane| fits(block, lane)))
    }

    /// What the weights of a group take of the room below zero and above it.
    fn taken(self, weights: impl Iterator<Item = i8>) -> (u32, u32) {
        let (mut negative, mut positive) = (0, 0);
        for weight in weights {
            *(if weight < 0 { &mut negative } else { &mut positive }) += u32::from(weight.unsigned_abs());
        }
        if self.by_sign { (negative, positive) } else { (negative + positive, negative + positive) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether no bytes overflow 16 bits, by the definition: the sums are extreme at the extremes of each byte.
    fn by_definition(group: Group, bytes: [i32; 2], run: &[i8]) -> bool {
        let block = group.stride * group.count;
        run.chunks(block).all(|block| {
            (0..group.stride).all(|lane| {
                let members = || block.iter().skip(lane).step_by(group.stride).map(|&weight| i32::from(weight));
                let most: i32 = members().map(|weight| (bytes[0] * weight).max(bytes[1] * weight)).sum();
                let least: i32 = members().map(|weight| (bytes[0] * weight).min(bytes[1] * weight)).sum();
                i16::try_from(most).is_ok() && i16::try_from(least).is_ok()
            })
        })
    }

    #[test]
    fn what_has_room_cannot_overflow() {
        let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0].cast_signed().max(-127);
        let mut roomy = 0;
        for length in [1, 2, 7, 32, 45] {
            for seed in 0..400 {
                // Halved over and over, so that some fit.
                let run: Vec<i8> = (0..length).map(|i| noise(seed * 64 + i) / [1, 2, 3][seed % 3]).collect();
                for (group, bytes) in [(Group::PAIRS, [0, 255]), (Group::FOURS, [-128, 127])] {
                    let room = group.has_room(&run);
                    roomy += usize::from(room);
                    assert!(!room || by_definition(group, bytes, &run), "{group:?} {run:?}");
                }
            }
        }
        assert!((100..3900).contains(&roomy), "{roomy} of 4000 have room: the test tells nothing");
    }

    #[test]
    fn the_bounds_are_the_largest_there_are() {
        let four = |w: [i8; 4]| {
            let mut run = [0; 32];
            w.iter().enumerate().for_each(|(i, &weight)| run[3 + 8 * i] = weight);
            Group::FOURS.has_room(&run)
        };
        assert!(Group::PAIRS.has_room(&[64, 64, -127, -1, 127, -127, 0, 127]) && !Group::PAIRS.has_room(&[65, 64]));
        assert!(!Group::PAIRS.has_room(&[0, 0, -2, -127]) && Group::PAIRS.has_room(&[0, 127, 127]));
        assert!(four([127, -127, 1, 0]) && four([64, 64, -64, 63]) && !four([64, 64, -64, -64]));
    }

    #[test]
    fn weights_of_seven_bits_have_room_always() {
        for weight in [-63, 63] {
            assert!([Group::PAIRS, Group::FOURS].iter().all(|group| group.has_room(&[weight; 45])));
        }
    }

    #[test]
    fn others_are_those_that_share_a_sum() {
        assert_eq!(Group::PAIRS.others(6).chain(Group::PAIRS.others(7)).collect::<Vec<_>>(), [7, 6]);
        assert_eq!(Group::FOURS.others(32 + 17).collect::<Vec<_>>(), [33, 41, 57]);
    }
}

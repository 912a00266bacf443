//! Weights that engines multiply together, and what room they leave one another.
//!
//! See [`Group`]: a weight is limited by those whose products are summed with its own in 16 bits. Which these are
//! depends on the order in which an engine takes the weights of an output: row by row of a convolution's kernel, and in
//! each place channel by channel.

use labelcam::engine::kernel::room::Group;

use crate::layers::{Kind, Layer, Operand};

/// The sums that are kept from overflowing.
const GROUPS: [Group; 2] = [Group::PAIRS, Group::FOURS];

/// A multiple of the size of every group's block, so that no group spans two runs.
const BLOCK: usize = 32;

/// For each weight of an output the others of its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours(Vec<[Vec<usize>; GROUPS.len()]>);

impl Neighbours {
    /// Those of the weights of a layer's operand, by column.
    pub fn of(layer: &Layer, operand: &Operand) -> Self {
        let [height, width] = match &layer.kind {
            Kind::Conv(window) => window.kernel,
            Kind::Linear | Kind::Lstm { .. } => [1, 1],
        };
        let channels = operand.columns / (height * width).max(1);
        let run = (width * channels).next_multiple_of(BLOCK);
        // [channels][height][width], as the tensor has it.
        let place = |column: usize| {
            let (channel, y, x) = (column / (height * width), column / width % height, column % width);
            y * run + x * channels + channel
        };
        Self::placed(operand.columns, place)
    }

    /// Those of weights that an engine takes in an order of its own.
    fn placed(columns: usize, place: impl Fn(usize) -> usize) -> Self {
        let places: Vec<_> = (0..columns).map(place).collect();
        let mut columns = vec![None; places.iter().max().map_or(0, |last| last + 1)];
        places.iter().enumerate().for_each(|(column, &place)| columns[place] = Some(column));
        let others = |group: Group, place| group.others(place).filter_map(|at| *columns.get(at)?).collect();
        Self(places.iter().map(|&place| GROUPS.map(|group| others(group, place))).collect())
    }

    /// The same for weights in another order: weight i is that of column `order[i]`.
    #[must_use]
    pub fn reordered(&self, order: &[usize]) -> Self {
        let mut at = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &column)| at[column] = i);
        let moved = |others: &Vec<usize>| others.iter().map(|&column| at[column]).collect();
        Self(order.iter().map(|&column| self.0[column].each_ref().map(moved)).collect())
    }

    /// The least and the largest integer that the others leave room for at a weight, within `limit`.
    pub fn limits(&self, weight: usize, limit: i8, value: impl Fn(usize) -> i8) -> (i8, i8) {
        let mut limits = (-limit, limit);
        for (group, others) in GROUPS.into_iter().zip(&self.0[weight]) {
            let (least, largest) = group.limits(others.iter().map(|&other| value(other)));
            let within = |bound: i32| i8::try_from(bound).ok();
            limits = (limits.0.max(within(least).unwrap_or(-limit)), limits.1.min(within(largest).unwrap_or(limit)));
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernels_rows_are_runs_of_their_own_with_channels_next_to_one_another() {
        // [3 channels][2][2]: rows of 2 x 3 values; columns 0, 4, 8 are the channels at (0, 0).
        let neighbours = Neighbours::placed(12, |column| {
            let (channel, y, x) = (column / 4, column / 2 % 2, column % 2);
            y * BLOCK + x * 3 + channel
        });
        let pair = |column: usize| neighbours.0[column][0].clone();
        // In row 0 the order is 0 4 8 1 5 9, in row 1 it is 2 6 10 3 7 11.
        assert_eq!([0, 8, 5, 2, 11].map(pair), [vec![4], vec![1], vec![9], vec![6], vec![7]]);
    }

    #[test]
    fn limits_follow_the_others_through_a_change_of_order() {
        let neighbours = Neighbours::placed(40, |column| column);
        let mut values = [0i8; 40];
        (values[1], values[8], values[16]) = (100, -127, 127);
        let at = |neighbours: &Neighbours, weight, values: &[i8]| neighbours.limits(weight, 127, |i| values[i]);
        assert_eq!(at(&neighbours, 0, &values), (-1, 1));
        values[8] = 0;
        assert_eq!(at(&neighbours, 0, &values), (-127, 28));
        assert_eq!(neighbours.limits(0, 20, |i| values[i]), (-20, 20));
        let order: Vec<_> = (0..40).rev().collect();
        let reversed: Vec<_> = order.iter().map(|&column| values[column]).collect();
        assert_eq!(at(&neighbours.reordered(&order), 39, &reversed), (-127, 28));
    }
}

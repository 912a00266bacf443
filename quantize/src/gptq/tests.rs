//! Tests of rounding, on moments whose best rounding is known.

use labelcam::engine::kernel::room::Group;

use super::*;
use crate::layers::{Kind, Layer, Operand, Order};

/// Neighbours of weights that are taken as they come.
fn neighbours(columns: usize) -> Neighbours {
    let tensor = "w".to_owned();
    let operand = Operand { tensor, rows: 1, columns, order: Order::Rows };
    let [name, input, output, point] = ["layer", "x", "y", "x"].map(str::to_owned);
    let layer = Layer { name, node: 0, kind: Kind::Linear, input, output, operands: vec![], bias: None, point };
    Neighbours::of(&layer, &operand)
}

/// Moments of inputs that are all like one another: `correlation` between any two.
fn correlated(columns: usize, correlation: f64) -> Moments {
    let entry = |at: usize| if at / columns == at % columns { 1.0 } else { correlation };
    Moments { columns, mean: vec![0.0; columns], covariance: (0..columns * columns).map(entry).collect() }
}

/// Weights without a pattern, from -1 to 1 and mostly small, as trained ones are.
fn weights(count: u16) -> Vec<f32> {
    let wave = |i: u16, frequency: f32| (f32::from(i) * frequency).sin() / 3.0;
    (0..count).map(|i| wave(i, 12.9898) + wave(i, 78.233) + wave(i, 37.719)).collect()
}

fn nearest_of(rows: &[f32], columns: usize, limit: i8) -> Integers {
    let steps = rows.chunks(columns).map(|row| weights::step(row, limit, 0.0)).collect();
    weights::rounded(rows, steps, limit)
}

#[test]
fn inputs_that_are_independent_are_rounded_to_the_nearest() {
    let rows = weights(120);
    let integers = rounded(&rows, &correlated(24, 0.0), &[0.0; 5], (63, &neighbours(24)));
    for (row, (values, step)) in rows.chunks(24).zip(integers.values.chunks(24).zip(&integers.scales)) {
        let expected: Vec<_> = row.iter().map(|&w| nearest(w, *step, (-63, 63))).collect();
        assert_eq!(values, expected);
    }
}

#[test]
fn correlated_inputs_are_rounded_better_than_to_the_nearest() {
    let (rows, moments) = (weights(1024), correlated(64, 0.9));
    for limit in [7, 63, 127] {
        let plain = error(&rows, &nearest_of(&rows, 64, limit), &moments);
        let better = error(&rows, &rounded(&rows, &moments, &[0.0; 16], (limit, &neighbours(64))), &moments);
        assert!(better < 0.3 * plain, "{better} and {plain} at {limit}");
    }
}

#[test]
fn no_single_change_makes_a_rounded_row_better() {
    let (rows, moments) = (weights(16), correlated(16, 0.7));
    let integers = rounded(&rows, &moments, &[0.0], (7, &neighbours(16)));
    // As the damped moments have it.
    let mut damped = moments;
    (0..16).for_each(|at| damped.covariance[at * 17] += DAMPING);
    let least = error(&rows, &integers, &damped);
    for at in 0..16 {
        for change in [-1, 1] {
            let mut other = integers.clone();
            other.values[at] = (other.values[at] + change).clamp(-7, 7);
            assert!(error(&rows, &other, &damped) >= least * 0.9999, "weight {at} by {change}");
        }
    }
}

#[test]
fn inputs_that_never_change_do_no_harm() {
    let mut moments = correlated(8, 0.5);
    for at in 0..8 {
        moments.covariance[3 * 8 + at] = 0.0;
        moments.covariance[at * 8 + 3] = 0.0;
    }
    let silent = Moments { covariance: vec![0.0; 64], ..moments.clone() };
    for moments in [moments, silent] {
        let integers = rounded(&weights(16), &moments, &[0.0; 2], (63, &neighbours(8)));
        let off = integers.weights().iter().zip(weights(16)).map(|(q, w)| (q - w).abs()).fold(0.0, f32::max);
        assert!(off < 0.1, "{off}");
    }
}

#[test]
fn steps_keep_to_their_least() {
    let integers = rounded(&weights(24), &correlated(8, 0.5), &[0.25, 0.0, 1.0], (63, &neighbours(8)));
    assert!(integers.scales[0] >= 0.25 && integers.scales[1] < 0.1 && integers.scales[2] >= 1.0);
}

#[test]
fn rows_of_zeros_stay_zeros() {
    let integers = rounded(&[0.0; 16], &correlated(8, 0.5), &[0.0; 2], (63, &neighbours(8)));
    assert_eq!(integers.values, [0; 16]);
}

/// With no room for two of the largest side by side, eight bits are still much better than seven.
#[test]
fn weights_of_eight_bits_leave_their_neighbours_room_and_gain_most_of_a_bit() {
    let (rows, moments) = (weights(4096), correlated(256, 0.5));
    let of = |limit| rounded(&rows, &moments, &[0.0; 16], (limit, &neighbours(256)));
    let [seven, eight] = [of(63), of(127)];
    for integers in [&seven, &eight] {
        for group in [Group::PAIRS, Group::FOURS] {
            assert!(integers.values.chunks(256).all(|run| group.has_room(run)), "{group:?}");
        }
    }
    assert!(eight.values.iter().any(|value| value.unsigned_abs() > 63), "it is rounded to seven bits");
    let gain = error(&rows, &seven, &moments) / error(&rows, &eight, &moments);
    assert!(gain > 1.5, "{gain}; a whole bit would be 4");
}

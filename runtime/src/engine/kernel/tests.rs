//! One frame for all sets: what each computes is compared with the plain definition, in integers bit for bit.

#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes made of larger integers")]
#![expect(clippy::cast_precision_loss, reason = "sums far below 2^24")]

use proptest::prelude::*;

use super::*;

/// The sign that a stored byte has in the kernels.
fn signed(byte: u8) -> i32 {
    if FLIP == 0 { i32::from(byte) } else { i32::from(byte.cast_signed()) }
}

/// Runs a tile over rows that lie `gap` values apart; gives the sums, `[rows][vectors * lanes]`.
fn run<N: Number>(
    tile: &Tile<N>,
    (rows, vectors): (usize, usize),
    walk: Walk,
    (values, panel): (&[N], &[N::Weight]),
) -> Vec<N::Sum> {
    let gap = (values.len() - (walk.segments - 1) * walk.stride - walk.length) / rows;
    let starts: Vec<*const N> = (0..rows).map(|row| values[row * gap..].as_ptr()).collect();
    let mut sums = vec![N::Sum::default(); rows * vectors * tile.lanes];
    // SAFETY: the set is one of `available`; each row's reach is within the values; the panel and the sums have the
    // sizes that the numbers ask for.
    unsafe { (tile.run)(&starts, &walk, vectors, panel.as_ptr(), sums.as_mut_ptr()) };
    sums
}

/// The definition.
fn expected(
    tile: &Tile<u8>,
    (rows, channels): (usize, usize),
    walk: Walk,
    (values, panel): (&[u8], &[i8]),
) -> Vec<i64> {
    let gap = (values.len() - (walk.segments - 1) * walk.stride - walk.length) / rows;
    let sum = |row: usize, channel: usize| {
        (0..walk.segments * walk.length)
            .map(|k| {
                let value = values[row * gap + k / walk.length * walk.stride + k % walk.length];
                let weight = (k / tile.together * channels + channel) * tile.together + k % tile.together;
                i64::from(signed(value)) * i64::from(panel[weight])
            })
            .sum()
    };
    (0..rows).flat_map(|row| (0..channels).map(move |channel| (row, channel))).map(|(r, c)| sum(r, c)).collect()
}

/// Every number of rows and vectors of a tile, on values that a function of their index gives, and weights that one of
/// their place in the run and their index gives.
fn check_int8(name: &str, tile: &Tile<u8>, value: impl Fn(usize) -> u8, weight: impl Fn(usize, usize) -> i8) {
    for (segments, groups) in [(1, 1), (1, 3), (2, 1), (3, 5)] {
        let length = groups * tile.align;
        let walk = Walk { segments, stride: length + 3, length };
        for rows in 1..=tile.rows {
            for vectors in 1..=tile.vectors {
                let channels = vectors * tile.lanes;
                let values: Vec<u8> = (0..segments * walk.stride + rows * 5 + length).map(&value).collect();
                let place = |i: usize| (i / (channels * tile.together) * tile.together + i % tile.together) % length;
                let panel: Vec<i8> = (0..segments * length * channels).map(|i| weight(place(i), i)).collect();
                let sums: Vec<i64> =
                    run(tile, (rows, vectors), walk, (&values, &panel)).into_iter().map(i64::from).collect();
                assert_eq!(
                    sums,
                    expected(tile, (rows, channels), walk, (&values, &panel)),
                    "{name} {rows}x{vectors} {walk:?}"
                );
            }
        }
    }
}

/// Numbers without a pattern.
fn noise(i: usize) -> u8 {
    (i.wrapping_mul(2_654_435_761) >> 13) as u8
}

#[test]
fn int8_tiles_are_exact_on_noise() {
    let random = |place: usize, i: usize| noise(i * 7 + place).cast_signed().max(-127);
    for set in available() {
        // Half of seven bits leave room for any neighbours.
        check_int8(set.name, &set.narrow, noise, |place, i| random(place, i) / 2);
        check_int8(set.name, &set.wide, noise, random);
    }
}

/// Weights of a group that leave no room for more.
const FULL: [(Group, &[&[i8]]); 2] = [
    (Group::PAIRS, &[&[127, 1], &[64, 64], &[-1, -127], &[-64, -64], &[127, -127]]),
    (Group::FOURS, &[&[127, 127, 1, 0], &[64, 64, 64, 63], &[-64, -63, -64, -64], &[-127, 127, 0, -1]]),
];

#[test]
fn int8_tiles_are_exact_at_the_extremes() {
    for set in available() {
        let (group, full) = FULL.into_iter().find(|&(group, _)| Some(group) == set.group).unwrap_or(FULL[0]);
        let narrow =
            full.iter().copied().chain(if set.group.is_none() { [&[127i8][..], &[-127]] } else { [&[63][..], &[-63]] });
        for byte in [0, 127, 128, 255] {
            for weights in narrow.clone() {
                let weight = |place: usize, _| weights[place / group.stride % weights.len()];
                check_int8(set.name, &set.narrow, |_| byte, weight);
                check_int8(set.name, &set.narrow, |i| if i % 2 == 0 { byte } else { !byte }, weight);
            }
            for weights in [[127, 127], [-127, -127], [127, -127]] {
                check_int8(set.name, &set.wide, |_| byte, |place, _| weights[place % 2]);
                check_int8(
                    set.name,
                    &set.wide,
                    |i| if i % 2 == 0 { byte } else { !byte },
                    |place, _| weights[place % 2],
                );
            }
        }
    }
}

#[test]
fn weights_choose_the_tile_run_by_run() {
    for set in available() {
        let is_narrow = |weights: &[i8], length| std::ptr::eq(u8::tile(set, weights, length), &raw const set.narrow);
        assert!(is_narrow(&[63; 64], 64) && is_narrow(&[127, 1, 0, 0], 4), "{}", set.name);
        // Neighbours across the end of a run are multiplied apart.
        let apart = [0, 127, 127, 0];
        assert!(is_narrow(&apart, 2) && is_narrow(&apart, 4), "{}", set.name);
        assert_eq!(is_narrow(&[127; 64], 64), set.group.is_none(), "{}", set.name);
    }
}

#[test]
fn float_tiles_agree_with_the_portable_one_within_their_rounding() {
    for set in available() {
        let tile = &set.float;
        let length = 12 * tile.align;
        let walk = Walk { segments: 3, stride: length + 5, length };
        for rows in 1..=tile.rows {
            for vectors in 1..=tile.vectors {
                let channels = vectors * tile.lanes;
                let number = |i: usize| f32::from(noise(i)) / 128.0 - 1.0;
                let values: Vec<f32> = (0..3 * walk.stride + rows * 5 + length).map(number).collect();
                let panel: Vec<f32> = (0..3 * length * channels).map(|i| number(i * 3 + 1)).collect();
                let gap = (values.len() - 2 * walk.stride - walk.length) / rows;
                let sums = run(tile, (rows, vectors), walk, (&values, &panel));
                for (at, &sum) in sums.iter().enumerate() {
                    let (row, channel) = (at / channels, at % channels);
                    let products = (0..3 * length).map(|k| {
                        let value = values[row * gap + k / length * walk.stride + k % length];
                        f64::from(value) * f64::from(panel[k * channels + channel])
                    });
                    let exact: f64 = products.sum();
                    // 144 products of size 1, each rounded to 2^-24 of a sum below 100.
                    assert!((f64::from(sum) - exact).abs() < 1e-4, "{} {rows}x{vectors}: {sum} {exact}", set.name);
                }
            }
        }
    }
}

/// Values of a row of channels from `(sum + offset) * scale + shift`, by the definition in double precision steps that
/// are each rounded to float.
fn by_definition(sum: i32, offset: i32, scale: f32, shift: f32) -> f32 {
    (sum + offset) as f32 * scale + shift
}

proptest! {
    #[test]
    fn bytes_are_rounded_to_even_and_kept_within_the_limits(
        sums in proptest::collection::vec(-2_000_000i32..2_000_000, 1..70),
        scale in 1e-6f32..1e-2,
        zero in 0i32..256,
    ) {
        let moved = i32::from(FLIP);
        let limits = Limits { floor: 0.0, zero: zero - moved, low: -moved, high: 255 - moved };
        let (offset, scales, shift) = (vec![17; sums.len()], vec![scale; sums.len()], vec![0.25; sums.len()]);
        let clamp = Clamp { offset: &offset, scale: &scales, shift: &shift, limits };
        for set in available() {
            let mut out = vec![0; sums.len()];
            let values = Sums { values: &sums, width: sums.len() };
            set.bytes::<u8>(&values, &clamp, &mut Part { values: &mut out, stride: sums.len() });
            for (&sum, &byte) in sums.iter().zip(&out) {
                let value = by_definition(sum, 17, scale, 0.25).clamp(-1e6, 1e6);
                let q = (value.round_ties_even() as i32 + zero).clamp(0, 255);
                prop_assert_eq!(byte ^ FLIP, q as u8, "{}", set.name);
            }
        }
    }

    #[test]
    fn every_set_gives_the_same_bits_of_gates_and_softmax(seed in 0usize..1000) {
        let hidden = 1 + seed % 40;
        let number = |i: usize| (f32::from(noise(i + seed)) - 128.0) / 12.0;
        let gates: Vec<f32> = (0..4 * hidden).map(number).collect();
        let results: Vec<_> = available().map(|set| {
            let (mut cell, mut output) = (vec![0.5; hidden], vec![0.0; hidden]);
            let mut limbs = vec![0; 2 * hidden];
            set.gates(&mut Gates { inputs: &gates, cell: &mut cell, output: &mut output, limbs: &mut limbs });
            let mut scores: Vec<f32> = (0..hidden * 3).map(number).collect();
            set.log_softmax(&mut scores);
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            (bits(&cell), bits(&output), limbs, bits(&scores))
        }).collect();
        for result in &results {
            prop_assert_eq!(result, &results[0]);
        }
    }
}

#[test]
fn gates_are_those_of_an_lstm() {
    for set in available() {
        for x in [-30.0f32, -4.0, -0.3, 0.0, 0.01, 1.0, 5.0, 90.0] {
            let (mut cell, mut output, mut limbs) = ([0.7], [0.0], [0; 2]);
            set.gates(&mut Gates { inputs: &[x, 0.2, -x, x], cell: &mut cell, output: &mut output, limbs: &mut limbs });
            let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
            let x = f64::from(x);
            let state = sigmoid(-x) * 0.7 + sigmoid(x) * x.tanh();
            let out = sigmoid(0.2) * state.tanh();
            // A few roundings of numbers up to 2.
            assert!((f64::from(cell[0]) - state).abs() < 1e-6, "{} {x}: {} {state}", set.name, cell[0]);
            assert!((f64::from(output[0]) - out).abs() < 1e-6, "{} {x}: {} {out}", set.name, output[0]);
            let limb = |byte: u8| f64::from(byte ^ FLIP) - 128.0;
            let value = (128.0 * limb(limbs[0]) + limb(limbs[1])) / f64::from(LIMB_ONE);
            assert!((value - out).abs() <= 0.51 / f64::from(LIMB_ONE), "{}: {value} {out}", set.name);
        }
    }
}

#[test]
fn log_softmax_is_normalized_and_keeps_differences() {
    for set in available() {
        for classes in [1, 5, 16, 37, 119] {
            let scores: Vec<f32> = (0..classes).map(|i| f32::from(noise(i)) / 10.0).collect();
            let mut logs = scores.clone();
            set.log_softmax(&mut logs);
            let total: f64 = logs.iter().map(|&log| f64::from(log).exp()).sum();
            assert!((total - 1.0).abs() < 1e-5, "{} {classes}: {total}", set.name);
            assert!((logs[0] - logs[classes - 1] - (scores[0] - scores[classes - 1])).abs() < 1e-5, "{}", set.name);
        }
    }
}

#[test]
fn the_larger_stored_byte_is_the_larger_value() {
    for set in available() {
        let all: Vec<u8> = (0..=255).map(|q: u8| q ^ FLIP).collect();
        for q in [0u8, 1, 127, 128, 200, 255] {
            let mut best = vec![q ^ FLIP; 256];
            set.max_bytes(&mut best, &all);
            let expected: Vec<u8> = (0..=255).map(|other: u8| q.max(other) ^ FLIP).collect();
            assert_eq!(best, expected, "{}", set.name);
        }
    }
}

#[test]
fn an_unknown_set_is_an_error_that_lists_those_there_are() {
    let message = choose(Some("mmx")).unwrap_err();
    assert!(message.contains("mmx") && message.contains("portable"), "{message}");
    assert_eq!(choose(Some("portable")).unwrap().name, "portable");
    assert_eq!(choose(None).unwrap().name, available().next().unwrap().name);
}

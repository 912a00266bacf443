//! Tests of decoding, the short ones against every path there is.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::alphabet::{AllowList, Alphabet};

/// Rows of probabilities as log-probabilities.
fn logs(rows: &[&[f32]]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.iter().map(|probability| probability.ln())).collect()
}

/// Scores whose best path is `path`, at a probability of 0.7 a step.
fn along(path: &[u16], classes: usize) -> Vec<f32> {
    let others = f32::from(u16::try_from(classes - 1).unwrap());
    let score = |winner, class| if usize::from(winner) == class { 0.7 } else { 0.3 / others }.ln();
    path.iter().flat_map(|&winner| (0..classes).map(move |class| score(winner, class))).collect()
}

fn view(values: &[f32], classes: usize) -> Scores<'_> {
    Scores::new(values, values.len() / classes, classes).unwrap()
}

fn read(values: &[f32], classes: usize) -> Decoded {
    greedy(view(values, classes), &AllowList::all()).unwrap()
}

fn classes_of(decoded: &Decoded) -> Vec<u16> {
    decoded.classes().collect()
}

/// Merges repeats, then drops blanks: the definition, written plainly.
fn collapse(path: &[u16]) -> Vec<u16> {
    let mut path = path.to_vec();
    path.dedup();
    path.retain(|class| *class != BLANK);
    path
}

/// The probability of every text, summed path by path.
fn brute_force(values: &[f32], classes: usize) -> BTreeMap<Vec<u16>, f64> {
    let mut paths = vec![(Vec::new(), 1.0)];
    for row in values.chunks(classes) {
        let longer = |(path, probability): (Vec<u16>, f64)| {
            let step = move |(class, score): (u16, &f32)| {
                let mut path = path.clone();
                path.push(class);
                (path, probability * f64::from(*score).exp())
            };
            (0..).zip(row).map(step).collect::<Vec<_>>()
        };
        paths = paths.into_iter().flat_map(longer).collect();
    }
    let mut texts = BTreeMap::new();
    for (path, probability) in paths {
        *texts.entry(collapse(&path)).or_insert(0.0) += probability;
    }
    texts
}

fn close(a: f32, b: f64) -> bool {
    (f64::from(a) - b).abs() < 1e-5
}

#[test]
fn greedy_merges_repeats_and_drops_blanks() {
    assert_eq!(classes_of(&read(&along(&[0, 1, 1, 0, 2, 2, 0], 3), 3)), [1, 2]);
}

#[test]
fn greedy_keeps_doubled_letters_split_by_blank() {
    assert_eq!(classes_of(&read(&along(&[1, 0, 1], 3), 3)), [1, 1]);
    assert_eq!(classes_of(&read(&along(&[1, 1, 1], 3), 3)), [1]);
    assert_eq!(classes_of(&read(&along(&[1, 2, 1], 3), 3)), [1, 2, 1]);
}

#[test]
fn a_symbol_knows_its_run_its_peak_and_its_largest_probability() {
    let values = logs(&[&[0.9, 0.05, 0.05], &[0.3, 0.5, 0.2], &[0.1, 0.8, 0.1], &[0.1, 0.8, 0.1], &[0.2, 0.2, 0.6]]);
    let decoded = read(&values, 3);
    let places: Vec<_> = decoded.symbols.iter().map(|s| (s.class, s.start, s.peak, s.end)).collect();
    assert_eq!(places, [(1, 1, 2, 4), (2, 4, 4, 5)]);
    assert!(close(decoded.symbols[0].confidence, 0.8));
    assert!(close(decoded.symbols[1].confidence, 0.6));
    assert!(close(decoded.confidence, brute_force(&values, 3)[&vec![1, 2]]));
}

#[test]
fn a_tie_goes_to_the_lowest_class() {
    assert!(read(&logs(&[&[0.25; 4]]), 4).symbols.is_empty());
    assert_eq!(classes_of(&read(&logs(&[&[0.1, 0.3, 0.3, 0.3]]), 4)), [1]);
}

#[test]
fn an_allow_list_picks_the_best_of_its_characters_and_the_blank() {
    let alphabet = Alphabet::new("O0").unwrap();
    let digits = AllowList::from_chars(&alphabet, "0").unwrap();
    let values = logs(&[&[0.1, 0.7, 0.2], &[0.3, 0.5, 0.2]]);
    assert_eq!(read(&values, 3).text(&alphabet), "O");
    let decoded = greedy(view(&values, 3), &digits).unwrap();
    assert_eq!(decoded.text(&alphabet), "0");
    assert!(close(decoded.symbols[0].confidence, 0.2));
    assert_eq!((decoded.symbols[0].start, decoded.symbols[0].end), (0, 1));
    // Not renormalised: the model believes in the O.
    assert!(close(decoded.confidence, 0.2 * 0.3 + 0.1 * 0.2 + 0.2 * 0.2));
}

#[test]
fn an_allow_list_of_another_alphabet_is_refused() {
    let digits = AllowList::from_chars(&Alphabet::new("01").unwrap(), "0").unwrap();
    let refused = greedy(view(&along(&[1], 4), 4), &digits);
    assert_eq!(refused, Err(CtcError::AllowList { allow_list: 3, scores: 4 }));
}

#[test]
fn classes_past_the_first_word_of_an_allow_list_are_found() {
    let chars: String = ('一'..).take(6000).collect();
    let alphabet = Alphabet::new(&chars).unwrap();
    let text: String = [0, 62, 63, 64, 127, 128, 5999].map(|at| alphabet.chars()[at]).iter().collect();
    let path = alphabet.encode(&text).unwrap();
    let values = along(&path, alphabet.classes());
    let some = AllowList::from_chars(&alphabet, &text).unwrap();
    for allow in [AllowList::all(), some] {
        let decoded = greedy(view(&values, alphabet.classes()), &allow).unwrap();
        assert_eq!(decoded.text(&alphabet), text.as_str());
    }
}

#[test]
fn a_class_the_alphabet_lacks_shows_as_the_replacement_character() {
    assert_eq!(read(&along(&[1, 2], 3), 3).text(&Alphabet::new("a").unwrap()), "a\u{fffd}");
}

#[test]
fn a_line_that_is_impossible_reads_as_nothing_with_no_confidence() {
    let decoded = read(&[f32::NEG_INFINITY; 12], 3);
    assert!(decoded.symbols.is_empty());
    assert!(close(decoded.confidence, 0.0));
}

#[test]
fn a_line_without_time_steps_is_certainly_empty() {
    let decoded = read(&[], 3);
    assert!(decoded.symbols.is_empty());
    assert!(close(decoded.confidence, 1.0));
    assert!(close(posterior(view(&[], 3), &[1]), 0.0));
}

#[test]
fn scores_of_a_wrong_shape_are_refused_with_both_numbers() {
    let error = Scores::new(&[0.0; 7], 2, 3).unwrap_err();
    assert_eq!(error, CtcError::Length { len: 7, steps: 2, classes: 3 });
    assert!(error.to_string().contains("7 scores are not 2 time steps of 3 classes"), "{error}");
    assert!(error.to_string().contains("needs 6"), "{error}");
    assert_eq!(Scores::new(&[], 0, 1).unwrap_err(), CtcError::Classes { classes: 1 });
    assert_eq!(Scores::new(&[], 0, 65537).unwrap_err(), CtcError::Classes { classes: 65537 });
    let long = Scores::new(&[], MAX_STEPS + 1, 2).unwrap_err();
    assert_eq!(long, CtcError::TooManySteps { steps: 2049 });
}

#[test]
fn nan_is_named_with_its_step_and_class_even_if_not_allowed() {
    let alphabet = Alphabet::new(&('一'..).take(99).collect::<String>()).unwrap();
    let one = AllowList::from_chars(&alphabet, "一").unwrap();
    for (value, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
        for class in [0, 3, 64, 99] {
            let mut values = along(&[1, 0, 1], 100);
            values[200 + class] = value;
            let error = greedy(view(&values, 100), &one).unwrap_err().to_string();
            let named = format!("the model produced {name} for class {class} at time step 2");
            assert!(error.starts_with(&named), "{error}");
        }
    }
}

#[test]
fn more_symbols_than_fit_are_refused_and_as_many_as_fit_are_not() {
    let path: Vec<u16> = [1, 2].into_iter().cycle().take(MAX_SYMBOLS).collect();
    let decoded = read(&along(&path, 3), 3);
    assert_eq!(classes_of(&decoded), path);
    let long = along(&[path, vec![1]].concat(), 3);
    let refused = greedy(view(&long, 3), &AllowList::all());
    assert_eq!(refused, Err(CtcError::TooManySymbols { step: 512, steps: 513 }));
}

#[test]
fn the_longest_line_does_not_lose_its_confidence_to_underflow() {
    // A reading can hold 512 symbols, so the second half of the line is blank.
    let pattern = [1, 1, 0, 2].into_iter().cycle().take(MAX_STEPS / 2);
    let path = pattern.chain([BLANK; MAX_STEPS / 2]);
    let row = |best| (0..3).map(move |class| if class == best { -0.0005_f32 } else { -30.0 });
    let values: Vec<f32> = path.flat_map(row).collect();
    let decoded = read(&values, 3);
    assert_eq!(decoded.symbols.len(), MAX_SYMBOLS);
    let expected = (-0.0005 * 2048.0_f64).exp();
    assert!((f64::from(decoded.confidence) - expected).abs() < 1e-3, "{}", decoded.confidence);
}

#[test]
fn a_text_that_does_not_fit_has_no_probability() {
    let values = logs(&[&[0.2, 0.5, 0.3], &[0.2, 0.5, 0.3]]);
    let scores = view(&values, 3);
    assert!(close(posterior(scores, &[1, 1]), 0.0), "needs a blank between");
    assert!(close(posterior(scores, &[1, 2, 1]), 0.0), "needs three steps");
    assert!(close(posterior(scores, &[3]), 0.0), "no such class");
    assert!(close(posterior(scores, &[BLANK]), 0.0), "the blank is no symbol");
    assert!(close(posterior(scores, &[1, 2]), 0.15));
    assert!(close(posterior(scores, &[]), 0.04));
    let long = along(&[0; 600], 3);
    assert!(close(posterior(view(&long, 3), &[1; MAX_SYMBOLS + 1]), 0.0));
}

#[test]
fn log_softmax_makes_rows_that_sum_to_one() {
    let mut logits = vec![1.0, 2.0, 3.0, 1e30, 1e30, -1e30, 1000.0, f32::NEG_INFINITY, 999.0];
    log_softmax_in_place(&mut logits, 3).unwrap();
    for row in logits.chunks(3) {
        assert!(close(row.iter().map(|score| score.exp()).sum(), 1.0), "{row:?}");
    }
    assert!(close(logits[3], -std::f64::consts::LN_2));
}

#[test]
fn log_softmax_leaves_the_impossible_and_spreads_the_broken() {
    let mut logits = vec![f32::NEG_INFINITY; 3];
    log_softmax_in_place(&mut logits, 3).unwrap();
    assert_eq!(logits, [f32::NEG_INFINITY; 3]);
    for broken in [[1.0, f32::NAN, 2.0], [1.0, f32::INFINITY, 2.0], [f32::NAN; 3]] {
        let mut row = broken;
        log_softmax_in_place(&mut row, 3).unwrap();
        assert!(row.iter().any(|score| score.is_nan()), "{broken:?} became {row:?}");
    }
}

#[test]
fn log_softmax_refuses_rows_that_are_not_whole() {
    let mut logits = [1.0; 7];
    assert_eq!(log_softmax_in_place(&mut logits, 3), Err(CtcError::Ragged { len: 7, classes: 3 }));
    assert_eq!(log_softmax_in_place(&mut logits, 0), Err(CtcError::Classes { classes: 0 }));
    assert!(logits.iter().all(|logit| logit.to_bits() == 1.0_f32.to_bits()));
}

/// Log-probabilities of up to 5 steps of 2 to 4 classes, and the number of classes.
fn small() -> impl Strategy<Value = (Vec<f32>, usize)> {
    (1..=5_usize, 2..=4_usize).prop_flat_map(|(steps, classes)| {
        prop::collection::vec(-6.0..6.0_f32, steps * classes).prop_map(move |mut logits| {
            log_softmax_in_place(&mut logits, classes).unwrap();
            (logits, classes)
        })
    })
}

proptest! {
    #[test]
    fn the_posterior_is_the_sum_over_all_paths((values, classes) in small()) {
        let scores = view(&values, classes);
        let mut total = 0.0;
        for (text, probability) in brute_force(&values, classes) {
            let forward = posterior(scores, &text);
            prop_assert!(close(forward, probability), "{text:?}: {forward} is not {probability}");
            total += f64::from(forward);
        }
        prop_assert!((total - 1.0).abs() < 1e-5, "all texts sum to {total}");
    }

    #[test]
    fn greedy_reads_the_collapse_of_the_best_path((values, classes) in small()) {
        let best = |row: &[f32]| {
            let better = |a: (u16, f32), b: (u16, f32)| if b.1 > a.1 { b } else { a };
            (0..).zip(row.iter().copied()).reduce(better).unwrap().0
        };
        let path: Vec<u16> = values.chunks(classes).map(best).collect();
        let decoded = read(&values, classes);
        let text = classes_of(&decoded);
        prop_assert_eq!(&text, &collapse(&path));
        prop_assert!(close(decoded.confidence, brute_force(&values, classes)[&text]));
    }

    #[test]
    fn symbols_are_in_order_and_inside_the_line(
        path in prop::collection::vec(0..4_u16, 0..60),
    ) {
        let decoded = read(&along(&path, 4), 4);
        prop_assert_eq!(classes_of(&decoded), collapse(&path));
        let mut last = 0;
        for symbol in &decoded.symbols {
            prop_assert!(last <= symbol.start && symbol.start <= symbol.peak);
            prop_assert!(symbol.peak < symbol.end && usize::from(symbol.end) <= path.len());
            let run = &path[usize::from(symbol.start)..usize::from(symbol.end)];
            prop_assert!(run.iter().all(|class| *class == symbol.class));
            prop_assert!((0.0..=1.0).contains(&symbol.confidence));
            last = symbol.end;
        }
    }

    #[test]
    fn the_best_class_is_the_first_largest_allowed(
        row in prop::collection::vec((-3..3_i8).prop_map(f32::from), 2..200),
        wanted in prop::collection::vec(any::<bool>(), 199),
    ) {
        let alphabet = Alphabet::new(&('一'..).take(row.len() - 1).collect::<String>()).unwrap();
        let chars = alphabet.chars().iter().zip(&wanted).filter(|x| *x.1).map(|x| x.0);
        let Ok(allow) = AllowList::from_chars(&alphabet, &chars.collect::<String>()) else {
            return Ok(());
        };
        let allowed = (0_u16..).zip(row.iter().copied()).filter(|(class, _)| allow.allows(*class));
        let plain = allowed.reduce(|a, b| if b.1 > a.1 { b } else { a });
        prop_assert_eq!(argmax::best(&row, &allow), plain);
    }

    #[test]
    fn any_floats_are_read_or_refused(
        values in prop::collection::vec(any::<f32>(), 12),
        text in prop::collection::vec(0..5_u16, 0..6),
    ) {
        if let Ok(decoded) = greedy(view(&values, 3), &AllowList::all()) {
            prop_assert!((0.0..=1.0).contains(&decoded.confidence));
        }
        prop_assert!((0.0..=1.0).contains(&posterior(view(&values, 3), &text)));
    }
}

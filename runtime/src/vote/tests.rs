//! Tests of the vote.

use proptest::prelude::*;

use super::*;
use crate::metrics::distance;
use crate::recognizer::Character;

/// A reading with these confidences of its characters, which are multiplied to that of the line.
fn reading(text: &str, confidences: &[f32]) -> Reading {
    let character = |(at, character)| {
        let confidence = confidences[at % confidences.len()];
        Character { character, confidence, left: 0.0, right: 0.0 }
    };
    let characters: Vec<Character> = text.chars().enumerate().map(character).collect();
    let confidence = characters.iter().map(|c| c.confidence).product();
    Reading { text: text.to_owned(), confidence, characters, ..Reading::default() }
}

fn window(readings: &[Reading]) -> Window {
    let mut window = Window::new(readings.len());
    for reading in readings {
        assert!(window.push(reading));
    }
    window
}

fn consensus(readings: &[Reading]) -> Consensus {
    window(readings).consensus().expect("there are readings")
}

/// The consensus of texts of the same confidence.
fn said(texts: &[&str]) -> Consensus {
    consensus(&texts.iter().map(|text| reading(text, &[0.95])).collect::<Vec<_>>())
}

#[test]
fn readings_that_agree_are_as_sure_as_their_weakest_character() {
    let consensus = consensus(&[reading("AB", &[1.0, 0.8]), reading("AB", &[1.0, 0.9])]);
    assert_eq!((consensus.text().as_str(), consensus.votes), ("AB", Votes { agree: 2, of: 2 }));
    let weakest = (0.8 * 0.8 + 0.9 * 0.9) / (0.8 + 0.9);
    assert!((consensus.confidence - weakest).abs() < 1e-5, "{consensus:?}");
    assert!((consensus.characters[0].confidence - 1.0).abs() < 1e-5, "{consensus:?}");
}

#[test]
fn a_letter_that_was_passed_over_shows_in_the_confidence_of_the_whole() {
    let doubtful = Reading { confidence: 0.81, ..reading("AB", &[0.99]) };
    let consensus = consensus(&[doubtful.clone(), doubtful]);
    assert!((consensus.confidence - 0.9).abs() < 1e-5, "{consensus:?}");
}

#[test]
fn readings_that_are_passed_over_take_a_place_and_no_part() {
    let mut window = Window::new(3);
    window.pass();
    assert!(window.consensus().is_none() && !window.is_unanimous());
    (0..2).for_each(|_| _ = window.push(&reading("AB", &[0.9])));
    let consensus = window.consensus().unwrap();
    assert!(consensus.votes == Votes { agree: 2, of: 3 } && (consensus.confidence - 0.9).abs() < 1e-5, "{consensus:?}");
    (0..3).for_each(|_| window.pass());
    assert!(window.consensus().is_none());
}

#[test]
fn each_character_is_voted_on() {
    // No two readings agree, and each character has two of three.
    let consensus = said(&["LOT 1234X", "LQT 1234", "LOT 1284"]);
    assert_eq!((consensus.text().as_str(), consensus.votes.agree), ("LOT 1234", 0));
    assert!(consensus.confidence < f32::EPSILON, "no reading has this text");
}

#[test]
fn characters_that_one_lacks_or_has_too_many_are_voted_on_too() {
    for texts in
        [["1123", "123", "1123"], ["123", "1123", "1123"], ["1123", "1123", "11223"], ["x1123", "1123", "1123"]]
    {
        assert_eq!(said(&texts).text(), "1123", "{texts:?}");
    }
    // What most insert is inserted, though the pivot lacks it.
    let sure = reading("AC", &[0.99]);
    let others = [reading("ABC", &[0.8]), reading("ABCD", &[0.9]), reading("XABC", &[0.9])];
    assert_eq!(consensus(&[vec![sure], others.to_vec()].concat()).text(), "ABC");
}

#[test]
fn a_tie_has_half_the_confidence_at_most() {
    for texts in [["10", "1O"], ["10", "101"], ["1", "7"]] {
        let consensus = said(&texts);
        assert!(consensus.confidence <= 0.5, "{texts:?}: {consensus:?}");
    }
}

#[test]
fn two_blurred_readings_do_not_outvote_a_sharp_one() {
    let blurred = reading("B8O0", &[0.7]);
    let consensus = consensus(&[blurred.clone(), reading("B800", &[0.98]), blurred]);
    assert_eq!(consensus.text(), "B800");
    assert!(consensus.votes == Votes { agree: 1, of: 3 });
}

#[test]
fn a_doubtful_reading_that_differs_takes_little_from_good_ones() {
    let sharp = || reading("B800", &[0.99]);
    let with = |other| consensus(&[sharp(), sharp(), other]).confidence;
    assert!(with(reading("8800", &[0.6])) > with(reading("8800", &[0.9])));
    assert!(with(reading("8800", &[0.6])) > 0.85);
}

#[test]
fn readings_without_text_and_endless_ones_do_not_count() {
    let mut window = Window::new(3);
    assert!(!window.push(&reading("", &[1.0])) && window.consensus().is_none() && !window.is_unanimous());
    assert!(!window.push(&reading(&"A".repeat(LENGTH_MAX + 1), &[1.0])));
    let longest = "A".repeat(LENGTH_MAX);
    assert!(window.push(&reading(&longest, &[1.0])) && window.push(&reading("€", &[1.0])));
    assert!(window.push(&reading(&longest, &[1.0])));
    assert!(window.consensus().expect("there are readings").says(&longest));
}

#[test]
fn the_oldest_reading_goes_where_the_window_is_full() {
    let mut window = Window::new(2);
    for text in ["A", "B", "B"] {
        window.push(&reading(text, &[0.9]));
    }
    assert!(window.is_full() && window.is_unanimous());
    assert_eq!(window.consensus().unwrap().votes, Votes { agree: 2, of: 2 });
}

#[test]
fn a_text_that_is_forgotten_has_no_votes() {
    let mut window = window(&["B", "A", "B", "A"].map(|text| reading(text, &[0.9])));
    assert!(window.forget("B") && !window.forget("B"));
    let Votes { agree, of } = window.consensus().unwrap().votes;
    assert_eq!((agree, of), (2, 2));
}

#[test]
fn windows_have_a_size_that_there_is_room_for() {
    for (asked, size) in [(0, 1), (1, 1), (WINDOW_MAX, WINDOW_MAX), (1000, WINDOW_MAX)] {
        let mut window = Window::new(asked);
        (0..2 * WINDOW_MAX).for_each(|_| assert!(window.push(&reading("A", &[0.9]))));
        assert_eq!(window.consensus().unwrap().votes.of, size);
    }
}

/// Substitutions and gaps of an alignment, with the two readings put together from it again.
fn told(pivot: &str, other: &str) -> (usize, String) {
    let voted = |text: &str| -> Vec<Voted> { text.chars().map(|c| Voted { character: c, confidence: 1.0 }).collect() };
    let (pivot, other) = (voted(pivot), voted(other));
    let alignment = align(&pivot, &other);
    let (mut edits, mut again) = (0, String::new());
    for at in 0..=pivot.len() {
        let inserted = alignment.inserted(at);
        edits += inserted.len();
        again.extend(inserted.map(|at| other[at].character));
        if at < pivot.len() {
            let matched = alignment.matched(at).map(|at| other[at].character);
            edits += usize::from(matched != Some(pivot[at].character));
            again.extend(matched);
        }
    }
    (edits, again)
}

proptest! {
    #[test]
    fn an_alignment_has_every_character_once_and_the_edit_distance(a in "[ab1]{0,9}", b in "[ab1]{0,9}") {
        let (edits, again) = told(&a, &b);
        prop_assert_eq!(edits, distance(&a, &b));
        prop_assert_eq!(again, b);
    }

    #[test]
    fn a_text_that_most_readings_have_wins_whatever_the_others(
        text in "[A-C]{1,8}", others in prop::collection::vec("[A-C]{1,8}", 0..4),
    ) {
        let mut texts: Vec<&str> = others.iter().map(String::as_str).collect();
        texts.extend([text.as_str()].repeat(others.len() + 1));
        prop_assert!(said(&texts).says(&text));
    }

    #[test]
    fn confidences_are_probabilities_and_the_order_of_distinct_support_does_not_matter(
        readings in prop::collection::vec(("[AB8]{1,5}", 0.3_f32..1.0), 1..6),
    ) {
        let readings: Vec<Reading> = readings.iter().map(|(text, c)| reading(text, &[*c])).collect();
        let forward = consensus(&readings);
        prop_assert!((0.0..=1.0).contains(&forward.confidence));
        for voted in &forward.characters {
            prop_assert!((0.0..=1.0).contains(&voted.confidence));
        }
        prop_assert!(forward.votes.agree <= forward.votes.of && forward.votes.of == readings.len());
    }
}

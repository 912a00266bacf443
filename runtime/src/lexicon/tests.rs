//! Tests of the lexicon, all against plain definitions: every word, every path.

use proptest::prelude::*;

use super::*;
use crate::alphabet::{AllowList, BLANK};
use crate::ctc::{self, MAX_SYMBOLS};
use crate::metrics;

fn alphabet() -> Alphabet {
    Alphabet::new("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -é").unwrap()
}

fn lexicon(lines: &str, options: &LexiconOptions) -> Lexicon {
    Lexicon::new(lines, &alphabet(), options).unwrap()
}

fn options() -> LexiconOptions {
    LexiconOptions::default()
}

/// Log-probabilities of lines that are mostly a text: each character and the blank after it take a step. `doubts` gives
/// characters as likely as the one of the text.
fn scores_of(text: &str, doubts: &[(usize, char)]) -> (Vec<f32>, usize) {
    let alphabet = alphabet();
    let classes = alphabet.classes();
    let mut values = Vec::new();
    for (at, char) in text.chars().enumerate() {
        let class = usize::from(alphabet.class_of(char).unwrap());
        let mut row = vec![0.0; classes];
        row[class] = 8.0;
        for (_, other) in doubts.iter().filter(|(of, _)| *of == at) {
            row[usize::from(alphabet.class_of(*other).unwrap())] = 7.5;
        }
        values.extend(row);
        let mut blank = vec![0.0; classes];
        blank[usize::from(BLANK)] = 8.0;
        values.extend(blank);
    }
    ctc::log_softmax_in_place(&mut values, classes).unwrap();
    (values, classes)
}

fn view(values: &[f32], classes: usize) -> Scores<'_> {
    Scores::new(values, values.len() / classes, classes).unwrap()
}

fn greedy(scores: Scores<'_>) -> Decoded {
    ctc::greedy(scores, &AllowList::all()).unwrap()
}

fn text(word: &[u16]) -> String {
    word.iter().map(|&class| alphabet().char_of(class).unwrap()).collect()
}

/// The word that is read of scores which show `shown`, and how far it is.
fn nearest(lexicon: &Lexicon, shown: &str, doubts: &[(usize, char)]) -> Option<(String, usize)> {
    let (values, classes) = scores_of(shown, doubts);
    let scores = view(&values, classes);
    lexicon.nearest(&greedy(scores), scores).unwrap().map(|found| (text(found.word), found.distance))
}

#[test]
fn of_the_near_words_the_likeliest_is_read() {
    let words = lexicon("cart\ncast\ncash\nbottle\n", &options());
    assert_eq!(nearest(&words, "cart", &[]), Some(("cart".to_owned(), 0)));
    // Both are one edit from what is shown, and the model was torn between `x` and `s`.
    assert_eq!(nearest(&words, "caxt", &[(2, 's')]), Some(("cast".to_owned(), 1)));
    assert_eq!(nearest(&words, "caxt", &[(2, 'r')]), Some(("cart".to_owned(), 1)));
}

#[test]
fn a_likelier_word_wins_over_a_nearer_one() {
    // Two doubts that the model shares cost less than one that it does not.
    let words = lexicon("qart\nzast", &options());
    assert_eq!(nearest(&words, "cart", &[(0, 'z'), (2, 's')]), Some(("zast".to_owned(), 2)));
}

#[test]
fn nothing_is_read_where_no_word_is_near() {
    let words = lexicon("bottle", &LexiconOptions { distance_max: 2, ..options() });
    assert_eq!(nearest(&words, "battle", &[]), Some(("bottle".to_owned(), 1)));
    assert_eq!(nearest(&words, "bat", &[]), None);
    assert_eq!(nearest(&words, "", &[]), None);
    assert_eq!(nearest(&lexicon("a", &options()), "", &[]), None);
}

#[test]
fn lines_longer_than_every_word_are_near_to_none() {
    let words = lexicon(&"a".repeat(MAX_WORD), &LexiconOptions { distance_max: MAX_DISTANCE, ..options() });
    let longest = "a".repeat(MAX_WORD + MAX_DISTANCE);
    assert_eq!(nearest(&words, &longest, &[]).map(|(_, distance)| distance), Some(MAX_DISTANCE));
    assert_eq!(nearest(&words, &(longest + "a"), &[]), None);
    assert_eq!(nearest(&words, &"a".repeat(300), &[]), None);
    // What one search leaves behind does not reach the next.
    assert_eq!(nearest(&words, &"a".repeat(MAX_WORD), &[]).map(|(_, distance)| distance), Some(0));
}

#[test]
fn words_are_listed_once_and_without_what_surrounds_them() {
    let words = lexicon("\u{feff}one\r\n\r\n  two words \none\n", &options());
    assert_eq!((words.len(), words.skipped()), (2, 0));
    assert_eq!(nearest(&words, "two words", &[]), Some(("two words".to_owned(), 0)));
    let any_case = lexicon("élan\nX", &LexiconOptions { any_case: true, skip_unreadable: true, ..options() });
    assert_eq!(any_case.len(), 2, "the alphabet has no É for the other spellings");
    let any_case = lexicon("best", &LexiconOptions { any_case: true, distance_max: 0, ..options() });
    for shown in ["best", "Best", "BEST"] {
        assert_eq!(nearest(&any_case, shown, &[]), Some((shown.to_owned(), 0)));
    }
    assert_eq!(nearest(&any_case, "bEST", &[]), None);
}

#[test]
fn words_that_cannot_be_read_are_an_error_or_counted() {
    let refused = |lines: &str, options: &LexiconOptions| Lexicon::new(lines, &alphabet(), options).unwrap_err();
    let error = refused("one\nsmörgås\nåå\n", &options());
    assert_eq!(error, LexiconError::Unreadable { count: 2, line: 2, word: "smörgås".to_owned(), char: 'ö' },);
    let skip = LexiconOptions { skip_unreadable: true, ..options() };
    assert_eq!(lexicon("one\nsmörgås\nåå\n", &skip).skipped(), 2);
    assert_eq!(refused("å", &skip), LexiconError::Empty { skipped: 1 });
    assert_eq!(refused("\n \n", &options()), LexiconError::Empty { skipped: 0 });
    let long = refused(&format!("a\n{}", "b".repeat(121)), &options());
    assert!(matches!(long, LexiconError::TooLong { line: 2, length: 121, .. }), "{long}");
    let far = LexiconOptions { distance_max: 9, ..options() };
    assert_eq!(refused("a", &far), LexiconError::DistanceMax { found: 9 });
    assert_eq!(far.check(), Err(LexiconError::NoPath));
}

#[test]
fn scores_of_another_alphabet_are_refused() {
    let scores = [-1.0; 6];
    let scores = view(&scores, 3);
    let error = lexicon("a", &options()).nearest(&greedy(scores), scores).unwrap_err();
    assert_eq!(error, LexiconError::Alphabet { lexicon: alphabet().classes(), scores: 3 });
}

#[test]
fn a_word_is_placed_where_its_characters_are() {
    let (values, classes) = scores_of("caxt", &[(2, 's')]);
    let scores = view(&values, classes);
    let words = lexicon("cast", &options());
    let found = words.nearest(&greedy(scores), scores).unwrap().unwrap();
    let decoded = found.decoded(scores);
    assert_eq!(decoded.text(&alphabet()), "cast");
    let places: Vec<_> = decoded.symbols.iter().map(|symbol| (symbol.start, symbol.end)).collect();
    assert_eq!(places, [(0, 1), (2, 3), (4, 5), (6, 7)]);
    assert!(decoded.symbols[2].confidence < decoded.symbols[1].confidence);
    assert_eq!(decoded.confidence.to_bits(), found.probability.to_bits());
}

#[test]
fn what_no_path_reads_as_has_no_place() {
    let values = [-1.0; 9];
    let scores = view(&values, 3);
    assert_eq!(align(scores, &[1, 2, 1]).len(), 3);
    assert_eq!(align(scores, &[1, 1]).len(), 2);
    for text in [&[1, 1, 2][..], &[1, 2, 1, 2], &[BLANK], &[3], &[1; MAX_SYMBOLS + 1], &[]] {
        assert!(align(scores, text).is_empty(), "{text:?}");
    }
}

#[test]
fn the_options_are_read_from_toml() {
    let read: LexiconOptions = toml::from_str("path = 'words.txt'\ndistance-max = 2\nany-case = true").unwrap();
    assert_eq!(read, LexiconOptions { path: "words.txt".into(), distance_max: 2, any_case: true, ..options() });
    assert_eq!(read.check(), Ok(()));
    assert!(toml::from_str::<LexiconOptions>("distance = 2").is_err());
}

/// `[steps, 5]` log-probabilities.
fn any_scores(steps: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(prop::collection::vec(-6.0..6.0_f32, 5), steps).prop_map(|rows| {
        let mut values = rows.concat();
        ctc::log_softmax_in_place(&mut values, 5).unwrap();
        values
    })
}

/// The best path that reads as a text, by trying every path.
fn best_path(scores: Scores<'_>, text: &[u16]) -> Option<f32> {
    let mut paths = vec![(Vec::new(), 0.0)];
    for row in scores.rows() {
        let longer = |(path, sum): &(Vec<u16>, f32)| {
            let step = |(class, score): (u16, &f32)| ([&path[..], &[class]].concat(), sum + score);
            (0..).zip(row).map(step).collect::<Vec<_>>()
        };
        paths = paths.iter().flat_map(longer).collect();
    }
    let reads = paths.into_iter().filter(|(path, _)| {
        let mut path = path.clone();
        path.dedup();
        path.retain(|&class| class != BLANK);
        path == text
    });
    reads.map(|(_, sum)| sum).reduce(f32::max)
}

proptest! {
    #[test]
    fn the_distance_is_that_of_the_metrics(a in "[a-d]{1,128}", b in "[a-e]{0,120}") {
        let classes = |text: &str| alphabet().encode(text).unwrap();
        let mut pattern = Pattern::default();
        prop_assert!(pattern.set([26, 26].into_iter(), 99));
        prop_assert!(pattern.set(classes(&a).into_iter(), 99));
        prop_assert_eq!(pattern.distance(&classes(&b)), metrics::distance(&a, &b));
    }

    #[test]
    fn every_word_within_the_distance_is_looked_at(
        words in prop::collection::vec("[a-cA-C0]{1,9}", 1..40),
        shown in "[a-cA-C0]{1,9}",
        distance_max in 0..5_usize,
    ) {
        let words = lexicon(&words.join("\n"), &LexiconOptions { distance_max, ..options() });
        let shown = alphabet().encode(&shown).unwrap();
        let looked_at: Vec<_> = words.words.similar(shown.iter().copied(), distance_max).collect();
        for index in 0..words.len() {
            let distance = metrics::distance(&text(words.words.get(index)), &text(&shown));
            prop_assert!(distance > distance_max || looked_at.contains(&index));
        }
    }

    #[test]
    fn the_word_is_the_likeliest_of_all_within_the_distance(
        listed in prop::collection::vec("[a-d]{1,6}", 1..60),
        values in any_scores(1..9),
        distance_max in 0..4_usize,
    ) {
        let alphabet = Alphabet::new("abcd").unwrap();
        let words = Lexicon::new(&listed.join("\n"), &alphabet, &LexiconOptions { distance_max, ..options() }).unwrap();
        let scores = view(&values, 5);
        let decoded = greedy(scores);
        prop_assume!(!decoded.symbols.is_empty());
        let shown = decoded.text(&alphabet);
        let mut near: Vec<_> = listed.iter().filter(|word| metrics::distance(word, &shown) <= distance_max).collect();
        near.sort();
        near.dedup();
        let probability = |word: &&String| ctc::posterior(scores, &alphabet.encode(word).unwrap());
        let best = near.iter().map(probability).fold(0.0, f32::max);
        let total: f32 = near.iter().map(probability).sum();
        match words.nearest(&decoded, scores).unwrap() {
            None => prop_assert_eq!(best.to_bits(), 0),
            Some(found) => {
                prop_assert!((found.probability - best).abs() <= 1e-6 * best);
                prop_assert!((ctc::posterior(scores, found.word) - found.probability).abs() <= 1e-6 * best);
                // At least, and not much less.
                let share = found.share / (best / total);
                prop_assert!((0.5..1.0001).contains(&share), "{share} of the share");
            }
        }
    }

    #[test]
    fn the_alignment_is_the_best_path_of_the_text(
        values in any_scores(1..6),
        text in prop::collection::vec(1..5_u16, 0..5),
    ) {
        let scores = view(&values, 5);
        let symbols = align(scores, &text);
        let Some(best) = best_path(scores, &text) else {
            prop_assert!(symbols.is_empty());
            return Ok(());
        };
        let classes: Vec<_> = symbols.iter().map(|symbol| symbol.class).collect();
        prop_assert_eq!(&classes, &text);
        let class_at = |step| symbols.iter().find(|of| (of.start..of.end).contains(&step)).map_or(BLANK, |of| of.class);
        let sum: f32 = (0..).zip(scores.rows()).map(|(step, row)| row[usize::from(class_at(step))]).sum();
        prop_assert!((sum - best).abs() < 1e-4, "{} and the best is {}", sum, best);
    }
}

//! Tests of the measures and of what they overlook.

use proptest::prelude::*;

use super::*;

fn named(text: &str) -> Normalization {
    text.parse().unwrap()
}

fn close(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-12)
}

/// The recursive definition, for short texts.
fn plain_distance(a: &[char], b: &[char]) -> usize {
    let (Some((x, a_rest)), Some((y, b_rest))) = (a.split_first(), b.split_first()) else {
        return a.len() + b.len();
    };
    let substituted = plain_distance(a_rest, b_rest) + usize::from(x != y);
    substituted.min(plain_distance(a_rest, b) + 1).min(plain_distance(a, b_rest) + 1)
}

#[test]
fn known_distances_are_met() {
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("abc", ""), 3);
    assert_eq!(distance("µm", "um"), 1, "characters, not bytes");
    assert_eq!(distance("Saturday", "Sunday"), 3);
}

#[test]
fn a_tally_without_lines_has_no_fractions() {
    let tally = Tally::new(&[named("no-blanks")]);
    assert_eq!((tally.exact(), tally.ned(), tally.cer()), (None, None, None));
    assert_eq!(tally.normalized(named("no-blanks")), None);
    assert_eq!(tally.lines(), 0);
}

#[test]
fn a_tally_counts_lines_and_characters() {
    let folded = named("fold-case");
    let mut tally = Tally::new(&[folded, named("no-blanks+fold-case")]);
    tally.add("abcd", "abcd");
    tally.add("abcd", "ABCD");
    tally.add("ab", "a B");
    tally.add("", "");
    assert_eq!((tally.lines(), tally.exact_lines()), (4, 2));
    assert_eq!(tally.normalized_lines(folded), Some(3));
    assert_eq!((tally.edits(), tally.truth_chars()), (6, 10));
    assert!(close(tally.exact(), 0.5));
    assert!(close(tally.normalized(folded), 0.75));
    assert!(close(tally.normalized(named("fold-case+no-blanks")), 1.0));
    assert_eq!(tally.normalized(named("fold-width")), None, "not counted");
    assert!(close(tally.ned(), (1.0 + 0.0 + 1.0 / 3.0 + 1.0) / 4.0));
    assert!(close(tally.cer(), 0.6));
}

#[test]
fn cer_can_exceed_one_and_ned_cannot_fall_below_zero() {
    let mut tally = Tally::default();
    tally.add("a", "xyz");
    assert!(close(tally.cer(), 3.0));
    assert!(close(tally.ned(), 0.0));
}

#[test]
fn cer_of_empty_lines_alone_is_undefined() {
    let mut tally = Tally::default();
    tally.add("", "noise");
    assert_eq!(tally.cer(), None);
    assert_eq!(tally.edits(), 5);
    assert!(close(tally.ned(), 0.0));
}

#[test]
fn tallies_of_other_normalizations_do_not_merge() {
    let mut tally = Tally::new(&[named("fold-case")]);
    let error = tally.merge(&Tally::new(&[Normalization::EXACT])).unwrap_err().to_string();
    assert!(error.contains("under [fold-case] cannot take in one under [exact]"), "{error}");
}

#[test]
fn no_blanks_removes_white_space_of_all_kinds() {
    assert_eq!(named("no-blanks").apply(" a\tb\u{a0}c\u{3000}d "), "abcd");
}

#[test]
fn fold_case_reaches_past_ascii_and_takes_sigmas_as_one() {
    assert_eq!(named("fold-case").apply("ÀÉ Ж Ⅷ"), "àé ж ⅷ");
    assert_eq!(named("fold-case").apply("ΟΔΟΣ"), named("fold-case").apply("οδος"));
}

#[test]
fn fold_width_makes_full_width_forms_ascii() {
    let folded = named("fold-width").apply("ＡＢｃ１２，。：；！？（）【】～￥％\u{3000}～");
    assert_eq!(folded, "ABc12,.:;!?()[]~¥% ~");
    assert_eq!(named("fold-width").apply("漢字、々"), "漢字、々");
    assert_eq!(named("fold-width").apply("\u{FF01}\u{FF5E}\u{FF5F}"), "!~\u{FF5F}");
}

#[test]
fn alphanumeric_keeps_letters_and_digits_of_all_scripts() {
    assert_eq!(named("alphanumeric").apply("A-1. é漢 °C\u{661}"), "A1é漢C\u{661}");
}

#[test]
fn exact_changes_nothing() {
    assert_eq!(named("exact"), Normalization::EXACT);
    assert_eq!(Normalization::EXACT.apply(" Ａ b。"), " Ａ b。");
}

#[test]
fn a_normalization_is_written_in_one_order_and_read_in_any() {
    assert_eq!(named("fold-width+no-blanks").to_string(), "no-blanks+fold-width");
    assert_eq!(named("fold-case+fold-case").to_string(), "fold-case");
    let json = serde_json::to_string(&named("fold-case")).unwrap();
    assert_eq!(json, "\"fold-case\"");
    assert_eq!(serde_json::from_str::<Normalization>(&json).unwrap(), named("fold-case"));
}

#[test]
fn an_unknown_rule_is_named_with_the_text_it_is_in() {
    let error = "no-blanks+upper".parse::<Normalization>().unwrap_err().to_string();
    assert!(error.starts_with("\"upper\" in the normalization \"no-blanks+upper\""), "{error}");
    for name in Rule::ALL.map(Rule::name) {
        assert!(error.contains(name), "{error} leaves out {name}");
    }
    assert!("".parse::<Normalization>().is_err());
    assert!("exact+fold-case".parse::<Normalization>().is_err());
}

/// Any set of rules.
fn any_normalization() -> impl Strategy<Value = Normalization> {
    prop::collection::vec(prop::sample::select(&Rule::ALL[..]), 0..5)
        .prop_map(|rules| rules.into_iter().fold(Normalization::EXACT, Normalization::with))
}

/// Pairs of short lines over few characters, so that many are near one another.
fn any_lines() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("[abA ]{0,6}", "[abA ]{0,6}"), 0..8)
}

fn tallied(lines: &[(String, String)]) -> Tally {
    let mut tally = Tally::new(&[named("fold-case")]);
    for (truth, reading) in lines {
        tally.add(truth, reading);
    }
    tally
}

proptest! {
    #[test]
    fn the_distance_is_that_of_its_definition(a in "[abc]{0,5}", b in "[abc]{0,5}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(distance(&a, &b), plain_distance(&chars(&a), &chars(&b)));
    }

    #[test]
    fn the_distance_is_a_metric(a in "[abµ]{0,12}", b in "[abµ]{0,12}", c in "[abµ]{0,12}") {
        prop_assert_eq!(distance(&a, &b) == 0, a == b);
        prop_assert_eq!(distance(&a, &b), distance(&b, &a));
        prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
    }

    #[test]
    fn the_distance_is_bounded_by_the_lengths(a in ".{0,20}", b in ".{0,20}") {
        let (x, y) = (a.chars().count(), b.chars().count());
        prop_assert!(distance(&a, &b) >= x.abs_diff(y) && distance(&a, &b) <= x.max(y));
        prop_assert!((0.0..=1.0).contains(&similarity(&a, &b)));
        prop_assert_eq!(similarity(&a, &b) >= 1.0, a == b);
    }

    #[test]
    fn fractions_stay_in_their_ranges(lines in any_lines()) {
        let tally = tallied(&lines);
        for fraction in [tally.exact(), tally.ned(), tally.normalized(named("fold-case"))] {
            prop_assert_eq!(fraction.is_none(), lines.is_empty());
            prop_assert!((0.0..=1.0).contains(&fraction.unwrap_or(0.0)));
        }
        prop_assert!(tally.normalized(named("fold-case")) >= tally.exact());
        prop_assert!(tally.exact() <= tally.ned());
        prop_assert!(tally.cer().is_none_or(|cer| cer >= 0.0));
    }

    #[test]
    fn cer_is_zero_only_for_lines_read_exactly(lines in any_lines()) {
        let tally = tallied(&lines);
        if let Some(cer) = tally.cer() {
            prop_assert_eq!(cer <= 0.0, tally.exact_lines() == tally.lines());
        }
    }

    #[test]
    fn empty_readings_have_a_cer_of_one(truths in prop::collection::vec("[ab]{1,6}", 1..6)) {
        let mut tally = Tally::default();
        for truth in &truths {
            tally.add(truth, "");
        }
        prop_assert!(close(tally.cer(), 1.0));
    }

    #[test]
    fn merging_equals_counting_together(lines in any_lines(), cut in 0..8_usize) {
        let (first, second) = lines.split_at(cut.min(lines.len()));
        let mut merged = tallied(first);
        merged.merge(&tallied(second)).unwrap();
        let whole = tallied(&lines);
        prop_assert_eq!(merged.lines(), whole.lines());
        prop_assert_eq!(merged.exact(), whole.exact());
        prop_assert_eq!(merged.cer(), whole.cer());
        let folded = named("fold-case");
        prop_assert_eq!(merged.normalized(folded), whole.normalized(folded));
        prop_assert!(whole.ned().is_none_or(|ned| close(merged.ned(), ned)));
    }

    #[test]
    fn normalizing_twice_is_normalizing_once(rules in any_normalization(), text in "\\PC{0,20}") {
        let once = rules.apply(&text);
        prop_assert_eq!(rules.apply(&once), once);
    }

    #[test]
    fn a_normalization_reads_what_it_writes(rules in any_normalization()) {
        prop_assert_eq!(rules.to_string().parse::<Normalization>(), Ok(rules));
    }
}

#[test]
fn every_character_is_normalized_in_one_go() {
    let sets = (0..16_usize).map(|set| {
        let chosen = Rule::ALL.into_iter().enumerate().filter(move |(bit, _)| set >> bit & 1 == 1);
        chosen.fold(Normalization::EXACT, |set, (_, rule)| set.with(rule))
    });
    // The planes with case, width and white space; the others have neither.
    let every: String = (char::MIN..='\u{1FFFF}').collect();
    for set in sets {
        let once = set.apply(&every);
        assert!(set.apply(&once) == once, "{set} is not idempotent");
    }
}

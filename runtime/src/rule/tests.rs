//! Tests of the rules: published codes, dates around a day, and what cameras did to meters.

mod meter;

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;

/// 2025-11-29, noon.
const TODAY_S: u64 = 1_764_417_600;

fn rules(toml: &str) -> Rules {
    Rules::new(&toml::from_str(toml).unwrap()).unwrap()
}

fn refused(toml: &str) -> String {
    toml::from_str::<RuleOptions>(toml).unwrap().check().unwrap_err().to_string()
}

/// `seconds` after the start of the machine, on a day that is known.
fn at(seconds: f64) -> Stamp {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(TODAY_S);
    Stamp { monotonic: Duration::from_secs_f64(seconds), wall, synchronized: true }
}

/// The rule that a text breaks, or that it is accepted.
fn verdict(rules: &mut Rules, text: &str) -> &'static str {
    rules.judge(text, at(0.0)).map_or_else(|broken| broken.rule, |()| "ok")
}

#[track_caller]
fn assert_verdicts(toml: &str, verdicts: &[(&str, &str)]) {
    for (text, expected) in verdicts {
        assert_eq!(verdict(&mut rules(toml), text), *expected, "`{text}` by {toml}");
    }
}

#[test]
fn without_options_every_text_is_accepted() {
    assert_verdicts("", &[("", "ok"), ("anything", "ok")]);
}

#[test]
fn a_pattern_must_match_the_whole_text() {
    assert_verdicts(
        "pattern = 'a|ab'",
        &[("ab", "ok"), ("a", "ok"), ("abc", "pattern"), ("xa", "pattern"), ("", "pattern")],
    );
    assert_verdicts("pattern = 'L\\d{3}'", &[("L123", "ok"), ("L123\n", "pattern"), ("L12", "pattern")]);
    assert_verdicts("pattern = '(?i)lot'", &[("LOT", "ok")]);
    let broken = rules("pattern = 'L\\d'").judge("Lx", at(0.0)).unwrap_err();
    assert_eq!(broken.reason, "`Lx` does not match `L\\d`");
}

#[test]
fn a_pattern_that_does_not_compile_shows_where() {
    let error = refused("pattern = 'LOT (\\d+'");
    assert!(error.contains("LOT (\\d+\n") && error.contains("    ^\n") && error.contains("unclosed group"), "{error}");
    assert!(refused("pattern = 'a)|(b'").contains("unopened group"));
}

#[test]
fn luhn_digits_are_found() {
    assert_verdicts(
        "check-digit.scheme = 'luhn'",
        &[
            ("79927398713", "ok"),
            ("7992 7398-713", "ok"),
            ("4539 1488 0343 6467", "ok"),
            ("490154203237518", "ok"),
            ("79927398710", "check-digit"),
            ("7992739871X", "check-digit"),
            ("0", "check-digit"),
            ("", "check-digit"),
        ],
    );
}

#[test]
fn gs1_digits_are_found() {
    assert_verdicts(
        "check-digit.scheme = 'gtin'",
        &[
            ("4006381333931", "ok"),
            ("4 006381 333931", "ok"),
            ("036000291452", "ok"),
            ("73513537", "ok"),
            ("10614141000415", "ok"),
            ("106141412345678908", "ok"),
            ("4006381333930", "check-digit"),
            ("4006381383931", "check-digit"),
            ("400638133393", "check-digit"),
            ("0", "check-digit"),
        ],
    );
}

#[test]
fn containers_are_checked_with_ten_as_zero() {
    assert_verdicts(
        "check-digit.scheme = 'iso6346'",
        &[
            ("CSQU3054383", "ok"),
            ("CSQU 305438-3", "ok"),
            ("MSKU6011672", "ok"),
            ("TEXU3070079", "ok"),
            // Its remainder is 10.
            ("TEXU3070090", "ok"),
            ("CSQU3054384", "check-digit"),
            ("csqu3054383", "check-digit"),
            ("CSQ83054383", "check-digit"),
            ("CSQU305438", "check-digit"),
        ],
    );
}

#[test]
fn own_weights_make_the_digits_of_other_standards() {
    let isbn10 = "check-digit = { scheme = 'weighted', weights = [2, 3, 4, 5, 6, 7, 8, 9, 10], modulus = 11 }";
    assert_verdicts(isbn10, &[("0-306-40615-2", "ok"), ("0-8044-2957-X", "ok"), ("0-8044-2957-0", "check-digit")]);
    let travel = "[check-digit]\nscheme = 'weighted'\nweights = [7, 3, 1]\nfrom-right = false\ncomplement = false";
    assert_verdicts(travel, &[("L898902C36", "ok"), ("7408122", "ok"), ("L898902C37", "check-digit")]);
    let gtin = "check-digit = { scheme = 'weighted', weights = [3, 1] }";
    assert_verdicts(gtin, &[("4006381333931", "ok"), ("4006381333932", "check-digit"), ("1", "check-digit")]);
}

#[test]
fn a_check_digit_says_what_was_found_and_wanted() {
    let broken = rules("check-digit.scheme = 'gtin'").judge("4006381333930", at(0.0)).unwrap_err();
    assert_eq!(broken.reason, "the check digit of `4006381333930` is 0 and must be 1");
}

#[test]
fn options_that_cannot_be_used_are_refused() {
    for (toml, part) in [
        ("check-digit.scheme = 'weighted'", "`check-digit.weights` is []"),
        ("check-digit = { scheme = 'luhn', weights = [1] }", "left out"),
        ("check-digit = { scheme = 'weighted', weights = [1], modulus = 97 }", "`check-digit.modulus` is 97"),
        ("check-digit = { scheme = 'weighted', weights = [4000000000] }", "from 0 to 1000"),
        ("check-digit.field = 'code'", "`check-digit.field` is `code`"),
        ("pattern = '(?<lot>.*)'\ndate.field = 'date'", "it has: lot"),
        ("date.formats = []", "`date.formats` is empty"),
        ("date.formats = ['%d.%m']", "%d.%m"),
        ("date.formats = ['%q/%Y']", "%q/%Y"),
        ("date.formats = ['%H:%M']", "%H:%M"),
        ("date = { not-before-days = 2, not-after-days = 1 }", "nothing lies between"),
        ("date.not-after-days = 400000", "365250"),
        ("number.decimal-mark = '!'", "`number.decimal-mark` is `!`"),
        ("number.ignore = '.'", "without the decimal mark"),
        ("number.max = nan", "`number.max` is NaN"),
        ("number = { min = 2.0, max = 1.0 }", "nothing lies between"),
        ("number.max-rise-per-hour = -1.0", "a finite number from 0"),
        ("number.rollover = 0.0", "more than 0"),
        ("number.confirm-s = -1.0", "86400"),
    ] {
        let error = refused(toml);
        assert!(error.contains(part), "{toml}: {error}");
    }
    assert!(toml::from_str::<RuleOptions>("patern = ''").is_err());
}

#[test]
fn rules_look_at_the_named_groups_of_the_pattern() {
    let lot = "pattern = 'LOT (?<lot>\\d+)( EXP (?<date>.*))?'\ncheck-digit = { scheme = 'luhn', field = 'lot' }\n\
               date = { field = 'date', formats = ['%m/%y'] }";
    assert_verdicts(
        lot,
        &[
            ("LOT 79927398713 EXP 03/26", "ok"),
            ("LOT 79927398714 EXP 03/26", "check-digit"),
            ("LOT 79927398713 EXP 13/26", "date"),
            ("LOT 79927398713", "date"),
            ("79927398713", "pattern"),
        ],
    );
}

#[test]
fn dates_have_one_of_the_forms() {
    assert_verdicts(
        "date.formats = ['%d/%m/%Y', '%d.%m.%y', '%Y-%m-%d', '%m/%Y', '%d %b %Y', '%y%j']",
        &[
            ("31/12/2025", "ok"),
            ("1/2/2025", "ok"),
            ("29.02.24", "ok"),
            ("29.02.25", "date"),
            ("2025-11-29", "ok"),
            ("12/2027", "ok"),
            ("14 MAR 2026", "ok"),
            ("25333", "ok"),
            ("31/12/202", "date"),
            ("2025-13-29", "date"),
            ("2O25-11-29", "date"),
            ("", "date"),
        ],
    );
}

#[test]
fn dates_lie_between_the_limits_and_a_month_reaches_to_its_last_day() {
    let expiry = "date = { formats = ['%Y-%m-%d', '%m/%Y'], not-before-days = 0, not-after-days = 365 }";
    assert_verdicts(
        expiry,
        &[
            ("2025-11-29", "ok"),
            ("2025-11-28", "date"),
            ("2026-11-29", "ok"),
            ("2026-11-30", "date"),
            ("11/2025", "ok"),
            ("10/2025", "date"),
            ("11/2026", "ok"),
            ("12/2026", "date"),
        ],
    );
    let broken = rules(expiry).judge("2020-01-31", at(0.0)).unwrap_err();
    assert_eq!(broken.reason, "`2020-01-31` is 2020-01-31, before 2025-11-29, the first day accepted");
}

#[test]
fn a_board_that_does_not_know_the_day_checks_the_form_of_dates_alone() {
    let mut rules = rules("date.not-before-days = 0");
    let unknown = Stamp { synchronized: false, ..at(0.0) };
    assert_eq!(rules.judge("2020-01-31", unknown), Ok(()));
    assert_eq!(rules.judge("2020-02-31", unknown).unwrap_err().rule, "date");
}

#[test]
fn numbers_are_signs_digits_and_a_fraction() {
    assert_verdicts(
        "number.min = -5.0\nnumber.max = 1234567.0",
        &[
            ("1 234 567", "ok"),
            ("-4.25", "ok"),
            ("+3", "ok"),
            ("007", "ok"),
            ("-5.01", "range"),
            ("1234567.5", "range"),
        ],
    );
    for text in ["", "-", "1.", ".5", "1e5", "inf", "NaN", "1.2.3", "1,5", "12a", "--1", "1-"] {
        assert_eq!(verdict(&mut rules("[number]"), text), "number", "`{text}`");
    }
    let comma = "number = { decimal-mark = ',', ignore = '.', decimals = 2 }";
    assert_verdicts(comma, &[("1.234,50", "ok"), ("1.234,5", "number"), ("1234", "number")]);
    let broken = rules("number.max = 9.5").judge("10", at(0.0)).unwrap_err();
    assert_eq!(broken, Broken { rule: "range", reason: "10 is more than `max`, 9.5".to_owned() });
}

/// A water meter: at most 5 an hour, never back.
const METER: &str = "number = { max-rise-per-hour = 5.0, max-fall-per-hour = 0.0, rollover = 10000.0 }";

/// A code of the digits and the check digit that makes it right.
fn completed(rules: &mut Rules, digits: &str) -> String {
    let codes = ('0'..='9').map(|check| format!("{digits}{check}"));
    let right: Vec<_> = codes.filter(|code| rules.judge(code, at(0.0)).is_ok()).collect();
    assert_eq!(right.len(), 1, "of ten check digits one is right: {right:?}");
    right.into_iter().next().unwrap()
}

proptest! {
    #[test]
    fn a_single_wrong_digit_is_always_found(digits in "[0-9]{12}", place in 0..13_usize, other in 1..10_u8) {
        for scheme in ["luhn", "gtin"] {
            let mut rules = rules(&format!("check-digit.scheme = '{scheme}'"));
            let mut code = completed(&mut rules, &digits).into_bytes();
            code[place] = b'0' + (code[place] - b'0' + other) % 10;
            prop_assert_eq!(verdict(&mut rules, &String::from_utf8(code).unwrap()), "check-digit");
        }
    }

    #[test]
    fn no_text_makes_the_rules_fail(text in "\\PC{0,20}") {
        for toml in [
            "check-digit.scheme = 'luhn'",
            "check-digit.scheme = 'gtin'",
            "check-digit.scheme = 'iso6346'",
            "check-digit = { scheme = 'weighted', weights = [1000], modulus = 11 }",
            "date = { formats = ['%d.%m.%y', '%m/%Y'], not-before-days = -365250 }",
            METER,
        ] {
            let _ = verdict(&mut rules(toml), &text);
        }
    }
}

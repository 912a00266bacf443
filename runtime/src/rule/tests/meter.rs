//! What cameras did to the readings of meters, as stories.

use super::*;

/// What becomes of readings at their times in seconds.
#[track_caller]
fn assert_story(toml: &str, story: &[(f64, &str, &str)]) {
    let mut rules = rules(toml);
    for &(seconds, text, expected) in story {
        let found = rules.judge(text, at(seconds));
        let found = found.as_ref().map_or_else(|broken| broken.rule, |()| "ok");
        assert_eq!(found, expected, "{text} at {seconds} s");
    }
}

#[test]
fn a_misreading_that_is_too_high_is_refused_and_does_not_block_what_follows() {
    assert_story(
        METER,
        &[
            (0.0, "1234.0", "ok"),
            (10.0, "7234.0", "rate"),
            (20.0, "1234.0", "ok"),
            (30.0, "1234.1", "ok"),
            (40.0, "1234.0", "rate"),
            (50.0, "1234.1", "ok"),
        ],
    );
}

#[test]
fn a_bogus_first_value_is_given_up_when_others_agree_for_a_while() {
    assert_story(
        METER,
        &[
            // Read from a dark frame.
            (0.0, "8888.8", "ok"),
            (10.0, "1234.0", "rate"),
            (20.0, "1234.0", "rate"),
            (40.0, "1234.1", "rate"),
            (69.0, "1234.1", "rate"),
            (70.0, "1234.1", "ok"),
            (80.0, "1234.1", "ok"),
            (90.0, "8888.8", "rate"),
        ],
    );
}

#[test]
fn three_readings_are_needed_however_long_they_take() {
    assert_story(
        METER,
        &[(0.0, "1234.0", "ok"), (10.0, "99.0", "rate"), (900.0, "99.0", "rate"), (1800.0, "99.0", "ok")],
    );
}

#[test]
fn misreadings_between_do_not_keep_the_true_value_from_being_confirmed() {
    let mut rules = rules(METER);
    assert_eq!(rules.judge("8888.8", at(0.0)), Ok(()));
    let misread = ["1834.0", "7234.0", "1239.5", "1734.0", "4234.0"];
    let mut accepted = None;
    for second in 1..120_u32 {
        let text = if second % 2 == 0 { misread[second as usize / 2 % 5] } else { "1234.0" };
        let is_accepted = rules.judge(text, at(f64::from(second))).is_ok();
        if is_accepted {
            accepted = Some((second, text));
            break;
        }
    }
    assert_eq!(accepted, Some((61, "1234.0")));
}

#[test]
fn a_reading_that_agrees_with_the_last_accepted_one_ends_all_doubts() {
    assert_story(
        METER,
        &[
            (0.0, "1234.0", "ok"),
            (10.0, "7234.0", "rate"),
            (20.0, "7234.0", "rate"),
            (30.0, "1234.0", "ok"),
            (75.0, "7234.0", "rate"),
            (80.0, "7234.0", "rate"),
            (134.0, "7234.0", "rate"),
            (135.0, "7234.0", "ok"),
        ],
    );
}

#[test]
fn a_counter_begins_again_after_its_rollover() {
    assert_story(
        METER,
        &[(0.0, "9999.9", "ok"), (60.0, "0.0", "ok"), (120.0, "9999.9", "rate"), (130.0, "10000.0", "range")],
    );
}

#[test]
fn a_step_of_the_last_digit_may_come_at_once() {
    let scale = "number = { max-rise-per-hour = 1.0, max-fall-per-hour = 3600.0 }";
    assert_story(
        scale,
        &[(0.0, "1.2", "ok"), (0.1, "1.3", "ok"), (0.2, "1.5", "rate"), (1.1, "0.2", "ok"), (2.1, "-1.0", "rate")],
    );
}

#[test]
fn what_may_change_grows_with_the_time_since_the_last_accepted_reading() {
    assert_story(METER, &[(0.0, "100.0", "ok"), (3600.0, "105.2", "rate"), (7200.0, "109.9", "ok")]);
}

#[test]
fn a_wall_clock_that_jumps_does_not_matter_for_rates() {
    let mut rules = rules(METER);
    assert_eq!(rules.judge("100.0", at(0.0)), Ok(()));
    let jumped = Stamp { wall: SystemTime::UNIX_EPOCH, ..at(1.0) };
    assert_eq!(rules.judge("100.1", jumped), Ok(()));
    let broken = rules.judge("300.0", Stamp { wall: at(0.0).wall, ..at(2.0) }).unwrap_err();
    assert_eq!(broken.reason, "the number rises from 100.1 to 300 within 1.0 s, faster than 5 an hour");
}

//! Whether a label is upside down, from the confidences of its lines read both ways.
//!
//! The lines of a label lie the same way, so they decide together: by the logarithm of the probability that all of them
//! say what was read, which is the sum of the logarithms of their confidences.

/// A label whose lines have less than this confidence in the geometric mean is read upside down as well.
const SURE: f32 = 0.6;

/// The least confidence that counts, so that one line without text does not decide alone.
const LEAST: f32 = 1e-3;

/// Whether the confidences of a label read as it lies are low enough for another look.
#[must_use]
pub(super) fn is_doubtful(confidences: &[f32]) -> bool {
    mean_log(confidences) < SURE.ln()
}

/// Whether a label reads better upside down, from the confidences of its lines as they lie and upside down.
#[must_use]
pub(super) fn is_upside_down(as_it_lies: &[f32], upside_down: &[f32]) -> bool {
    mean_log(upside_down) > mean_log(as_it_lies)
}

/// How much more probable than upside down a line must be as it was read to tell which way up it is, as a factor.
///
/// A number such as 1166 upside down is read as surely as 9911 is; what is no text upside down is mostly not. More frames
/// than one must say so, which allows for small odds.
const ODDS_MIN: f32 = 1.1;

/// How much more probable a line is as it was read than upside down, as the logarithm of the odds.
#[must_use]
pub(super) fn log_odds(as_it_was_read: f32, upside_down: f32) -> f32 {
    log(as_it_was_read) - log(upside_down)
}

/// Whether a line is the right way up beyond doubt, by its own odds, else by those of the other lines of its label.
///
/// What lies near a line may be another label, which lies the other way: where one line speaks for upside down, the others
/// do not vouch for it.
pub(super) fn is_certain(own: f32, others: impl Iterator<Item = f32>) -> bool {
    let least = ODDS_MIN.ln();
    if own.abs() >= least {
        return own > 0.0;
    }
    others.map(|odds| (odds > -least).then_some(odds)).sum::<Option<f32>>().is_some_and(|sum| own + sum >= least)
}

/// The mean of the logarithms; that of nothing is that of [`LEAST`].
#[expect(clippy::cast_precision_loss, reason = "the lines of a label")]
fn mean_log(confidences: &[f32]) -> f32 {
    if confidences.is_empty() {
        return LEAST.ln();
    }
    let sum: f32 = confidences.iter().map(|&confidence| log(confidence)).sum();
    sum / confidences.len() as f32
}

/// The logarithm of a confidence, which counts as [`LEAST`] at least.
fn log(confidence: f32) -> f32 {
    confidence.max(LEAST).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_is_read_surely_is_not_looked_at_again() {
        assert!(!is_doubtful(&[0.95, 0.7, 0.99]));
        assert!(is_doubtful(&[0.2]));
        assert!(is_doubtful(&[0.99, 0.01]), "one line was not understood");
        assert!(is_doubtful(&[]));
    }

    #[test]
    fn lines_of_a_label_decide_together() {
        // The middle line, such as 8008, reads both ways; the others tell.
        assert!(is_upside_down(&[0.1, 0.9, 0.2], &[0.9, 0.85, 0.95]));
        assert!(!is_upside_down(&[0.9, 0.85, 0.95], &[0.1, 0.9, 0.2]));
    }

    #[test]
    fn a_line_without_text_does_not_decide_alone() {
        assert!(is_upside_down(&[0.02, 0.02], &[0.9, 0.0]));
    }

    #[test]
    fn what_reads_alike_both_ways_stays_as_it_lies() {
        assert!(!is_upside_down(&[0.5], &[0.5]) && !is_upside_down(&[], &[]));
    }

    #[test]
    fn a_line_that_tells_which_way_up_it_is_needs_no_other() {
        let asked = std::cell::Cell::new(0);
        let others = || [1.0].into_iter().inspect(|_| asked.set(asked.get() + 1));
        assert!(is_certain(log_odds(0.99, 0.2), others()) && !is_certain(log_odds(0.7, 0.99), others()));
        assert_eq!(asked.get(), 0);
    }

    #[test]
    fn a_number_that_is_one_upside_down_is_not_certain_and_the_lines_beside_it_tell() {
        let number = log_odds(0.99, 0.98);
        assert!(!is_certain(number, [].into_iter()) && !is_certain(number, [number].into_iter()));
        assert!(is_certain(number, [log_odds(0.9, 0.01)].into_iter()));
    }

    #[test]
    fn lines_beside_a_number_do_not_vouch_for_it_where_one_of_them_is_upside_down() {
        let (another_label, own_label) = (log_odds(0.996, 0.03), log_odds(0.647, 0.99));
        assert!(!is_certain(log_odds(0.999, 0.999), [another_label, own_label].into_iter()));
    }
}

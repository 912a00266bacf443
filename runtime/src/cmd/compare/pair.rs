//! One side held against another, line by line.

use serde::Serialize;

use super::line::{Line, Side, Text};
use crate::evaluate::Score;

/// How a line changed from one side to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Wrong before, right now.
    Better,
    /// Right before, wrong now.
    Worse,
    /// Wrong both times, in another way.
    BothWrong,
    /// Another text, of a line without a label.
    Unlabelled,
}

/// A line that two sides read differently.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Change {
    /// File name within the set.
    pub(super) file: String,
    /// How it changed.
    pub(super) kind: Kind,
    /// The label.
    pub(super) truth: Option<String>,
    /// What the side read that is compared with.
    pub(super) before: Text,
    /// What the side read that is compared.
    pub(super) after: Text,
}

/// Lines that the other side read with a confidence to act upon. The rest is what it could hardly read, where two texts
/// are about as likely and the least rounding decides.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Sure {
    /// The least confidence.
    pub(super) confidence: f32,
    /// Lines read with it.
    pub(super) lines: usize,
    /// Of these, lines with the same text.
    pub(super) same: usize,
    /// `same / lines`; none without such lines.
    pub(super) agreement: Option<f64>,
}

impl Sure {
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    fn new(confidence: f32, lines: usize, same: usize) -> Self {
        Self { confidence, lines, same, agreement: (lines > 0).then(|| same as f64 / lines as f64) }
    }
}

/// One side held against another, over the lines that both have; fractions from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Pair {
    /// The side that is compared.
    pub(super) of: Side,
    /// The side that it is compared with, whose texts count as true here.
    pub(super) against: Side,
    /// Lines that both have.
    pub(super) lines: usize,
    /// Of these, lines with the same text.
    pub(super) same: usize,
    /// `same / lines`.
    pub(super) agreement: f64,
    /// The same of the lines that the other side was sure of.
    pub(super) sure: Sure,
    /// Fraction that agrees once both sides are normalized.
    pub(super) normalized: f64,
    /// 1-NED against the other side's texts.
    pub(super) ned: f64,
    /// CER against the other side's texts.
    pub(super) cer: f64,
    /// Lines of kind [`Kind::Better`].
    pub(super) better: usize,
    /// Lines of kind [`Kind::Worse`].
    pub(super) worse: usize,
    /// All other lines with another text.
    pub(super) other: usize,
    /// Mean change of the confidence over lines with the same text; none without such lines.
    pub(super) confidence_shift: Option<f64>,
    /// Mean size of that change.
    pub(super) confidence_shift_size: Option<f64>,
    /// Exact accuracy lost by the label, in points; negative where some was won. None without labels.
    pub(super) drop_points: Option<f64>,
    /// The lines with another text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) changed: Vec<Change>,
}

impl Pair {
    /// Compares `of` with `against` on the lines that both have; none without such lines. A side is sure of a line from
    /// the confidence `sure` on.
    pub(super) fn new<'a>([of, against]: [Side; 2], sure: f32, lines: impl Iterator<Item = &'a Line>) -> Option<Self> {
        let mut score = Score::default();
        let (mut shifts, mut changed) = (Vec::new(), Vec::new());
        let [mut right_of, mut right_against, mut labelled] = [0, 0, 0];
        let [mut sure_lines, mut sure_same] = [0, 0];
        for line in lines {
            let (Some(after), Some(before)) = (line.of(of), line.of(against)) else { continue };
            score.add(&before.reading, &after.reading, line.normalization);
            if let Some(truth) = &line.truth {
                labelled += 1;
                right_of += usize::from(right(after, truth));
                right_against += usize::from(right(before, truth));
            }
            let same = before.reading == after.reading;
            if !before.failed && before.confidence >= sure {
                sure_lines += 1;
                sure_same += usize::from(same);
            }
            if same {
                shifts.push(f64::from(after.confidence) - f64::from(before.confidence));
            } else {
                changed.push(change(line, before, after));
            }
        }
        let accuracy = score.accuracy()?;
        let count = |kind| changed.iter().filter(|change: &&Change| change.kind == kind).count();
        let (better, worse) = (count(Kind::Better), count(Kind::Worse));
        Some(Self {
            of,
            against,
            lines: accuracy.lines,
            same: score.exact_lines(),
            agreement: accuracy.exact,
            sure: Sure::new(sure, sure_lines, sure_same),
            normalized: accuracy.normalized,
            ned: accuracy.ned,
            cer: accuracy.cer,
            better,
            worse,
            other: changed.len() - better - worse,
            confidence_shift: mean(shifts.iter().copied()),
            confidence_shift_size: mean(shifts.iter().map(|shift| shift.abs())),
            drop_points: points(right_against, right_of, labelled),
            changed,
        })
    }
}

fn right(text: &Text, truth: &str) -> bool {
    !text.failed && text.reading == truth
}

fn change(line: &Line, before: &Text, after: &Text) -> Change {
    let kind = match &line.truth {
        None => Kind::Unlabelled,
        Some(truth) if right(after, truth) => Kind::Better,
        Some(truth) if right(before, truth) => Kind::Worse,
        Some(_) => Kind::BothWrong,
    };
    Change { file: line.file.clone(), kind, truth: line.truth.clone(), before: before.clone(), after: after.clone() }
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn points(before: usize, after: usize, lines: usize) -> Option<f64> {
    (lines > 0).then(|| 100.0 * (before as f64 - after as f64) / lines as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate;

    /// A line by its label and what the float and the int8 model read of it.
    fn line((truth, float, int8): (Option<&str>, &str, &str)) -> Line {
        let line = evaluate::Line { file: "a.png".into(), path: "a.png".into(), truth: truth.map(str::to_owned) };
        let mut line = Line::new(&line, String::new(), "fold-case".parse().unwrap());
        for (side, text, confidence) in [(Side::Float, float, 0.5), (Side::Int8, int8, 0.75)] {
            line.put(side, Text { reading: text.into(), confidence, failed: false, known: true });
        }
        line
    }

    #[test]
    fn changes_are_better_worse_or_wrong_both_times() {
        let lines = [
            (Some("AB"), "AB", "AB"),
            (Some("AB"), "ab", "AB"),
            (Some("AB"), "AB", "A"),
            (Some("AB"), "A", "B"),
            (Some("AB"), "A", "A"),
            (None, "A", "B"),
        ];
        let lines = lines.map(line);
        let pair = Pair::new([Side::Int8, Side::Float], 0.5, lines.iter()).unwrap();
        let kinds: Vec<_> = pair.changed.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [Kind::Better, Kind::Worse, Kind::BothWrong, Kind::Unlabelled]);
        assert_eq!((pair.lines, pair.same, pair.better, pair.worse, pair.other), (6, 2, 1, 1, 2));
        // `ab` is `AB` with its case folded.
        assert_eq!((pair.agreement, pair.normalized), (2.0 / 6.0, 3.0 / 6.0));
        assert_eq!((pair.confidence_shift, pair.confidence_shift_size), (Some(0.25), Some(0.25)));
        assert_eq!(pair.drop_points, Some(0.0), "one of five won, one lost");
    }

    #[test]
    fn a_drop_is_in_points_of_the_labelled_lines() {
        let lines = [(Some("A"), "A", "B"), (Some("A"), "A", "A"), (Some("A"), "A", "A"), (None, "A", "B")].map(line);
        let pair = Pair::new([Side::Int8, Side::Float], 0.5, lines.iter()).unwrap();
        assert!((pair.drop_points.unwrap() - 100.0 / 3.0).abs() < 1e-9);
        assert_eq!(Pair::new([Side::Int8, Side::Float], 0.5, lines[3..].iter()).unwrap().drop_points, None);
    }

    #[test]
    fn lines_that_the_other_side_was_sure_of_are_counted_apart() {
        let lines = [(None, "A", "A"), (None, "A", "B"), (None, "A", "A")].map(line);
        // The float model's confidence is 0.5 here, the int8 model's 0.75.
        let sure = |of: [Side; 2], confidence| Pair::new(of, confidence, lines.iter()).unwrap().sure;
        let found = sure([Side::Int8, Side::Float], 0.5);
        assert_eq!((found.lines, found.same, found.agreement), (3, 2, Some(2.0 / 3.0)));
        assert_eq!(sure([Side::Int8, Side::Float], 0.6).agreement, None);
        assert_eq!(sure([Side::Float, Side::Int8], 0.6).lines, 3);
    }

    #[test]
    fn lines_that_one_side_has_not_seen_are_left_out() {
        let lines = [(Some("A"), "A", "A")].map(line);
        assert!(Pair::new([Side::Int8, Side::Reference], 0.5, lines.iter()).is_none());
    }
}

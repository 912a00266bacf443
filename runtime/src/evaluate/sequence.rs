//! How well lines are read over time: what was accepted, whether it is right, and how much of what there was.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use crate::dataset::SceneEntry;
use crate::lines::Quad;
use crate::page::Doubt;
use crate::recognizer::Reading;
use crate::stats::quantile;
use crate::track::{Candidate, Seen, TrackOptions, Tracker, Vote};

/// From a frame to the next: 15 a second, which boards keep up with.
pub const FRAME_TIME: Duration = Duration::from_millis(66);

/// The least share of the smaller one's area at which a reading lies on a true line.
const SHARED_MIN: f32 = 0.25;

/// A line as it was found and read in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameLine {
    /// Where it is.
    pub quad: Quad,
    /// What was read.
    pub reading: Reading,
    /// Why the reading does not stand, if so, as [`crate::page::PageReader::standing`] tells; then it does not vote.
    pub doubt: Option<Doubt>,
}

/// A sequence with what was read of each frame, so that it can be followed with any options.
#[derive(Debug, Clone)]
pub struct ReadSequence {
    /// Columns and rows of its pictures.
    pub size: (usize, usize),
    /// What is true of each frame: the same lines in the same order, the corners of one outside of the picture where it is.
    pub truth: Vec<SceneEntry>,
    /// What was read of each frame.
    pub frames: Vec<Vec<FrameLine>>,
}

/// An accepted reading beside the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// What was accepted.
    pub reading: Candidate,
    /// The true line that it lies on most.
    pub line: Option<usize>,
    /// Whether it says exactly what that line does.
    pub is_right: bool,
}

/// Running counts over sequences.
#[derive(Debug, Clone, Default)]
pub struct SequenceScore {
    lines: usize,
    readable: usize,
    accepted: usize,
    wrong: usize,
    repeated: usize,
    covered: usize,
    covered_readable: usize,
    waits: Vec<f64>,
}

/// What is reported of sequences; fractions from 0 to 1, and 1 of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SequenceAccuracy {
    /// True lines that lie wholly in the picture in one frame at least.
    pub lines: usize,
    /// Accepted readings.
    pub accepted: usize,
    /// Accepted readings that are wrong: of another text than the true line, or where there is none.
    pub wrong: usize,
    /// Accepted readings that are right, of lines for which the same was accepted before.
    pub repeated: usize,
    /// Fraction of the true lines of which the right text was accepted.
    pub coverage: f64,
    /// The same of the true lines that were read rightly in one frame at least.
    pub coverage_of_readable: f64,
    /// Frames from the first in which a line lies wholly in the picture to its acceptance: the median.
    pub frames_median: f64,
    /// The same: nine of ten lines take no more.
    pub frames_p90: f64,
}

/// Follows the lines of a sequence, and accepts every candidate.
#[must_use]
pub fn follow(sequence: &ReadSequence, options: &TrackOptions) -> Vec<Judged> {
    let mut tracker = Tracker::new(options.clone());
    let (mut judged, mut now) = (Vec::new(), Duration::ZERO);
    for (number, lines) in (0..).zip(&sequence.frames) {
        let seen: Vec<Seen> = lines.iter().map(FrameLine::seen).collect();
        for reading in tracker.update(now, number, &seen).candidates {
            tracker.accept(reading.track, &reading.text);
            judged.push(sequence.judged(reading));
        }
        now += FRAME_TIME;
    }
    judged
}

impl FrameLine {
    fn seen(&self) -> Seen<'_> {
        let vote = self.doubt.map_or(Vote::Cast, Vote::Withheld);
        Seen { quad: self.quad, reading: &self.reading, region: None, vote, confidence_min: None }
    }
}

impl ReadSequence {
    fn judged(&self, reading: Candidate) -> Judged {
        let truth = self.truth_of(reading.frame);
        let line = on(&reading.quad, &truth.quads);
        let is_right = line.is_some_and(|line| truth.texts[line] == reading.text);
        Judged { reading, line, is_right }
    }

    fn truth_of(&self, frame: u64) -> &SceneEntry {
        &self.truth[usize::try_from(frame).expect("frames are numbered from 0 in the list")]
    }

    /// The first frame in which each true line lies wholly in the picture; none for one that never does.
    fn first_whole(&self) -> Vec<Option<usize>> {
        let lines = self.truth.first().map_or(0, |truth| truth.quads.len());
        let whole = |line: usize| self.truth.iter().position(|truth| is_within(&truth.quads[line], self.size));
        (0..lines).map(whole).collect()
    }

    /// The true lines that were read rightly in a frame.
    fn readable(&self) -> BTreeSet<usize> {
        let right = |(truth, lines): (&SceneEntry, &Vec<FrameLine>)| -> Vec<usize> {
            let line =
                |line: &FrameLine| on(&line.quad, &truth.quads).filter(|&at| truth.texts[at] == line.reading.text);
            lines.iter().filter_map(line).collect()
        };
        self.truth.iter().zip(&self.frames).flat_map(right).collect()
    }
}

impl SequenceScore {
    /// Adds a sequence and what was accepted of it.
    #[expect(clippy::cast_precision_loss, reason = "frames of a sequence")]
    pub fn add(&mut self, sequence: &ReadSequence, judged: &[Judged]) {
        let (whole, readable) = (sequence.first_whole(), sequence.readable());
        let mut covered = BTreeSet::new();
        for Judged { reading, line, is_right } in judged {
            let Some(line) = line.filter(|_| *is_right) else { continue };
            if covered.insert(line) {
                let frame = usize::try_from(reading.frame).unwrap_or(usize::MAX);
                self.waits.push(frame.saturating_sub(whole[line].unwrap_or(frame)) as f64);
            } else {
                self.repeated += 1;
            }
        }
        self.accepted += judged.len();
        self.wrong += judged.iter().filter(|judged| !judged.is_right).count();
        let there = |line: &usize| whole[*line].is_some();
        self.lines += whole.iter().flatten().count();
        self.readable += readable.iter().filter(|line| there(line)).count();
        self.covered += covered.iter().filter(|line| there(line)).count();
        self.covered_readable += covered.intersection(&readable).filter(|line| there(line)).count();
    }

    /// The fractions.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    pub fn accuracy(&self) -> SequenceAccuracy {
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        SequenceAccuracy {
            lines: self.lines,
            accepted: self.accepted,
            wrong: self.wrong,
            repeated: self.repeated,
            coverage: share(self.covered, self.lines),
            coverage_of_readable: share(self.covered_readable, self.readable),
            frames_median: quantile(&self.waits, 0.5).unwrap_or(0.0),
            frames_p90: quantile(&self.waits, 0.9).unwrap_or(0.0),
        }
    }
}

/// The one of `quads` that a quadrilateral shares most with, if that is enough.
fn on(quad: &Quad, quads: &[Quad]) -> Option<usize> {
    let shared = |other: &Quad| quad.shared(other) / quad.area().min(other.area()).max(f32::MIN_POSITIVE);
    let lies = quads.iter().enumerate().filter(|(_, other)| shared(other) >= SHARED_MIN);
    lies.max_by(|(_, a), (_, b)| quad.shared(a).total_cmp(&quad.shared(b))).map(|(at, _)| at)
}

#[expect(clippy::cast_precision_loss, reason = "sides of a picture")]
fn is_within(quad: &Quad, (width, height): (usize, usize)) -> bool {
    quad.0.iter().all(|[x, y]| (0.0..=width as f32).contains(x) && (0.0..=height as f32).contains(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn box_at(x: f32) -> Quad {
        Quad([[x, 0.0], [x + 50.0, 0.0], [x + 50.0, 10.0], [x, 10.0]])
    }

    fn line(text: &str, x: f32) -> FrameLine {
        let reading = Reading {
            text: text.to_owned(),
            confidence: 0.99,
            characters: text
                .chars()
                .map(|character| crate::recognizer::Character { character, confidence: 0.99, left: 0.0, right: 0.0 })
                .collect(),
            ..Reading::default()
        };
        FrameLine { quad: box_at(x), reading, doubt: None }
    }

    /// Ten frames with two true lines, `A` within and `B` half outside in the first two; what is read is the same in all.
    fn sequence(read: &[FrameLine]) -> ReadSequence {
        let truth = |at: usize| SceneEntry {
            file: String::new(),
            quads: vec![box_at(0.0), box_at(if at < 2 { 170.0 } else { 140.0 })],
            texts: vec!["A".to_owned(), "B".to_owned()],
        };
        ReadSequence { size: (200, 100), truth: (0..10).map(truth).collect(), frames: vec![read.to_vec(); 10] }
    }

    fn accuracy(read: &[FrameLine]) -> SequenceAccuracy {
        let sequence = sequence(read);
        let options = TrackOptions { window: 4, agree: 3, confidence_min: 0.9, ..TrackOptions::default() };
        let mut score = SequenceScore::default();
        score.add(&sequence, &follow(&sequence, &options));
        score.accuracy()
    }

    #[test]
    fn right_wrong_and_missing_lines_are_counted() {
        let all = accuracy(&[line("A", 0.0), line("B", 140.0)]);
        assert_eq!((all.lines, all.accepted, all.wrong, all.repeated), (2, 2, 0, 0));
        assert!(all.coverage > 0.99 && (all.frames_median - 1.0).abs() < 1e-9, "{all:?}");
        let some = accuracy(&[line("A", 0.0), line("8", 140.0), line("C", 70.0)]);
        assert_eq!((some.accepted, some.wrong), (3, 2));
        assert!((some.coverage - 0.5).abs() < 1e-9 && some.coverage_of_readable > 0.99, "{some:?}");
    }

    #[test]
    fn what_is_accepted_again_is_repeated_and_no_more_covered() {
        let sequence = sequence(&[]);
        let accepted = |frame| Candidate {
            track: frame,
            region: None,
            text: "A".to_owned(),
            confidence: 0.9,
            characters: Vec::new(),
            quad: box_at(0.0),
            votes: crate::event::Votes { agree: 3, of: 3 },
            frame,
            rejected_before: false,
        };
        let judged = [2, 7].map(|frame| sequence.judged(accepted(frame)));
        let mut score = SequenceScore::default();
        score.add(&sequence, &judged);
        let SequenceAccuracy { accepted, wrong, repeated, coverage, .. } = score.accuracy();
        assert_eq!((accepted, wrong, repeated), (2, 0, 1));
        assert!((coverage - 0.5).abs() < 1e-9);
    }
}

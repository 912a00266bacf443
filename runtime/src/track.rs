//! Follows lines over frames, and tells what they say once enough readings agree.
//!
//! Each line that is found in a frame is one that was seen before, or new ([`associate`]): the nearest to where its motion
//! takes it, of like height and direction, with the most similar text. Its readings vote ([`crate::vote`]); a text that
//! enough of the last ones have is a [`Candidate`], which whoever knows the rules accepts or rejects. A fixed region is one
//! line, wherever the label in it lies.
//!
//! Time is that of the frames and is passed in. The order in which a frame's lines are given does not matter.

mod associate;
mod line;
mod options;
mod place;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::time::Duration;

use crate::event::Votes;
use crate::lines::Quad;
use crate::page::Doubt;
use crate::recognizer::{Character, Reading};
use associate::associate;
use line::Line;
pub(crate) use options::check_confidence;
pub use options::{TrackOptions, TrackOptionsError};

/// A line as it was found and read in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen<'a> {
    /// Four corners in pixels of the frame, clockwise from the text's top left.
    pub quad: Quad,
    /// What was read.
    pub reading: &'a Reading,
    /// The number of the configured region, none for a line that was found. A region is given once a frame.
    pub region: Option<usize>,
    /// Whether the reading votes.
    pub vote: Vote,
    /// The least confidence of its text, where that is not [`TrackOptions::confidence_min`].
    pub confidence_min: Option<f32>,
}

/// Whether a reading votes. In any case its line is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// It does, if it has text.
    Cast,
    /// It does not, and takes the place of one that does: it does not stand, as [`crate::page::PageReader::standing`] tells.
    Withheld(Doubt),
    /// It is that of an earlier frame, as this one was not read: nothing is known but that the line has not left.
    Past,
}

/// A text that enough readings of a line agree on, and that was not accepted yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The line's number, from 1.
    pub track: u64,
    /// Its region, as it was given.
    pub region: Option<usize>,
    /// The text.
    pub text: String,
    /// From 0 to 1, as [`crate::vote::Consensus::confidence`].
    pub confidence: f32,
    /// The characters with their places in this frame and their confidences over all frames.
    pub characters: Vec<Character>,
    /// Where the line is in this frame.
    pub quad: Quad,
    /// How many of the last readings have this text.
    pub votes: Votes,
    /// The number of this frame.
    pub frame: u64,
    /// Whether it was rejected in an earlier frame, and nothing else was accepted or rejected since.
    pub rejected_before: bool,
}

/// A text that enough readings of a line agree on, and that is not to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsure {
    /// What was read.
    pub candidate: Candidate,
    /// What is wanted of it.
    pub reason: Reason,
}

/// Why a text is not to be judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// It has less confidence than this: the region's, else [`TrackOptions::confidence_min`].
    Confidence(f32),
    /// Its readings do not stand, the last of them for this reason.
    Doubt(Doubt),
}

/// A line that has left, with a text that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftLine {
    /// The line's number.
    pub track: u64,
    /// Its region, as it was given.
    pub region: Option<usize>,
    /// The text that was accepted last.
    pub text: String,
    /// From when it was seen first to when it was looked for in vain.
    pub seen: Duration,
}

/// What a frame brought.
#[derive(Debug, Default, PartialEq)]
pub struct Update {
    /// Texts to be judged, those of the longest followed lines first. One that is neither accepted nor rejected is there
    /// again in the next frame.
    pub candidates: Vec<Candidate>,
    /// Texts that are not sure enough to be judged, each told once until the line said something else.
    pub unsure: Vec<Unsure>,
    /// Lines that have left.
    pub left: Vec<LeftLine>,
    /// Lines that are not followed, because as many as may be are followed already.
    pub passed_over: usize,
}

/// The lines that are followed.
#[derive(Debug)]
pub struct Tracker {
    options: TrackOptions,
    /// In the order of their numbers.
    lines: Vec<Line>,
    /// The number of the next line.
    next: u64,
}

impl Tracker {
    /// A tracker that follows nothing yet.
    #[must_use]
    pub fn new(options: TrackOptions) -> Self {
        Self { options, lines: Vec::new(), next: 1 }
    }

    /// Follows the lines on to a frame taken at `now` with the number `frame`, in which `seen` was found and read.
    ///
    /// Times must not go back. A frame that was not looked at is simply not told: lines do not leave meanwhile.
    pub fn update(&mut self, now: Duration, frame: u64, seen: &[Seen<'_>]) -> Update {
        let mut update = Update { left: self.expire(now), ..Update::default() };
        let mut seen: Vec<&Seen> = seen.iter().filter(|seen| seen.is_there(&self.options)).collect();
        seen.sort_by(|a, b| order(a, b));
        let found = associate(&self.lines, &seen, now, &self.options);
        for (at, line) in self.lines.iter_mut().enumerate() {
            if !found.contains(&Some(at)) {
                line.missing_since.get_or_insert(now);
            }
        }
        let mut here = Vec::new();
        for (seen, found) in seen.into_iter().zip(found) {
            match found.or_else(|| self.begin(seen, now)) {
                Some(at) => {
                    self.lines[at].see(seen, now, &self.options);
                    here.push((at, seen));
                }
                None => update.passed_over += 1,
            }
        }
        self.resume(&mut here);
        for (at, seen) in here {
            match self.lines[at].agreed(seen, frame, &self.options) {
                Some(Ok(candidate)) => update.candidates.push(candidate),
                Some(Err(unsure)) => update.unsure.push(unsure),
                None => {}
            }
        }
        update.candidates.sort_by_key(|candidate| candidate.track);
        update.unsure.sort_by_key(|unsure| unsure.candidate.track);
        self.lines.sort_by_key(|line| line.id);
        update
    }

    /// Takes a candidate's text as what the line says: it is no candidate again until the line said something else.
    pub fn accept(&mut self, track: u64, text: &str) {
        self.lines.iter_mut().filter(|line| line.id == track).for_each(|line| line.accept(text));
    }

    /// Refuses a candidate's text: it stays a candidate, [`Candidate::rejected_before`].
    pub fn reject(&mut self, track: u64, text: &str) {
        self.lines.iter_mut().filter(|line| line.id == track).for_each(|line| line.reject(text));
    }

    /// Whether a line that was read at a place is known: it is where one is expected of which this text was accepted. There is
    /// no need to look whether it is whole.
    #[must_use]
    pub fn is_known(&self, now: Duration, quad: &Quad, text: &str) -> bool {
        let near = |line: &Line| line.place.distance(quad, now).is_some_and(|far| far <= self.options.distance_max);
        self.lines.iter().any(|line| line.is_accepted_as(text) && near(line))
    }

    /// Whether frames like the last one would change nothing: no line is missing, each was read in as many frames as are
    /// looked at together, and alike in all of them.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.lines.iter().all(|line| line.is_settled(&self.options))
    }

    /// Ends all lines, as when the camera is lost.
    pub fn clear(&mut self, now: Duration) -> Vec<LeftLine> {
        self.lines.drain(..).filter_map(|line| line.left(now)).collect()
    }

    /// How many lines are followed, those included that are missing and have not left.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Ends the lines that have been missing for so long that they have left.
    fn expire(&mut self, now: Duration) -> Vec<LeftLine> {
        let leave = Duration::from_millis(self.options.leave_ms);
        let gone = |line: &mut Line| line.missing_since.is_some_and(|since| now.saturating_sub(since) >= leave);
        self.lines.extract_if(.., gone).filter_map(|line| line.left(now)).collect()
    }

    /// Begins to follow a line; its place in the list, none where there is no room.
    fn begin(&mut self, seen: &Seen, now: Duration) -> Option<usize> {
        let same_region = |line: &Line| seen.region.is_some() && line.region == seen.region;
        if self.lines.len() >= self.options.tracks_max || self.lines.iter().any(same_region) {
            return None;
        }
        self.lines.push(Line::new(self.next, seen, now, &self.options));
        self.next += 1;
        Some(self.lines.len() - 1)
    }

    /// Lets lines that were lost go on as those in `here` that they are.
    fn resume(&mut self, here: &mut [(usize, &Seen)]) {
        for at in 0..here.len() {
            let (new, _) = here[at];
            let Some(lost) = self.lines.iter().position(|line| line.returns_as(&self.lines[new])) else { continue };
            let before = self.lines.remove(lost);
            for (other, _) in here.iter_mut() {
                *other -= usize::from(*other > lost);
            }
            self.lines[here[at].0].resume(before);
        }
    }
}

impl Seen<'_> {
    /// Whether there is anything: a region is always looked at, and may show nothing.
    fn is_there(&self, options: &TrackOptions) -> bool {
        self.region.is_none() || self.is_text(options)
    }

    fn is_text(&self, options: &TrackOptions) -> bool {
        !self.reading.text.trim().is_empty() && self.reading.confidence >= options.reading_min
    }
}

/// An order of a frame's lines that depends on nothing but themselves.
fn order(a: &Seen, b: &Seen) -> Ordering {
    let corners = |seen: &Seen| seen.quad.0.map(|[x, y]| [y, x]);
    let (mine, others) = (corners(a), corners(b));
    let places = mine.iter().flatten().zip(others.iter().flatten());
    let place = places.fold(Ordering::Equal, |order, (mine, other)| order.then(mine.total_cmp(other)));
    a.region.cmp(&b.region).then(place).then_with(|| a.reading.text.cmp(&b.reading.text))
}

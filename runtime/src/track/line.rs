//! A line that is followed: where it is, what was read, what was made of it.

use std::time::Duration;

use super::place::Place;
use super::{Candidate, LeftLine, Reason, Seen, TrackOptions, Unsure, Vote};
use crate::event::Votes;
use crate::vote::{Consensus, Window};

/// A line that is followed over frames.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: u64,
    pub(super) region: Option<usize>,
    pub(super) place: Place,
    pub(super) first_seen: Duration,
    /// When it was looked for first without being found; none while it is there.
    pub(super) missing_since: Option<Duration>,
    /// Frames in which it was found and read, since its readings began to count.
    looks: usize,
    window: Window,
    consensus: Option<Consensus>,
    withheld: Withheld,
    accepted: Option<String>,
    rejected: Option<String>,
    /// The text that was told not to be sure enough.
    doubted: Option<String>,
}

/// The last readings without a vote, as far as they are alike.
#[derive(Debug, Default)]
struct Withheld {
    text: String,
    count: usize,
}

impl Line {
    pub(super) fn new(id: u64, seen: &Seen, now: Duration, options: &TrackOptions) -> Self {
        Self {
            id,
            region: seen.region,
            place: Place::new(seen.quad, now),
            first_seen: now,
            missing_since: None,
            looks: 0,
            window: Window::new(options.window),
            consensus: None,
            withheld: Withheld::default(),
            accepted: None,
            rejected: None,
            doubted: None,
        }
    }

    /// Notes that the line was found, and lets its reading vote where it is one.
    pub(super) fn see(&mut self, seen: &Seen, now: Duration, options: &TrackOptions) {
        self.place.follow(seen.quad, now);
        self.missing_since = None;
        match seen.vote {
            Vote::Cast if seen.is_text(options) => {
                self.turn_to(&seen.reading.text);
                self.window.push(seen.reading);
                self.withheld.count = 0;
            }
            Vote::Withheld(_) => {
                self.window.pass();
                self.withheld.add(&seen.reading.text);
            }
            Vote::Cast | Vote::Past => {}
        }
        self.looks += usize::from(seen.vote != Vote::Past);
        self.consensus = self.window.consensus();
    }

    /// Where a text is another one than what was judged, the readings of that have done their part: they are not counted
    /// against what takes its place.
    fn turn_to(&mut self, text: &str) {
        for judged in [&self.accepted, &self.rejected].into_iter().flatten().filter(|judged| *judged != text) {
            if self.window.forget(judged) {
                self.looks = 0;
            }
        }
    }

    /// Whether the readings vote for this text.
    pub(super) fn says(&self, text: &str) -> bool {
        self.consensus.as_ref().is_some_and(|consensus| consensus.says(text))
    }

    /// Whether this text was accepted last.
    pub(super) fn is_accepted_as(&self, text: &str) -> bool {
        self.accepted.as_deref() == Some(text)
    }

    /// The text that the readings vote for, empty where there are none.
    pub(super) fn text(&self) -> String {
        self.consensus.as_ref().map(|consensus| consensus.text().as_str().to_owned()).unwrap_or_default()
    }

    /// What the readings agree on, where that is new and the reading in this frame is one of it: to be judged, or not.
    pub(super) fn agreed(
        &mut self,
        seen: &Seen,
        frame: u64,
        options: &TrackOptions,
    ) -> Option<Result<Candidate, Unsure>> {
        if self.is_accepted_as(&seen.reading.text) || !seen.is_text(options) {
            return None;
        }
        let wanted = seen.confidence_min.unwrap_or(options.confidence_min);
        let unsure = match seen.vote {
            Vote::Cast => {
                let candidate = self.candidate(seen, frame, options)?;
                if candidate.confidence >= wanted {
                    return Some(Ok(candidate));
                }
                Unsure { candidate, reason: Reason::Confidence(wanted) }
            }
            Vote::Withheld(doubt) => {
                Unsure { candidate: self.doubtful(seen, frame, options)?, reason: Reason::Doubt(doubt) }
            }
            Vote::Past => return None,
        };
        self.doubt(&unsure.candidate.text).then_some(Err(unsure))
    }

    /// What the readings with a vote agree on, however sure.
    fn candidate(&self, seen: &Seen, frame: u64, options: &TrackOptions) -> Option<Candidate> {
        let consensus = self.consensus.as_ref()?;
        if consensus.votes.agree < options.agree || !consensus.says(&seen.reading.text) {
            return None;
        }
        let mut candidate = self.read(seen, frame, consensus.votes);
        candidate.confidence = consensus.confidence;
        for (character, voted) in candidate.characters.iter_mut().zip(&consensus.characters) {
            character.confidence = voted.confidence;
        }
        Some(candidate)
    }

    /// What the readings without a vote agree on.
    fn doubtful(&self, seen: &Seen, frame: u64, options: &TrackOptions) -> Option<Candidate> {
        let agree = self.withheld.count.min(options.window);
        (agree >= options.agree).then(|| self.read(seen, frame, Votes { agree, of: agree }))
    }

    /// The reading of this frame.
    fn read(&self, seen: &Seen, frame: u64, votes: Votes) -> Candidate {
        let text = &seen.reading.text;
        Candidate {
            track: self.id,
            region: self.region,
            text: text.clone(),
            confidence: seen.reading.confidence,
            characters: seen.reading.characters.clone(),
            quad: seen.quad,
            votes,
            frame,
            rejected_before: self.rejected.as_ref() == Some(text),
        }
    }

    pub(super) fn accept(&mut self, text: &str) {
        self.accepted = Some(text.to_owned());
        (self.rejected, self.doubted) = (None, None);
    }

    pub(super) fn reject(&mut self, text: &str) {
        self.rejected = Some(text.to_owned());
    }

    /// Notes that a text is not sure enough; whether that is new: it was neither noted nor rejected last.
    fn doubt(&mut self, text: &str) -> bool {
        if self.doubted.as_deref() == Some(text) {
            return false;
        }
        self.doubted = Some(text.to_owned());
        self.rejected.as_deref() != Some(text)
    }

    /// Whether another frame like the last ones would change nothing: all that are looked at together read the same.
    ///
    /// What was decided does not count: the last reading may be the first of another text.
    pub(super) fn is_settled(&self, options: &TrackOptions) -> bool {
        let same = self.window.is_unanimous() || self.consensus.is_none();
        self.missing_since.is_none() && self.looks >= options.window && same
    }

    /// Whether `new` is this line, lost and found again: it shows the text that was accepted here, and was not seen before
    /// this one was missing.
    pub(super) fn returns_as(&self, new: &Self) -> bool {
        let Some(missing_since) = self.missing_since else { return false };
        let alike = self.region == new.region && new.accepted.is_none() && missing_since <= new.first_seen;
        alike && self.accepted.as_ref().is_some_and(|text| new.says(text))
    }

    /// Goes on as the line that it was before it was lost.
    pub(super) fn resume(&mut self, before: Self) {
        (self.id, self.first_seen) = (before.id, before.first_seen);
        (self.accepted, self.rejected, self.doubted) = (before.accepted, before.rejected, before.doubted);
    }

    /// What is told of the line once it has left; nothing where no text was accepted.
    pub(super) fn left(self, now: Duration) -> Option<LeftLine> {
        let seen = self.missing_since.unwrap_or(now).saturating_sub(self.first_seen);
        Some(LeftLine { track: self.id, region: self.region, text: self.accepted?, seen })
    }
}

impl Withheld {
    fn add(&mut self, text: &str) {
        if self.text != text {
            (self.text, self.count) = (text.to_owned(), 0);
        }
        self.count += 1;
    }
}

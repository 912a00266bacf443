//! Watching: what frames become readings, without threads, files or clocks.
//!
//! A frame goes through gates, its lines are cut out or found and read ([`place`]), lines are followed over frames
//! ([`crate::track`]), and what enough frames agree on is judged by rules ([`crate::rule`]). What is left is told: a text
//! that is accepted, one that a rule rejects or that is not sure enough, and a label that is gone.

mod error;
mod judge;
mod metrics;
mod place;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use error::WatchError;
pub use metrics::WatchMetrics;

use crate::clock::Stamp;
use crate::config::Config;
use crate::event::{Kind, Left, LineReading, milliseconds};
use crate::gate::{GateMetrics, GateOptions};
use crate::image::Gray;
use crate::recognizer::Recognizer;
use crate::rule::Broken;
use crate::telemetry::Metrics;
use crate::track::{Candidate, LeftLine, Seen, Tracker, Unsure};
use judge::Judge;
use place::{Anywhere, FixedPlace, Look};

/// A frame that was decoded.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The picture.
    pub image: &'a Gray,
    /// Its number.
    pub sequence: u64,
    /// When it was taken; times must not go back.
    pub captured: Stamp,
}

/// What is watched for, and what was seen so far.
#[derive(Debug)]
pub struct Watch {
    recognizer: Arc<Recognizer>,
    model: Arc<str>,
    gates: GateOptions,
    regions: Vec<FixedPlace>,
    anywhere: Option<Anywhere>,
    tracker: Tracker,
    judge: Judge,
    counts: Counts,
}

/// What a watch counts; several watches, one after the other, may share them.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Of the gates.
    pub gates: Arc<GateMetrics>,
    /// Of all else.
    pub watch: Arc<WatchMetrics>,
}

impl Counts {
    /// All of them, as they are shown.
    pub fn metrics(&self) -> Vec<Arc<dyn Metrics>> {
        vec![Arc::clone(&self.gates) as Arc<dyn Metrics>, Arc::clone(&self.watch) as Arc<dyn Metrics>]
    }
}

impl Watch {
    /// What `config` says to watch for, with a loaded model.
    ///
    /// # Errors
    /// [`WatchError`], where a region, a rule or a lexicon cannot be used with the model.
    pub fn new(config: &Config, recognizer: Arc<Recognizer>, counts: Counts) -> Result<Self, WatchError> {
        let alphabet = &recognizer.spec().alphabet;
        let regions =
            config.regions.iter().map(|region| FixedPlace::new(region, alphabet)).collect::<Result<Vec<_>, _>>()?;
        let anywhere = config.finds_lines().then(|| Anywhere::new(config, alphabet)).transpose()?;
        let judge = Judge::new(config)?;
        let model = recognizer.digest().into();
        let tracker = Tracker::new(config.track.clone());
        Ok(Self { recognizer, model, gates: config.gates, regions, anywhere, tracker, judge, counts })
    }

    /// The model that reads.
    pub fn recognizer(&self) -> &Arc<Recognizer> {
        &self.recognizer
    }

    /// What is wrong with the places that are watched, for people: regions outside the last frame.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().filter_map(FixedPlace::problem)
    }

    /// Reads a frame, and tells what came of it.
    pub fn frame(&mut self, frame: Frame<'_>) -> Vec<Kind> {
        let look = Look {
            frame,
            recognizer: &self.recognizer,
            gates: &self.gates,
            counts: &self.counts,
            tracker: &self.tracker,
        };
        self.regions.iter_mut().enumerate().for_each(|(at, place)| place.look(&look, at));
        self.anywhere.iter_mut().for_each(|anywhere| anywhere.look(&look));
        let places = self.regions.iter().flat_map(|place| &place.sight);
        let sights = places.chain(self.anywhere.iter().flat_map(|anywhere| &anywhere.sights));
        let seen: Vec<Seen> = sights.map(|sight| sight.seen()).collect();
        let update = self.tracker.update(frame.captured.monotonic, frame.sequence, &seen);
        self.counts.watch.passed_over.add(update.passed_over as u64);
        let mut told: Vec<Kind> = update.left.into_iter().map(|line| self.left(line)).collect();
        told.extend(update.candidates.into_iter().filter_map(|candidate| self.judged(candidate, frame.captured)));
        told.extend(update.unsure.into_iter().map(|unsure| self.unsure(unsure)));
        // At most some hundreds are followed.
        self.counts.watch.tracks.set(u32::try_from(self.tracker.count()).map_or(f64::INFINITY, f64::from));
        told
    }

    /// Ends what is followed, as when the camera is lost: labels that were there have left.
    pub fn interrupt(&mut self, now: Stamp) -> Vec<Kind> {
        self.regions.iter_mut().for_each(FixedPlace::forget);
        self.anywhere.iter_mut().for_each(Anywhere::forget);
        let left = self.tracker.clear(now.monotonic);
        left.into_iter().map(|line| self.left(line)).collect()
    }

    /// Judges a text that frames agree on; what is to be told of it, if anything.
    fn judged(&mut self, candidate: Candidate, at: Stamp) -> Option<Kind> {
        let judged = if self.is_listed(&candidate) {
            self.judge.judge(&candidate, at)
        } else {
            Err(Broken::unlisted(&candidate.text))
        };
        match &judged {
            Ok(()) => self.tracker.accept(candidate.track, &candidate.text),
            Err(_) => self.tracker.reject(candidate.track, &candidate.text),
        }
        let (rejected_before, votes) = (candidate.rejected_before, candidate.votes);
        let line = self.line(candidate);
        let kind = judge::told(judged, line, votes);
        match &kind {
            Kind::Rejected(_) if rejected_before => return None,
            Kind::Rejected(_) => self.counts.watch.rejected.increment(),
            _ => self.counts.watch.accepted.increment(),
        }
        Some(kind)
    }

    /// What is told of a text that is not sure enough.
    fn unsure(&self, Unsure { candidate, reason }: Unsure) -> Kind {
        self.counts.watch.unsure.increment();
        let (broken, votes) = (judge::broken(reason, candidate.confidence), candidate.votes);
        judge::told(Err(broken), self.line(candidate), votes)
    }

    /// Whether a text is one of the words that its place may show.
    fn is_listed(&self, candidate: &Candidate) -> bool {
        let lexicon = match candidate.region {
            Some(region) => self.regions.get(region).and_then(FixedPlace::lexicon),
            None => self.anywhere.as_ref().and_then(Anywhere::lexicon),
        };
        let word = || self.recognizer.spec().alphabet.encode(&candidate.text);
        lexicon.is_none_or(|lexicon| word().is_ok_and(|word| lexicon.has(&word)))
    }

    fn line(&self, candidate: Candidate) -> LineReading {
        LineReading {
            region: self.name(candidate.region),
            track: candidate.track,
            text: candidate.text,
            confidence: candidate.confidence,
            characters: candidate.characters,
            quad: candidate.quad,
            frame: candidate.frame,
            model: Arc::clone(&self.model),
        }
    }

    fn left(&mut self, line: LeftLine) -> Kind {
        self.judge.forget(line.track);
        let seen_ms = milliseconds(line.seen);
        Kind::Left(Left { region: self.name(line.region), track: line.track, text: line.text, seen_ms })
    }

    fn name(&self, region: Option<usize>) -> Option<Arc<str>> {
        Some(Arc::clone(self.regions.get(region?)?.name()))
    }
}

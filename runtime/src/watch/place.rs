//! Places that are looked at in every frame: the configured regions, and the whole frame, where lines are found.

use std::fs;
use std::sync::Arc;

use super::{Counts, Frame, WatchError};
use crate::alphabet::{AllowList, Alphabet};
use crate::config::Config;
use crate::evaluate::Reader;
use crate::gate::{self, Change, Gate, GateOptions};
use crate::image::Gray;
use crate::lexicon::{Lexicon, LexiconOptions};
use crate::lines::{Finder, Quad, rectify};
use crate::page::{Doubt, PageLine, PageReader};
use crate::recognizer::{Reading, Recognizer};
use crate::region::{Region, RegionOptions};
use crate::track::{Seen, Tracker, Vote};

/// A frame, and what it is looked at with.
#[derive(Debug)]
pub(super) struct Look<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) recognizer: &'a Recognizer,
    pub(super) gates: &'a GateOptions,
    pub(super) counts: &'a Counts,
    /// The lines that are followed.
    pub(super) tracker: &'a Tracker,
}

/// A line that was read.
#[derive(Debug)]
pub(super) struct Sight {
    quad: Quad,
    reading: Reading,
    region: Option<usize>,
    vote: Vote,
    confidence_min: Option<f32>,
}

/// A configured region.
#[derive(Debug)]
pub(super) struct FixedPlace {
    region: Region,
    lexicon: Option<Lexicon>,
    change: Change,
    problem: Option<String>,
    /// The line as it was read last, if it was.
    pub(super) sight: Option<Sight>,
}

/// The whole frame.
#[derive(Debug)]
pub(super) struct Anywhere {
    finder: Finder,
    upside_down: bool,
    lexicon: Option<Lexicon>,
    allow: AllowList,
    change: Change,
    /// The lines as they were read last.
    pub(super) sights: Vec<Sight>,
}

impl Sight {
    /// A line that was found, which votes where its reading stands.
    fn found(PageLine { quad, reading, .. }: PageLine, standing: Result<Reading, Doubt>) -> Self {
        let (reading, vote) = match standing {
            Ok(reading) => (reading, Vote::Cast),
            Err(doubt) => (reading, Vote::Withheld(doubt)),
        };
        Self { quad, reading, region: None, vote, confidence_min: None }
    }

    /// The line is taken to be where it was, in a frame that was not read: it has not left, and has no further vote.
    fn hold(&mut self) {
        self.vote = Vote::Past;
    }

    pub(super) fn seen(&self) -> Seen<'_> {
        let &Self { quad, ref reading, region, vote, confidence_min } = self;
        Seen { quad, reading, region, vote, confidence_min }
    }
}

impl Look<'_> {
    /// Whether a place must be read: it changed, or what is known of it is not enough yet.
    fn is_due(&self, change: &mut Change, image: &Gray) -> bool {
        let Some(score) = change.score(image, self.frame.captured.monotonic, self.gates) else { return true };
        let stops = self.tracker.is_settled() && score < self.gates.unchanged;
        self.counts.gates.record(Gate::Unchanged, score, stops);
        !stops
    }

    /// Whether a cut-out line is fit to be read.
    fn passes(&self, cut: &Gray) -> bool {
        gate::line(cut, self.gates, &self.counts.gates).is_none()
    }

    /// Whether a line is where one was accepted that says the same: there is no need to ask whether its reading stands.
    fn is_known(&self, line: &PageLine) -> bool {
        self.tracker.is_known(self.frame.captured.monotonic, &line.quad, &line.reading.text)
    }

    fn reader<'b>(&'b self, allow: &'b AllowList, lexicon: Option<&'b Lexicon>) -> Reader<'b> {
        Reader { recognizer: self.recognizer, allow, lexicon }
    }
}

impl FixedPlace {
    pub(super) fn new(options: &RegionOptions, alphabet: &Alphabet) -> Result<Self, WatchError> {
        let region = options.region(alphabet)?;
        let lexicon = options.lexicon.as_ref().map(|options| lexicon(options, alphabet)).transpose()?;
        Ok(Self { region, lexicon, change: Change::default(), problem: None, sight: None })
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.region.name
    }

    pub(super) fn lexicon(&self) -> Option<&Lexicon> {
        self.lexicon.as_ref()
    }

    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Looks at the region in a frame. Where it looks as before, or a gate stops it, what was read before stands.
    pub(super) fn look(&mut self, look: &Look, number: usize) {
        let cut = match rectify(look.frame.image, &self.region.quad) {
            Ok(cut) => cut,
            Err(error) => {
                self.problem = Some(format!("region `{}`: {error}", self.region.name));
                self.sight = None;
                return;
            }
        };
        self.problem = None;
        let is_due = look.is_due(&mut self.change, &cut);
        if is_due {
            self.change.was_read(look.frame.captured.monotonic);
        }
        if is_due && look.passes(&cut) {
            self.sight = self.read(look, &cut, number);
        } else {
            self.sight.iter_mut().for_each(Sight::hold);
        }
    }

    fn read(&self, look: &Look, cut: &Gray, number: usize) -> Option<Sight> {
        look.counts.watch.read.increment();
        let reading = look.reader(&self.region.allow, self.lexicon.as_ref()).line(cut);
        look.counts.watch.unread.add(u64::from(reading.is_err()));
        let Region { quad, confidence_min, .. } = self.region;
        Some(Sight { quad, reading: reading.ok()?, region: Some(number), vote: Vote::Cast, confidence_min })
    }

    /// Forgets what was seen.
    pub(super) fn forget(&mut self) {
        (self.change, self.sight) = (Change::default(), None);
    }
}

impl Anywhere {
    pub(super) fn new(config: &Config, alphabet: &Alphabet) -> Result<Self, WatchError> {
        Ok(Self {
            finder: Finder::new(config.lines.options()),
            upside_down: config.lines.upside_down,
            lexicon: config.lexicon.as_ref().map(|options| lexicon(options, alphabet)).transpose()?,
            allow: AllowList::all(),
            change: Change::default(),
            sights: Vec::new(),
        })
    }

    pub(super) fn lexicon(&self) -> Option<&Lexicon> {
        self.lexicon.as_ref()
    }

    /// Looks for lines in a frame. Where it looks as before, or is too dark, what was read before stands.
    pub(super) fn look(&mut self, look: &Look) {
        let image = look.frame.image;
        let is_due = look.is_due(&mut self.change, image);
        if is_due {
            self.change.was_read(look.frame.captured.monotonic);
        }
        if !is_due || gate::frame(image, look.gates, &look.counts.gates).is_some() {
            self.sights.iter_mut().for_each(Sight::hold);
            return;
        }
        self.sights.clear();
        let counts = &look.counts.watch;
        let reader = look.reader(&self.allow, self.lexicon.as_ref());
        let reader = PageReader { reader, upside_down: self.upside_down };
        let page = reader.look_passing(image, &mut self.finder, &mut |cut| look.passes(cut));
        counts.found.add(page.found.len() as u64);
        counts.read.add((page.lines.len() + page.doubtful) as u64);
        counts.unread.add(page.unread.len() as u64);
        let standing = reader.standing(image, &page.lines, &|line| look.is_known(line));
        self.sights.extend(page.lines.into_iter().zip(standing).map(|(line, standing)| Sight::found(line, standing)));
    }

    /// Forgets what was seen.
    pub(super) fn forget(&mut self) {
        self.change = Change::default();
        self.sights.clear();
    }
}

/// The words of a lexicon's file.
fn lexicon(options: &LexiconOptions, alphabet: &Alphabet) -> Result<Lexicon, WatchError> {
    let path = &options.path;
    let words = fs::read_to_string(path).map_err(|source| WatchError::Words { path: path.clone(), source })?;
    Lexicon::new(&words, alphabet, options).map_err(|source| WatchError::Lexicon { path: path.clone(), source })
}

//! Whether a reading stands when its line is looked at again in other ways.
//!
//! What a network misreads it misreads in frame after frame, as sure as anything, for as long as the line is cut out alike. A
//! slightly different cut is another sample: with room at its ends, which shows what the finder left out, and with room above
//! and below, which shows a letter in another size. A label that says something else upside down, such as 1166, is one that
//! nothing can be told of.

use std::collections::BTreeMap;

use super::{PageLine, PageReader, confidence, upright};
use crate::image::Gray;
use crate::lines::{Quad, rectify};
use crate::preprocess::Region;
use crate::recognizer::Reading;

/// Room that a line is read with once more at either end, and once more above and below, in heights. At the ends it is less
/// than a label leaves around its print, above and below less than there is between lines.
const ROOMS: [[f32; 2]; 2] = [[0.5, 0.0], [0.0, 0.12]];

/// The lines of a picture, looked at again.
pub(super) struct Again<'a> {
    reader: &'a PageReader<'a>,
    picture: &'a Gray,
    lines: &'a [PageLine],
    /// Whether a label is the right way up, as far as it was asked for.
    upright: BTreeMap<usize, bool>,
}

impl<'a> Again<'a> {
    pub(super) fn new(reader: &'a PageReader<'a>, picture: &'a Gray, lines: &'a [PageLine]) -> Self {
        Self { reader, picture, lines, upright: BTreeMap::new() }
    }

    /// Whether a line says the same again.
    pub(super) fn confirms(&mut self, at: usize) -> bool {
        let &PageLine { quad, ref reading, label } = &self.lines[at];
        let text = reading.raw.as_ref().unwrap_or(&reading.text).trim();
        let says_so = |[along, across]: [f32; 2]| {
            self.read(&quad.stretched(along, across)).is_some_and(|again| again.text.trim() == text)
        };
        ROOMS.into_iter().all(says_so) && self.is_upright(label)
    }

    /// Whether a label is the right way up for all that its lines say upside down.
    fn is_upright(&mut self, label: usize) -> bool {
        if !self.reader.upside_down {
            return true;
        }
        if let Some(&known) = self.upright.get(&label) {
            return known;
        }
        let both = |line: &PageLine| {
            let turned = self.read(&line.quad.turned()).map_or(0.0, |reading| confidence(&reading));
            (line.reading.confidence, turned)
        };
        let is_upright = upright::is_certain(self.lines.iter().filter(|line| line.label == label).map(both));
        self.upright.insert(label, is_upright);
        is_upright
    }

    /// A place as one line, by the network alone: a lexicon has the same word for many readings.
    fn read(&self, quad: &Quad) -> Option<Reading> {
        let cut = rectify(self.picture, quad).ok()?;
        let reader = &self.reader.reader;
        reader.recognizer.read(&cut, Region::whole(&cut), reader.allow).ok()
    }
}

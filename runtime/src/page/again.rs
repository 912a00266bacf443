//! Whether a reading stands when its line is looked at again in other ways.
//!
//! What a network misreads it misreads in frame after frame, as sure as anything, for as long as the line is cut out alike. A
//! slightly different cut is another sample: with room at its ends, which shows what the finder left out, and with room above
//! and below, which shows letters in another size. What is read is no surer than in the least sure of them. Of a label that
//! says something else upside down just as surely, such as 1166, nothing can be told.

use std::collections::BTreeMap;

use super::{PageLine, PageReader, confidence, upright};
use crate::evaluate::Reader;
use crate::image::Gray;
use crate::lines::rectify;
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

    /// A line's reading where it says the same again, each character as sure as it is at least; none where it does not.
    pub(super) fn confirmed(&mut self, at: usize) -> Option<Reading> {
        let &PageLine { quad, ref reading, label } = &self.lines[at];
        let mut least = reading.clone();
        for [along, across] in ROOMS {
            let cut = rectify(self.picture, &quad.stretched(along, across)).ok()?;
            let again = self.reader.reader.line(&cut).ok().filter(|again| again.text == reading.text)?;
            for (character, again) in least.characters.iter_mut().zip(again.characters) {
                character.confidence = character.confidence.min(again.confidence);
            }
            least.confidence = least.confidence.min(again.confidence);
        }
        self.is_upright(label).then_some(least)
    }

    /// Whether a label is the right way up for all that its lines say upside down.
    fn is_upright(&mut self, label: usize) -> bool {
        if !self.reader.upside_down {
            return true;
        }
        if let Some(&known) = self.upright.get(&label) {
            return known;
        }
        // By the network alone: a lexicon has a word for what is none.
        let reader = Reader { lexicon: None, ..self.reader.reader };
        let both = |line: &PageLine| {
            let turned = rectify(self.picture, &line.quad.turned()).ok().and_then(|cut| reader.line(&cut).ok());
            (line.reading.confidence, turned.as_ref().map_or(0.0, confidence))
        };
        let is_upright = upright::is_certain(self.lines.iter().filter(|line| line.label == label).map(both));
        self.upright.insert(label, is_upright);
        is_upright
    }
}

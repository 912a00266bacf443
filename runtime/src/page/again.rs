//! Whether a reading stands when its line is looked at again in other ways.
//!
//! What a network misreads it misreads in frame after frame, as sure as anything, for as long as the line is cut out alike. A
//! slightly different cut is another sample: with room at its ends, which shows what the finder left out, and with room above
//! and below, which shows letters in another size. What is read is no surer than in the least sure of them. Of a label that
//! says something else upside down just as surely, such as 1166, nothing can be told.

use std::cell::OnceCell;

use super::{Doubt, PageLine, PageReader, confidence, upright};
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
    /// How much more probable each line is as it was read than upside down ([`upright::log_odds`]), where it was asked for.
    odds: Vec<OnceCell<f32>>,
}

impl<'a> Again<'a> {
    pub(super) fn new(reader: &'a PageReader<'a>, picture: &'a Gray, lines: &'a [PageLine]) -> Self {
        Self { reader, picture, lines, odds: vec![OnceCell::new(); lines.len()] }
    }

    /// A line's reading where it says the same again, each character as sure as it is at least.
    pub(super) fn confirmed(&self, at: usize) -> Result<Reading, Doubt> {
        let PageLine { quad, reading, .. } = &self.lines[at];
        let mut least = reading.clone();
        for [along, across] in ROOMS {
            let cut = rectify(self.picture, &quad.stretched(along, across)).map_err(|_| Doubt::Otherwise)?;
            let again = self.reader.reader.line(&cut).ok().filter(|again| again.text == reading.text);
            let again = again.ok_or(Doubt::Otherwise)?;
            for (character, again) in least.characters.iter_mut().zip(again.characters) {
                character.confidence = character.confidence.min(again.confidence);
            }
            least.confidence = least.confidence.min(again.confidence);
        }
        if self.is_upright(at) { Ok(least) } else { Err(Doubt::UpsideDown) }
    }

    /// Whether a line is the right way up for all that it and its label say upside down.
    fn is_upright(&self, at: usize) -> bool {
        let label = self.lines[at].label;
        let others = (0..self.lines.len()).filter(|&other| other != at && self.lines[other].label == label);
        !self.reader.upside_down || upright::is_certain(self.odds(at), others.map(|other| self.odds(other)))
    }

    /// How much more probable a line is as it was read than upside down; it is read so once.
    fn odds(&self, at: usize) -> f32 {
        *self.odds[at].get_or_init(|| {
            let PageLine { quad, reading, .. } = &self.lines[at];
            // By the network alone: a lexicon has a word for what is none.
            let reader = Reader { lexicon: None, ..self.reader.reader };
            let turned = rectify(self.picture, &quad.turned()).ok().and_then(|cut| reader.line(&cut).ok());
            upright::log_odds(reading.confidence, turned.as_ref().map_or(0.0, confidence))
        })
    }
}

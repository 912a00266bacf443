//! What was read: symbols with their places and confidences.

use super::MAX_SYMBOLS;
use crate::alphabet::Alphabet;

/// The most bytes of a reading's text: a `char` takes at most 4.
pub const MAX_TEXT_BYTES: usize = MAX_SYMBOLS * 4;

/// One character of a reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symbol {
    /// Its class, never the blank.
    pub class: u16,
    /// The largest probability, 0 to 1, that the model gave its class over its run.
    pub confidence: f32,
    /// The first time step of its run.
    pub start: u16,
    /// The time step after the last of its run.
    pub end: u16,
    /// The first time step of its run with the largest probability.
    pub peak: u16,
}

impl Symbol {
    /// A symbol that is seen for the first time at a step.
    pub(crate) fn at(class: u16, confidence: f32, step: u16) -> Self {
        Self { class, confidence, start: step, end: step + 1, peak: step }
    }

    /// Lengthens the run by one step.
    pub(crate) fn extend(&mut self, step: u16, confidence: f32) {
        self.end = step + 1;
        if confidence > self.confidence {
            self.confidence = confidence;
            self.peak = step;
        }
    }
}

/// A reading of one line, some 6 KiB on the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The symbols in order of time.
    pub symbols: heapless::Vec<Symbol, MAX_SYMBOLS>,
    /// The probability, 0 to 1, that the model gives to the text: see [`super::posterior()`].
    ///
    /// Not renormalised over an allow-list: a reading forced onto characters that the
    /// model does not believe in has a low confidence, which is what a caller needs to know.
    pub confidence: f32,
}

impl Decoded {
    /// The classes of the symbols, in order.
    #[must_use]
    pub fn classes(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.symbols.iter().map(|symbol| symbol.class)
    }

    /// The text in the alphabet of the model that was read.
    ///
    /// A class that `alphabet` lacks, which means it is another model's, shows as U+FFFD.
    ///
    /// # Panics
    ///
    /// Never: there is room for as many of the longest characters as there are symbols.
    #[must_use]
    pub fn text(&self, alphabet: &Alphabet) -> heapless::String<MAX_TEXT_BYTES> {
        let mut text = heapless::String::new();
        for class in self.classes() {
            let char = alphabet.char_of(class).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.push(char).expect("MAX_SYMBOLS symbols of 4 bytes fit");
        }
        text
    }
}

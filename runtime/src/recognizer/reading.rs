//! What was read, in terms of the picture.

use serde::Serialize;

use crate::ctc::{Decoded, Symbol};
use crate::preprocess::Region;
use crate::spec::Spec;

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Reading {
    /// The text.
    pub text: String,
    /// The probability that the model gives to this text, over all its alignments, from 0 to 1.
    ///
    /// That is the sum over all paths which collapse to the text (Graves et al. 2006, equation 3). It is not made
    /// relative to an allow-list: a text forced by one keeps the small probability that the model gives it.
    pub confidence: f32,
    /// The characters of the text with their places.
    pub characters: Vec<Character>,
    /// What was read before the lexicon's word took its place; none where that is the same, or without a lexicon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Whether there is a lexicon and no word of it is near to the text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
}

/// A character of a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Character {
    /// The character.
    pub character: char,
    /// The largest probability that the model gives it, from 0 to 1.
    pub confidence: f32,
    /// Left edge of the columns where the model sees it, in pixels of the image.
    pub left: f32,
    /// Right edge, likewise. CTC peaks are narrow: the middle is what can be relied upon.
    pub right: f32,
}

impl Reading {
    /// Puts a decoded line back into the picture's coordinates.
    pub(super) fn new(decoded: &Decoded, spec: &Spec, region: Region) -> Self {
        let character = |symbol: &Symbol| character(symbol, spec, region);
        Self {
            text: decoded.text(&spec.alphabet).as_str().to_owned(),
            confidence: decoded.confidence,
            characters: decoded.symbols.iter().map(character).collect(),
            raw: None,
            unlisted: false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "image sides and time strides are far below 2^24")]
fn character(symbol: &Symbol, spec: &Spec, region: Region) -> Character {
    let pixels_per_step = spec.input.time_stride as f32 * region.height as f32 / spec.input.height as f32;
    // Step t is centred on the input column t * stride: the network pads by half a step on the left.
    let edge = |step: f32| {
        let x = (step - 0.5) * pixels_per_step;
        region.x as f32 + x.clamp(0.0, region.width as f32)
    };
    Character {
        // The recognizer has checked that every class of the output is one of the alphabet's.
        character: spec.alphabet.char_of(symbol.class).unwrap_or(char::REPLACEMENT_CHARACTER),
        confidence: symbol.confidence,
        left: edge(f32::from(symbol.start)),
        right: edge(f32::from(symbol.end)),
    }
}

//! Reading whole sets: what models make of every line, and how good that is.
//!
//! `eval`, `compare` and whoever else measures a model on pictures do it here, so that a line counts alike everywhere. A
//! line that cannot be read counts as read wrongly: leaving it out would flatter the model.

mod rules;
mod scene;
mod score;
mod sequence;
mod set;

pub use rules::{DEFAULT_RULES, Rules};
pub use scene::{OVERLAP_MIN, SceneAccuracy, SceneScore, matches};
pub use score::{Accuracy, Score};
pub use sequence::{FRAME_TIME, FrameLine, Judged, ReadSequence, SequenceAccuracy, SequenceScore, follow};
pub use set::{Line, Set};

use std::time::Instant;

use crate::alphabet::AllowList;
use crate::dataset::{self, DatasetError};
use crate::image::Gray;
use crate::lexicon::Lexicon;
use crate::parallel;
use crate::preprocess::Region;
use crate::recognizer::{ReadError, ReadOptions, Reading, Recognizer};

/// A model with what it may read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The model.
    pub recognizer: &'a Recognizer,
    /// The characters.
    pub allow: &'a AllowList,
    /// The words, where lines are words of a list.
    pub lexicon: Option<&'a Lexicon>,
}

/// What a model made of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The text; empty where the line could not be read.
    pub text: String,
    /// The confidence, 0 to 1; 0 where the line could not be read.
    pub confidence: f32,
    /// Why the line could not be read.
    pub error: Option<String>,
    /// Milliseconds from grey picture to text, with whatever else the machine did meanwhile.
    pub ms: f64,
}

/// What models made of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureOutcomes {
    /// SHA-256 of the picture's bytes, in hexadecimal.
    pub sha256: String,
    /// What each model made of it, in the order of the models.
    pub outcomes: Vec<Outcome>,
}

/// Reads lines with models, on up to `threads` threads; the result, times apart, does not depend on their number.
///
/// Each picture is decoded once and not kept.
///
/// # Errors
/// [`DatasetError`], for the first line whose picture is missing or damaged.
pub fn read(readers: &[Reader], lines: &[Line], threads: usize) -> Result<Vec<PictureOutcomes>, DatasetError> {
    // Lines of like shape follow one another, and share the plans that a recognizer keeps for a few widths.
    let order = set::by_shape(lines);
    let found = parallel::map(&order, threads, |&at| {
        let (picture, sha256) = dataset::picture_with_digest(&lines[at].path)?;
        let outcomes = readers.iter().map(|reader| reader.read(&picture)).collect();
        Ok(PictureOutcomes { sha256, outcomes })
    });
    let mut by_line: Vec<_> = order.into_iter().zip(found).collect();
    by_line.sort_by_key(|&(at, _)| at);
    by_line.into_iter().map(|(_, outcomes)| outcomes).collect()
}

impl Reader<'_> {
    /// Reads a picture that is one line.
    #[must_use]
    pub fn read(&self, picture: &Gray) -> Outcome {
        let start = Instant::now();
        let reading = self.line(picture);
        let ms = 1e3 * start.elapsed().as_secs_f64();
        match reading {
            Ok(reading) => Outcome { text: reading.text, confidence: reading.confidence, error: None, ms },
            Err(error) => Outcome { text: String::new(), confidence: 0.0, error: Some(error.to_string()), ms },
        }
    }

    /// Reads a picture that is one line, with the places of its characters.
    ///
    /// # Errors
    /// [`ReadError`], when the picture cannot be a line or the network fails.
    pub fn line(&self, picture: &Gray) -> Result<Reading, ReadError> {
        let options = ReadOptions { allow: self.allow, lexicon: self.lexicon };
        self.recognizer.read_with(picture, Region::whole(picture), options)
    }

    /// Whether the model has every character of a text.
    #[must_use]
    pub fn knows(&self, text: &str) -> bool {
        self.recognizer.spec().alphabet.encode(text).is_ok()
    }
}

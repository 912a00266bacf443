//! A line, and what each side read of it.

use serde::Serialize;

use crate::evaluate::{self, Outcome, Score};
use crate::metrics::Normalization;

/// Who read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    /// The float model.
    Float,
    /// The int8 model.
    Int8,
    /// The model of a reference file, wherever that ran.
    Reference,
}

impl Side {
    /// The name in every output.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Int8 => "int8",
            Self::Reference => "reference",
        }
    }
}

/// What a side read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Text {
    /// The text; empty where the line could not be read.
    #[serde(rename = "text")]
    pub(super) reading: String,
    /// The confidence in it, 0 to 1.
    pub(super) confidence: f32,
    /// Whether the line could not be read.
    #[serde(skip)]
    pub(super) failed: bool,
    /// Whether the model has every character of the label.
    #[serde(skip)]
    pub(super) known: bool,
}

impl Text {
    /// What a model read here, which has every character of the label or has not.
    pub(super) fn read(outcome: Outcome, known: bool) -> Self {
        Self { reading: outcome.text, confidence: outcome.confidence, failed: outcome.error.is_some(), known }
    }
}

/// A line of a set.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// File name within the set.
    pub(super) file: String,
    /// SHA-256 of the picture's bytes, in hexadecimal.
    pub(super) sha256: String,
    /// The label.
    pub(super) truth: Option<String>,
    /// What its set is compared under.
    pub(super) normalization: Normalization,
    /// By side; none where the side has not seen the line.
    texts: [Option<Text>; 3],
}

impl Line {
    /// A line that nobody has read yet.
    pub(super) fn new(line: &evaluate::Line, sha256: String, normalization: Normalization) -> Self {
        let texts = [None, None, None];
        Self { file: line.file.clone(), sha256, truth: line.truth.clone(), normalization, texts }
    }

    /// Notes what a side read.
    pub(super) fn put(&mut self, side: Side, text: Text) {
        self.texts[side as usize] = Some(text);
    }

    /// What a side read.
    pub(super) fn of(&self, side: Side) -> Option<&Text> {
        self.texts[side as usize].as_ref()
    }

    /// Counts the line for a side, if both label and reading are there.
    pub(super) fn count(&self, side: Side, score: &mut Score) {
        let (Some(truth), Some(text)) = (&self.truth, self.of(side)) else { return };
        score.add(truth, &text.reading, self.normalization);
        if !text.known {
            score.add_unknown();
        }
        if text.failed {
            score.add_unreadable();
        }
    }
}

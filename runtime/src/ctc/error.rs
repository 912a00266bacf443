//! What can be wrong with the scores of a model or the reading of them.

use thiserror::Error;

use super::{MAX_CLASSES, MAX_STEPS, MAX_SYMBOLS};

/// Why scores could not be decoded. Steps and classes count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CtcError {
    /// The number of scores is not T * C.
    #[error(
        "{len} scores are not {steps} time steps of {classes} classes, which needs {}: pass the \
         model's whole [T, C] output for one line", steps.saturating_mul(*classes)
    )]
    Length {
        /// The number of scores.
        len: usize,
        /// T.
        steps: usize,
        /// C.
        classes: usize,
    },
    /// The number of logits is not a whole number of rows.
    #[error("{len} logits are not whole rows of {classes} classes: pass the model's whole [T, C] output")]
    Ragged {
        /// The number of logits.
        len: usize,
        /// C.
        classes: usize,
    },
    /// Too few classes for a blank and a character, or more than a `u16` can name.
    #[error(
        "the scores have {classes} classes, but need 2 to {MAX_CLASSES}: pass C, the blank and \
         the characters, as the number of classes"
    )]
    Classes {
        /// C.
        classes: usize,
    },
    /// More time steps than are decoded.
    #[error(
        "the scores have {steps} time steps, but at most {MAX_STEPS} can be decoded: split the \
         line or scale its image down"
    )]
    TooManySteps {
        /// T.
        steps: usize,
    },
    /// A score that is no log-probability.
    #[error(
        "the model produced {value} for class {class} at time step {step}: check its input for \
         values out of range and its weights or quantization for overflow"
    )]
    NotFinite {
        /// The time step.
        step: usize,
        /// The class.
        class: u16,
        /// NaN or infinity.
        value: f32,
    },
    /// An allow-list made for another alphabet.
    #[error(
        "the allow-list was made for {allow_list} classes, but the scores have {scores}: make it \
         from the alphabet of this model"
    )]
    AllowList {
        /// The number of classes of the allow-list's alphabet.
        allow_list: usize,
        /// C.
        scores: usize,
    },
    /// More symbols than a reading can hold.
    #[error(
        "the reading has more than {MAX_SYMBOLS} symbols at time step {step} of {steps}: split \
         the line, or check that the image is one"
    )]
    TooManySymbols {
        /// The time step of the symbol that did not fit.
        step: usize,
        /// T.
        steps: usize,
    },
}

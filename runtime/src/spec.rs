//! The model contract: what a model file says of its own input, output and origin.
//!
//! Our models carry it as JSON in the ONNX metadata under [`METADATA_KEY`]; a model made elsewhere gets the same facts
//! from a TOML file beside it. Unknown keys are errors in both: a misspelt key must not become a default.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::alphabet::{Alphabet, AlphabetError};

/// Where the contract stands in an ONNX file's `metadata_props`.
pub const METADATA_KEY: &str = "labelcam.spec";

/// The version of the contract that this program writes, and the latest that it reads.
pub const FORMAT: u32 = 1;

/// Everything a program must know of a model to use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Version of the contract, see [`FORMAT`].
    pub format: u32,
    /// What the network takes.
    pub input: InputSpec,
    /// What the network gives.
    pub output: OutputSpec,
    /// The characters, in class order; class 0 is the blank.
    pub alphabet: Alphabet,
    /// How the model was trained; absent where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingSpec>,
    /// How an int8 model was calibrated; absent for a float model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationSpec>,
}

/// What the network takes: `[N, channels, height, W]`, W a multiple of `width-multiple`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct InputSpec {
    /// 1, or 3 for a colour network, which gets the grey line three times.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// From grey values 0..=255 to the network's.
    pub normalization: Normalization,
    /// How a line is brought to `height`.
    pub resize: Resize,
    /// Columns of input per time step of output.
    pub time_stride: usize,
    /// Lines are padded at the right to a multiple of this many columns, itself a multiple of `time-stride`. A program
    /// then needs few plans for lines of any width, and every program pads a line alike.
    pub width_multiple: usize,
    /// The most columns a line may have once scaled; wider lines are refused.
    pub max_width: usize,
}

/// How grey values become network values. Padding is zero after this step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Normalization {
    /// `(value - mean) / std` with one mean and deviation for every line, in grey values 0..=255.
    Fixed {
        /// Subtracted.
        mean: f32,
        /// Divided by, positive.
        std: f32,
    },
    /// `(value - m) / max(s, min-std)` with the mean `m` and deviation `s` of the line itself, so that exposure and
    /// contrast do not matter; `min-std`, in grey values, keeps the noise of an empty line small.
    #[serde(rename_all = "kebab-case")]
    Line {
        /// The smallest deviation divided by, positive.
        min_std: f32,
    },
}

/// How a line is brought to the model's height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Ratio kept, by a triangle filter as wide as the reduction ([`crate::preprocess`]).
    KeepRatio,
}

/// What the network gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutputSpec {
    /// What the values are.
    pub values: OutputValues,
}

/// What the values of the output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputValues {
    /// Natural logarithms of probabilities.
    LogProbabilities,
    /// Probabilities.
    Probabilities,
    /// Scores before a softmax.
    Logits,
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainingSpec {
    /// The network, for people: `crnn width 0.25 hidden 96`.
    pub network: String,
    /// Commit of labelcam that exported it.
    pub commit: String,
    /// SHA-256 of the resolved configuration.
    pub config_sha256: String,
    /// What it was trained on.
    pub data: String,
    /// Lines seen.
    pub lines: u64,
}

/// How an int8 model was made of a float one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CalibrationSpec {
    /// SHA-256 of the float model's file.
    pub float_sha256: String,
    /// Commit of labelcam that quantized it.
    pub commit: String,
    /// The lines that it was calibrated on, for people.
    pub data: String,
    /// SHA-256 of these lines as the network got them.
    pub data_sha256: String,
    /// Their number.
    pub lines: u64,
    /// Bits of a weight, with its sign: 7 or 8.
    pub weight_bits: u32,
    /// How weights were rounded: `gptq` or `nearest`.
    pub rounding: String,
    /// How the ranges of values were chosen: each method with the number of values that it serves.
    pub methods: BTreeMap<String, u32>,
    /// Layers whose input channels were brought to like ranges.
    pub equalized: Vec<String>,
    /// Layers that stayed in float.
    pub float_layers: Vec<String>,
}

impl fmt::Display for CalibrationSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weight_bits, rounding, lines, data, commit, float_layers, .. } = self;
        write!(f, "{weight_bits}-bit weights ({rounding}), {lines} lines of {data}, commit {commit}")?;
        if float_layers.is_empty() { Ok(()) } else { write!(f, "; in float: {}", float_layers.join(", ")) }
    }
}

/// Why a contract cannot be used.
#[derive(Debug, Error)]
pub enum SpecError {
    /// Not JSON or TOML of this shape.
    #[error("the model contract cannot be read: {0}")]
    Syntax(String),
    /// Written by a later version.
    #[error("the model contract has format {found} and this program reads up to {FORMAT}: update labelcam")]
    Format {
        /// The format in the file.
        found: u64,
    },
    /// The table of characters cannot be read.
    #[error("the alphabet file {name} cannot be read ({cause}): put it beside the specification")]
    AlphabetFile {
        /// As named in the TOML.
        name: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The table of characters is no alphabet.
    #[error(transparent)]
    Alphabet(#[from] AlphabetError),
    /// A value that no model can have.
    #[error("the model contract says {key} = {value}, which must be {rule}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
}

/// Of a contract, the part that tells whether the rest can be understood.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

impl Spec {
    /// Reads the JSON of a model's metadata.
    ///
    /// # Errors
    /// [`SpecError`]; the version is looked at first, so that a later contract is not called a misspelt one.
    pub fn from_json(json: &str) -> Result<Self, SpecError> {
        let syntax = |error: serde_json::Error| SpecError::Syntax(error.to_string());
        check_format(&serde_json::from_str(json).map_err(syntax)?)?;
        serde_json::from_str::<Self>(json).map_err(syntax)?.checked()
    }

    /// Reads the TOML of a sidecar file.
    ///
    /// In place of `alphabet` it may have `alphabet-file`, a table with one character a line: models made elsewhere come
    /// with such tables, and with characters in them twice. `read` gives the text of the named file.
    ///
    /// # Errors
    /// As [`Self::from_json`], and when the table cannot be read.
    pub fn from_toml(text: &str, read: impl FnOnce(&str) -> std::io::Result<String>) -> Result<Self, SpecError> {
        let syntax = |error: toml::de::Error| SpecError::Syntax(error.to_string());
        let mut table: toml::Table = toml::from_str(text).map_err(syntax)?;
        check_format(&Version::deserialize(table.clone()).map_err(syntax)?)?;
        let file = table.remove("alphabet-file");
        let Some(file) = file else { return Self::deserialize(table).map_err(syntax)?.checked() };
        let name = file.as_str().ok_or_else(|| SpecError::Syntax("alphabet-file must be a file name".into()))?;
        if table.contains_key("alphabet") {
            return Err(SpecError::Syntax("both alphabet and alphabet-file are given: give one".into()));
        }
        let entries = read(name).map_err(|cause| SpecError::AlphabetFile { name: name.into(), cause })?;
        let alphabet = Alphabet::from_table(&entries)?;
        // Any valid alphabet serves until the table's own, which may hold a character twice, takes its place.
        table.insert("alphabet".into(), "?".into());
        let spec = Self::deserialize(table).map_err(syntax)?;
        Self { alphabet, ..spec }.checked()
    }

    /// The JSON for a model's metadata.
    ///
    /// # Panics
    /// Never: a contract has only string keys and finite numbers.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a contract has only string keys and finite numbers")
    }

    fn checked(self) -> Result<Self, SpecError> {
        let InputSpec { channels, height, normalization, time_stride, width_multiple, max_width, .. } = self.input;
        let refuse = |key, value: String, rule| Err(SpecError::Value { key, value, rule });
        if channels != 1 && channels != 3 {
            return refuse("input.channels", channels.to_string(), "1 or 3");
        }
        if !(8..=256).contains(&height) {
            return refuse("input.height", height.to_string(), "from 8 to 256");
        }
        if !(1..=64).contains(&time_stride) {
            return refuse("input.time-stride", time_stride.to_string(), "from 1 to 64");
        }
        if !(height..=MAX_WIDTH).contains(&max_width) {
            return refuse("input.max-width", max_width.to_string(), "from the height to 8192");
        }
        if !(1..=MULTIPLE_MAX).contains(&width_multiple) || !width_multiple.is_multiple_of(time_stride) {
            let rule = "a multiple of time-stride, from 1 to 256";
            return refuse("input.width-multiple", width_multiple.to_string(), rule);
        }
        let (key, divisor) = match normalization {
            Normalization::Fixed { std, .. } => ("input.normalization.fixed.std", std),
            Normalization::Line { min_std } => ("input.normalization.line.min-std", min_std),
        };
        if !(divisor.is_finite() && divisor > 0.0) {
            return refuse(key, divisor.to_string(), "a positive number");
        }
        match normalization {
            Normalization::Fixed { mean, .. } if !mean.is_finite() => {
                refuse("input.normalization.fixed.mean", mean.to_string(), "a number")
            }
            _ => Ok(self),
        }
    }
}

/// The most columns any model may ask for: it bounds memory and the decoder's steps.
const MAX_WIDTH: usize = 8192;

/// The most columns that padding may reach for: beyond it short lines would be mostly padding.
const MULTIPLE_MAX: usize = 256;

fn check_format(version: &Version) -> Result<(), SpecError> {
    if version.format > u64::from(FORMAT) {
        return Err(SpecError::Format { found: version.format });
    }
    if version.format == 0 {
        return Err(SpecError::Value { key: "format", value: "0".into(), rule: "1 or later" });
    }
    Ok(())
}

//! Reads prepared lines with a CTC model: load, check, run, decode.
//!
//! ```no_run
//! use labelcam::{alphabet::AllowList, image, preprocess::Region, recognizer::Recognizer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let recognizer = Recognizer::from_bytes(&std::fs::read("model.onnx")?)?;
//! let photo = image::decode(&std::fs::read("label.jpg")?)?;
//! let reading = recognizer.read(&photo, Region::whole(&photo), &AllowList::all())?;
//! println!("{} ({:.2})", reading.text, reading.confidence);
//! # Ok(()) }
//! ```

mod error;
mod network;
mod profile;
mod reading;

pub use crate::guard::silence_guarded_panics;
pub use error::{ModelError, ReadError};
pub use profile::OperatorTime;
pub use reading::{Character, Reading};

use sha2::{Digest, Sha256};

use crate::alphabet::AllowList;
use crate::ctc::{self, Scores};
use crate::image::Gray;
use crate::lexicon::Lexicon;
use crate::onnx;
use crate::preprocess::{self, LineInput, Region};
use crate::spec::{METADATA_KEY, OutputValues, Spec};
use network::Network;

/// A loaded model and what is needed to use it. Shared freely between threads.
#[derive(Debug)]
pub struct Recognizer {
    spec: Spec,
    digest: String,
    network: Network,
}

/// What may be read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions<'a> {
    /// The characters.
    pub allow: &'a AllowList,
    /// The words, where it is one of a list; made with the alphabet of the model.
    pub lexicon: Option<&'a Lexicon>,
}

/// The network's output for one line.
#[derive(Debug, Clone, PartialEq)]
pub struct LogProbabilities {
    /// `steps * classes` natural logarithms, row after row.
    pub values: Vec<f32>,
    /// Time steps T.
    pub steps: usize,
    /// Classes C.
    pub classes: usize,
}

impl Recognizer {
    /// Loads a model that carries its contract, as those of `labelcam-train export` do.
    ///
    /// # Errors
    /// [`ModelError`], when the bytes are no model, have no contract, or do not keep it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let proto = onnx::parse(bytes)?;
        let json = onnx::metadata(&proto, METADATA_KEY).ok_or(ModelError::NoContract)?;
        let spec = Spec::from_json(json)?;
        Self::new(bytes, proto, spec)
    }

    /// Loads a model made elsewhere, whose contract stands in a sidecar file.
    ///
    /// # Errors
    /// [`ModelError`], when the bytes are no model or do not keep `spec`.
    pub fn from_foreign(bytes: &[u8], spec: Spec) -> Result<Self, ModelError> {
        Self::new(bytes, onnx::parse(bytes)?, spec)
    }

    fn new(bytes: &[u8], proto: onnx::pb::ModelProto, spec: Spec) -> Result<Self, ModelError> {
        let network = Network::new(proto, &spec)?;
        Ok(Self { spec, digest: format!("{:x}", Sha256::digest(bytes)), network })
    }

    /// The model's contract.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// SHA-256 of the model file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Reads a region of an image as one line, choosing among the characters that `allow` allows.
    ///
    /// # Errors
    /// [`ReadError`], when the region cannot be a line or the network fails.
    pub fn read(&self, image: &Gray, region: Region, allow: &AllowList) -> Result<Reading, ReadError> {
        self.read_with(image, region, ReadOptions { allow, lexicon: None })
    }

    /// Reads a region of an image as one line, and where there is a lexicon as one of its words.
    ///
    /// The word is the likeliest of those that are near to what is read without a lexicon; where there is none, that is
    /// the reading, and it says so ([`Reading::unlisted`]).
    ///
    /// # Errors
    /// [`ReadError`], when the region cannot be a line, the network fails or the lexicon is of another alphabet.
    pub fn read_with(&self, image: &Gray, region: Region, options: ReadOptions<'_>) -> Result<Reading, ReadError> {
        let input = preprocess::line(image, region, &self.spec.input)?;
        let output = self.run(&input)?;
        let scores = Scores::new(&output.values, output.steps, output.classes)?;
        let decoded = ctc::greedy(scores, options.allow)?;
        let reading = |decoded| Reading::new(decoded, &self.spec, region);
        let Some(lexicon) = options.lexicon else { return Ok(reading(&decoded)) };
        Ok(match lexicon.nearest(&decoded, scores)? {
            None => Reading { unlisted: true, ..reading(&decoded) },
            Some(found) if found.distance == 0 => reading(&decoded),
            Some(found) => {
                let raw = decoded.text(&self.spec.alphabet).as_str().to_owned();
                Reading { raw: Some(raw), ..reading(&found.decoded(scores)) }
            }
        })
    }

    /// Runs the network on a prepared line.
    ///
    /// # Errors
    /// [`ReadError`], when the network fails or gives other numbers than its contract says.
    pub fn run(&self, input: &LineInput) -> Result<LogProbabilities, ReadError> {
        let mut output = self.network.run(input)?;
        match self.spec.output.values {
            OutputValues::LogProbabilities => {}
            OutputValues::Probabilities => output.values.iter_mut().for_each(|p| *p = p.max(0.0).ln()),
            OutputValues::Logits => ctc::log_softmax_in_place(&mut output.values, output.classes)?,
        }
        Ok(output)
    }
}

//! The models of a comparison.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::line::Side;
use crate::alphabet::AllowList;
use crate::cmd::model;
use crate::evaluate::Reader;
use crate::recognizer::Recognizer;
use crate::reference::ModelIdentity;

/// Which models are compared.
#[derive(Debug, clap::Args)]
pub(super) struct ModelsArgs {
    /// Float model, ONNX.
    #[arg(long, value_name = "FILE")]
    float: Option<PathBuf>,
    /// Int8 model, ONNX, or whatever else is to read as the float model does.
    #[arg(long, value_name = "FILE")]
    int8: Option<PathBuf>,
    /// TOML file that describes models made elsewhere; see models/README.md.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

/// A model of a comparison.
#[derive(Debug)]
pub(super) struct Opened {
    /// Which it is.
    pub(super) side: Side,
    /// Its file.
    pub(super) path: PathBuf,
    /// Size of the file in bytes.
    pub(super) bytes: usize,
    /// Its digests.
    pub(super) identity: ModelIdentity,
    /// The model.
    pub(super) recognizer: Recognizer,
    allow: AllowList,
}

impl ModelsArgs {
    /// How many models are named.
    pub(super) fn count(&self) -> usize {
        usize::from(self.float.is_some()) + usize::from(self.int8.is_some())
    }

    /// The models named, float before int8.
    pub(super) fn open(&self) -> Result<Vec<Opened>> {
        let named = [(Side::Float, &self.float), (Side::Int8, &self.int8)];
        let named = named.into_iter().filter_map(|(side, path)| Some((side, path.clone()?)));
        named.map(|(side, path)| self.open_one(side, path)).collect()
    }

    fn open_one(&self, side: Side, path: PathBuf) -> Result<Opened> {
        let unusable = || format!("cannot use the model {}", path.display());
        let recognizer = model::load(&path, self.spec.as_deref()).with_context(unusable)?;
        let bytes = fs::read(&path).with_context(unusable)?;
        let identity = ModelIdentity::of(&bytes, recognizer.spec()).with_context(unusable)?;
        Ok(Opened { side, path, bytes: bytes.len(), identity, recognizer, allow: AllowList::all() })
    }
}

impl Opened {
    /// What reads lines with this model.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { recognizer: &self.recognizer, allow: &self.allow, lexicon: None }
    }
}

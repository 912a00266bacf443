//! Labelled sets as the network takes them.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use labelcam::dataset::{self, Entry};
use labelcam::preprocess::{self, Region};
use labelcam::spec::InputSpec;
use rayon::prelude::*;

use crate::config::Config;
use crate::contract;
use crate::loader::Example;

/// The entries of a set; the pictures are read when asked for.
#[derive(Debug)]
pub struct Folder {
    entries: Vec<Entry>,
}

impl Folder {
    /// Reads the labels of the set in `folder`.
    ///
    /// # Errors
    /// When there is no `labels.tsv`, or it is empty or malformed.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { entries: dataset::entries(folder)? })
    }

    /// Pictures in the set, 1 or more.
    #[expect(clippy::len_without_is_empty, reason = "a set is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The lines of a range, as the network takes them.
    ///
    /// # Errors
    /// When a picture is missing, damaged, or no line for this model, or a text has a character outside the alphabet.
    pub fn examples(&self, range: Range<usize>, config: &Config) -> Result<Vec<Example>> {
        let spec = contract::input(config);
        self.entries[range].par_iter().map(|entry| example(entry, config, &spec)).collect()
    }
}

fn example(entry: &Entry, config: &Config, spec: &InputSpec) -> Result<Example> {
    let named = || format!("cannot use {}", entry.path.display());
    let picture = dataset::picture(&entry.path)?;
    let input = preprocess::line(&picture, Region::whole(&picture), spec).with_context(named)?;
    let label = config.alphabet.encode(&entry.text).with_context(named)?;
    Ok(Example { input, label, text: entry.text.clone() })
}

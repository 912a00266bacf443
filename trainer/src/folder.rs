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
    name: String,
    entries: Vec<Entry>,
}

/// A line of a set, known by its file and by the bytes of its picture.
#[derive(Debug, Clone)]
pub struct Named {
    /// File name within the set.
    pub file: String,
    /// SHA-256 of the picture's bytes, in hexadecimal.
    pub sha256: String,
    /// The line.
    pub example: Example,
}

impl Folder {
    /// Reads the labels of the set in `folder`.
    ///
    /// # Errors
    /// When there is no `labels.tsv`, or it is empty or malformed.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { name: dataset::set_name(folder), entries: dataset::entries(folder)? })
    }

    /// The set's name, that of the folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
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
        Ok(self.named(range, config)?.into_iter().map(|line| line.example).collect())
    }

    /// As [`Self::examples`], with what each line is known by.
    ///
    /// # Errors
    /// As [`Self::examples`].
    pub fn named(&self, range: Range<usize>, config: &Config) -> Result<Vec<Named>> {
        let spec = contract::input(config);
        self.entries[range].par_iter().map(|entry| named(entry, config, &spec)).collect()
    }
}

fn named(entry: &Entry, config: &Config, spec: &InputSpec) -> Result<Named> {
    let context = || format!("cannot use {}", entry.path.display());
    let (picture, sha256) = dataset::picture_with_digest(&entry.path)?;
    let input = preprocess::line(&picture, Region::whole(&picture), spec).with_context(context)?;
    let label = config.alphabet.encode(&entry.text).with_context(context)?;
    let example = Example { input, label, text: entry.text.clone() };
    Ok(Named { file: entry.file.clone(), sha256, example })
}

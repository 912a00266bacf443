//! What the commands that read whole sets share.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::evaluate::Rules;
use crate::parallel;

/// The options of every command that reads whole sets.
#[derive(Debug, clap::Args)]
pub(super) struct EvaluationArgs {
    /// Normalization of every set, or of one: `no-blanks`, `fold-case`, `fold-width`, `alphanumeric` joined by `+`, or
    /// `exact` [default: no-blanks+fold-case+fold-width].
    #[arg(long, value_name = "[SET=]RULES")]
    normalize: Vec<String>,
    /// Lines to read at a time, each on a thread of its own; the texts are the same with any number [default: all of the
    /// processor's threads].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl EvaluationArgs {
    /// The normalizations of `--normalize`.
    pub(super) fn rules(&self) -> Result<Rules> {
        Rules::parse(&self.normalize).context("in --normalize")
    }

    /// Lines to read at a time.
    pub(super) fn threads(&self) -> usize {
        self.threads.map_or_else(parallel::available, usize::from)
    }
}

/// Those of the paths that are folders; files among them, which `sets/*` may bring along, are named and passed over.
pub(super) fn folders(paths: &[PathBuf]) -> Result<Vec<&Path>> {
    let (folders, others): (Vec<&Path>, Vec<_>) = paths.iter().map(PathBuf::as_path).partition(|path| path.is_dir());
    for other in others {
        ensure!(other.exists(), "there is no folder {}", other.display());
        eprintln!("labelcam: {} is no folder and is passed over", other.display());
    }
    ensure!(!folders.is_empty(), "none of the paths is a folder: name labelled sets, folders with a labels.tsv");
    Ok(folders)
}

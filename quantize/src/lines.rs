//! The lines that a model is calibrated and measured on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use labelcam::dataset;
use labelcam::evaluate::Set;
use labelcam::preprocess::{self, LineInput, Region};
use labelcam::spec::InputSpec;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// A line, prepared as the model wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The picture.
    pub path: PathBuf,
    /// What it says, if that is known.
    pub text: Option<String>,
    /// The network's input.
    pub input: LineInput,
}

/// The pictures that a path stands for: a labelled set, a folder of pictures, or one picture.
///
/// # Errors
/// When the folder cannot be read, has no pictures, or has a malformed labels file.
pub fn files(path: &Path) -> Result<Vec<(PathBuf, Option<String>)>> {
    if !path.is_dir() {
        return Ok(vec![(path.to_owned(), None)]);
    }
    Ok(Set::open(path)?.lines.into_iter().map(|line| (line.path, line.truth)).collect())
}

/// Reads and prepares the lines of paths, at most `most` of them, evenly chosen; in the order of their widths, so that
/// lines of one width are run one after the other.
///
/// # Errors
/// When a picture cannot be read or cannot be a line, with its name.
pub fn read(paths: &[PathBuf], most: usize, spec: &InputSpec) -> Result<Vec<Line>> {
    let mut named = Vec::new();
    for path in paths {
        named.extend(files(path).with_context(|| format!("cannot take lines from {}", path.display()))?);
    }
    ensure!(most > 0, "at least one line is needed");
    let taken = most.min(named.len());
    let chosen: Vec<_> = (0..taken).map(|at| named[at * named.len() / taken].clone()).collect();
    let line = |(path, text): (PathBuf, Option<String>)| -> Result<Line> {
        let picture = dataset::picture(&path)?;
        let input = preprocess::line(&picture, Region::whole(&picture), spec)
            .with_context(|| format!("{} cannot be a line", path.display()))?;
        Ok(Line { path, text, input })
    };
    let mut lines = chosen.into_par_iter().map(line).collect::<Result<Vec<_>>>()?;
    lines.sort_by_key(|line| line.input.width());
    Ok(lines)
}

/// SHA-256 of the lines as the network gets them, in hexadecimal; the order in which they were named does not matter.
pub fn digest(lines: &[Line]) -> String {
    let of_line = |line: &Line| {
        let mut digest = Sha256::new();
        line.input.pixels().iter().for_each(|value| digest.update(value.to_le_bytes()));
        digest.finalize()
    };
    let mut digests: Vec<_> = lines.iter().map(of_line).collect();
    digests.sort_unstable();
    let mut whole = Sha256::new();
    for digest in digests {
        whole.update(digest);
    }
    format!("{:x}", whole.finalize())
}

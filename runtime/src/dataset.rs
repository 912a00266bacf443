//! Labelled sets: a folder of pictures, each of one line, with `labels.tsv`; and scenes: a folder of pictures of labels,
//! with `scenes.jsonl`.
//!
//! Each row of `labels.tsv` is a file name, a tab, and the text, in UTF-8. Empty rows are skipped.

mod scenes;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::image::{self, Gray, ImageError};
pub use scenes::{SCENES, SceneEntry, scenes};

/// The name of the file with the texts.
pub const LABELS: &str = "labels.tsv";

/// The endings of the pictures that a folder is searched for.
const PICTURES: [&str; 4] = ["bmp", "jpeg", "jpg", "png"];

/// A labelled line of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The picture's file name, as the labels file has it.
    pub file: String,
    /// The picture.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// Why a file or folder cannot be used.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder without a labels file.
    #[error("{folder} has no {LABELS}: a labelled set needs one, with a file name, a tab and the text in each row")]
    NoLabels {
        /// The folder.
        folder: PathBuf,
    },
    /// A labels file without a single row.
    #[error("{path} has no rows: it needs a file name, a tab and the text in each")]
    Empty {
        /// The labels file.
        path: PathBuf,
    },
    /// A row without a tab.
    #[error("row {row} of {path} has no tab: write a file name, a tab and the text")]
    NoTab {
        /// The labels file.
        path: PathBuf,
        /// The row, from 1.
        row: usize,
    },
    /// A row of a scenes file that is none.
    #[error("row {row} of {path} is no scene ({reason}): write it with `labelcam-train synth --scenes`")]
    Scene {
        /// The scenes file.
        path: PathBuf,
        /// The row, from 1.
        row: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder without pictures.
    #[error("{folder} has no pictures in it (files ending in {})", PICTURES.join(", "))]
    NoPictures {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that is no picture, or a damaged one.
    #[error("cannot read {path}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImageError,
    },
}

/// The entries of a labelled set, in the order of its labels file.
///
/// # Errors
/// [`DatasetError`], when the labels file is missing, empty or malformed. The pictures are not looked at.
pub fn entries(folder: &Path) -> Result<Vec<Entry>, DatasetError> {
    let path = folder.join(LABELS);
    if folder.is_dir() && !path.exists() {
        return Err(DatasetError::NoLabels { folder: folder.to_owned() });
    }
    let text = fs::read_to_string(&path).map_err(|source| DatasetError::Read { path: path.clone(), source })?;
    let mut entries = Vec::new();
    for (row, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Some((file, text)) = line.split_once('\t') else { return Err(DatasetError::NoTab { path, row }) };
        entries.push(Entry { file: file.to_owned(), path: folder.join(file), text: text.to_owned() });
    }
    if entries.is_empty() {
        return Err(DatasetError::Empty { path });
    }
    Ok(entries)
}

/// The name of a set: that of its folder, without the path to it.
#[must_use]
pub fn set_name(folder: &Path) -> String {
    // `.` and `..` have a name only once they are resolved.
    let named = folder.file_name().map(ToOwned::to_owned);
    let named = named.or_else(|| folder.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
    named.map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The pictures of a folder by name, not those of its subfolders.
///
/// # Errors
/// [`DatasetError`], when the folder cannot be read or has no pictures.
pub fn pictures(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let failed = |source| DatasetError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_picture(&path) {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(DatasetError::NoPictures { folder: folder.to_owned() });
    }
    found.sort();
    Ok(found)
}

/// What a path given by a user stands for: the pictures of a folder, or the one file.
///
/// # Errors
/// As [`pictures`], for a folder; whether a file is a picture is not looked at.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    if path.is_dir() { pictures(path) } else { Ok(vec![path.to_owned()]) }
}

/// Reads and decodes a picture.
///
/// # Errors
/// [`DatasetError`], when it cannot be read or is none.
pub fn picture(path: &Path) -> Result<Gray, DatasetError> {
    decoded(path, &read(path)?)
}

/// As [`picture`], with the SHA-256 of the file's bytes in hexadecimal, which tells it from every other picture.
///
/// # Errors
/// As [`picture`].
pub fn picture_with_digest(path: &Path) -> Result<(Gray, String), DatasetError> {
    let bytes = read(path)?;
    Ok((decoded(path, &bytes)?, format!("{:x}", Sha256::digest(&bytes))))
}

fn read(path: &Path) -> Result<Vec<u8>, DatasetError> {
    fs::read(path).map_err(|source| DatasetError::Read { path: path.to_owned(), source })
}

fn decoded(path: &Path, bytes: &[u8]) -> Result<Gray, DatasetError> {
    image::decode(bytes).map_err(|source| DatasetError::Picture { path: path.to_owned(), source })
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    fn entries_of(labels: &str) -> Result<Vec<(String, String)>, DatasetError> {
        let folder = folder(&[(LABELS, labels)]);
        let entries = entries(folder.path())?;
        assert!(entries.iter().all(|entry| entry.path == folder.path().join(&entry.file)));
        Ok(entries.into_iter().map(|entry| (entry.file, entry.text)).collect())
    }

    #[test]
    fn entries_are_files_and_texts_in_the_order_of_the_rows() {
        let entries = entries_of("b.png\tB\r\n\na/a.png\tA 1\tx\n").unwrap();
        assert_eq!(entries, [("b.png", "B"), ("a/a.png", "A 1\tx")].map(|(f, t)| (f.to_owned(), t.to_owned())));
    }

    #[test]
    fn a_set_without_labels_is_told_from_a_missing_one() {
        let folder = folder(&[]);
        assert!(matches!(entries(folder.path()), Err(DatasetError::NoLabels { folder: of }) if of == folder.path()));
        let missing = folder.path().join("gone");
        assert!(matches!(entries(&missing), Err(DatasetError::Read { path, .. }) if path == missing.join(LABELS)));
    }

    #[test]
    fn labels_without_rows_are_refused() {
        for labels in ["", "\n \n"] {
            assert!(matches!(entries_of(labels), Err(DatasetError::Empty { .. })), "{labels:?}");
        }
    }

    #[test]
    fn a_row_without_a_tab_is_counted_with_the_empty_ones() {
        assert!(matches!(entries_of("a.png\tA\n\nb.png B\n"), Err(DatasetError::NoTab { row: 3, .. })));
    }

    #[test]
    fn labels_that_are_no_utf8_cannot_be_read() {
        let folder = folder(&[]);
        fs::write(folder.path().join(LABELS), b"a.png\t\xff\n").unwrap();
        assert!(matches!(entries(folder.path()), Err(DatasetError::Read { .. })));
    }

    #[test]
    fn pictures_are_those_of_the_folder_by_name() {
        let folder = folder(&[("b.JPG", ""), ("a.png", ""), ("c.txt", ""), ("d", ""), (LABELS, "")]);
        let names: Vec<_> = pictures(folder.path()).unwrap();
        assert_eq!(names, [folder.path().join("a.png"), folder.path().join("b.JPG")]);
    }

    #[test]
    fn a_folder_without_pictures_or_without_itself_is_refused() {
        let folder = folder(&[("a.txt", "")]);
        assert!(matches!(pictures(folder.path()), Err(DatasetError::NoPictures { .. })));
        assert!(matches!(pictures(&folder.path().join("gone")), Err(DatasetError::Read { .. })));
    }

    #[test]
    fn a_set_has_the_name_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("wires/small")).unwrap();
        for (path, name) in [("wires", "wires"), ("wires/", "wires"), ("wires/small/..", "wires"), ("none", "none")] {
            assert_eq!(set_name(&folder.path().join(path)), name, "{path}");
        }
    }

    #[test]
    fn a_picture_is_told_by_the_digest_of_its_bytes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/lines/date.png");
        let (read, digest) = picture_with_digest(&path).unwrap();
        assert_eq!(read, picture(&path).unwrap());
        // As `sha256sum` has it.
        assert_eq!(digest, "3701b01acba9bc65204add9b5043187437f9211cbfbd2d9e67bfc748d1cb594e");
    }

    #[test]
    fn a_missing_picture_is_told_from_a_bad_one() {
        let folder = folder(&[("a.png", "no picture")]);
        assert!(matches!(picture(&folder.path().join("b.png")), Err(DatasetError::Read { .. })));
        let bad = folder.path().join("a.png");
        let error = picture(&bad).unwrap_err();
        assert!(matches!(&error, DatasetError::Picture { path, source: ImageError::Format } if *path == bad));
    }
}

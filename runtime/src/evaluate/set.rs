//! The lines of a folder, labelled or not.

use std::path::{Path, PathBuf};

use ::image::ImageReader;

use crate::dataset::{self, DatasetError, LABELS};

/// A line of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The picture's file name within its set.
    pub file: String,
    /// The picture.
    pub path: PathBuf,
    /// What it says; none where nobody wrote it down.
    pub truth: Option<String>,
}

/// A folder of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The folder's own name.
    pub name: String,
    /// Whether the lines have labels.
    pub labelled: bool,
    /// One line or more, in the order of the labels file, else by name.
    pub lines: Vec<Line>,
}

impl Set {
    /// The set in a folder with a labels file.
    ///
    /// # Errors
    /// [`DatasetError`], when there is no labels file, or none of this form.
    pub fn labelled(folder: &Path) -> Result<Self, DatasetError> {
        let line = |entry: dataset::Entry| Line { file: entry.file, path: entry.path, truth: Some(entry.text) };
        let lines = dataset::entries(folder)?.into_iter().map(line).collect();
        Ok(Self { name: dataset::set_name(folder), labelled: true, lines })
    }

    /// The set in a folder, which without a labels file is its pictures.
    ///
    /// # Errors
    /// [`DatasetError`], as [`Self::labelled`]; also when there are neither labels nor pictures.
    pub fn open(folder: &Path) -> Result<Self, DatasetError> {
        if !folder.is_dir() || folder.join(LABELS).exists() {
            return Self::labelled(folder);
        }
        let line = |path: PathBuf| Line { file: dataset::set_name(&path), path, truth: None };
        let lines = dataset::pictures(folder)?.into_iter().map(line).collect();
        Ok(Self { name: dataset::set_name(folder), labelled: false, lines })
    }
}

/// The places of the lines, from the narrowest for its height to the widest; those that cannot be looked at come first.
pub(super) fn by_shape(lines: &[Line]) -> Vec<usize> {
    let ratio = |line: &Line| {
        let (width, height) = ImageReader::open(&line.path).ok()?.with_guessed_format().ok()?.into_dimensions().ok()?;
        Some(f64::from(width) / f64::from(height))
    };
    let ratios: Vec<f64> = lines.iter().map(|line| ratio(line).unwrap_or(0.0)).collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|&a, &b| ratios[a].total_cmp(&ratios[b]));
    order
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn picture(path: &Path, width: u32) {
        image::GrayImage::new(width, 20).save(path).unwrap();
    }

    #[test]
    fn a_folder_with_labels_is_a_labelled_set_and_one_without_is_its_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let (labelled, bare) = (folder.path().join("labelled"), folder.path().join("bare"));
        for set in [&labelled, &bare] {
            fs::create_dir(set).unwrap();
            for name in ["b.png", "a.png"] {
                picture(&set.join(name), 30);
            }
        }
        fs::write(labelled.join(LABELS), "b.png\tB\n").unwrap();
        let files =
            |set: &Set| set.lines.iter().map(|line| (line.file.clone(), line.truth.clone())).collect::<Vec<_>>();
        let set = Set::open(&labelled).unwrap();
        assert_eq!((set.name.as_str(), set.labelled), ("labelled", true));
        assert_eq!(files(&set), [("b.png".into(), Some("B".into()))]);
        let set = Set::open(&bare).unwrap();
        assert_eq!((set.name.as_str(), set.labelled), ("bare", false));
        assert_eq!(files(&set), [("a.png".into(), None), ("b.png".into(), None)]);
        assert!(matches!(Set::labelled(&bare), Err(DatasetError::NoLabels { .. })));
    }

    #[test]
    fn lines_are_ordered_by_shape_with_the_unreadable_first() {
        let folder = tempfile::tempdir().unwrap();
        let line = |(name, width): (&str, Option<u32>)| {
            let path = folder.path().join(name);
            if let Some(width) = width {
                picture(&path, width);
            }
            Line { file: name.into(), path, truth: None }
        };
        let lines = [("wide.png", Some(90)), ("narrow.png", Some(10)), ("gone.png", None), ("middle.png", Some(40))];
        assert_eq!(by_shape(&lines.map(line)), [2, 1, 3, 0]);
    }
}

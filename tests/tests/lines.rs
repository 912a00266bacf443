//! Twelve lines made by our own renderer, plain enough for any model that is worth shipping.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::dataset;
use labelcam::image::Gray;

/// A line with its label.
pub(crate) struct Line {
    /// File name.
    pub(crate) name: String,
    /// What it says.
    pub(crate) text: String,
    /// The picture.
    pub(crate) picture: Gray,
}

/// The labelled set with the lines.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/lines")
}

/// The lines in the order of their labels, which is that of their names.
pub(crate) fn all() -> Vec<Line> {
    let line = |entry: dataset::Entry| Line {
        name: entry.path.file_name().expect("an entry is a file").to_string_lossy().into_owned(),
        picture: dataset::picture(&entry.path).expect("the pictures of the repository are whole"),
        text: entry.text,
    };
    dataset::entries(&folder()).expect("the labels of the repository are whole").into_iter().map(line).collect()
}

/// Makes a labelled set in `folder` of the first `count` lines, each label as `label` makes it from the true one.
pub(crate) fn copy(folder: &Path, count: usize, label: impl Fn(&str) -> String) {
    fs::create_dir_all(folder).expect("a temporary folder takes folders");
    let mut rows = Vec::new();
    for line in all().into_iter().take(count) {
        fs::copy(self::folder().join(&line.name), folder.join(&line.name)).expect("a temporary folder takes pictures");
        rows.push(format!("{}\t{}", line.name, label(&line.text)));
    }
    fs::write(folder.join(dataset::LABELS), rows.join("\n")).expect("a temporary folder takes labels");
}

//! A file that is replaced whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes `bytes` to `path` by [`replace_with`].
///
/// # Errors
/// As [`replace_with`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_with(path, |partial| Ok(File::create(partial)?.write_all(bytes)?))
}

/// Has `write` make a file beside `path` and then renames it over `path`, so that a full disk or a power cut leaves the
/// old file whole.
///
/// # Errors
/// When the file cannot be written; what was at `path` is then as it was.
pub fn replace_with(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let written = write(partial)
        .and_then(|()| Ok(File::open(partial)?.sync_all()?))
        .and_then(|()| Ok(fs::rename(partial, path)?));
    if written.is_err() {
        // What is there of the partial file only takes space; that it cannot be removed adds nothing to the error.
        let _ = fs::remove_file(partial);
    }
    written.with_context(|| {
        format!(
            "cannot write {}: free some space or choose another folder; what was there before is whole",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        replace(&path, b"old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");

        // A folder of this name cannot be replaced by a file, after all bytes were written beside it.
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("inside")).unwrap();
        let error = replace(&taken, b"new").unwrap_err().to_string();
        assert!(error.contains("taken: free some space"), "{error}");
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["model.onnx", "taken"]);
    }
}

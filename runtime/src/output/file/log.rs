//! The file itself: whole lines, and rotation.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{FileOptions, Sync};

/// A file that lines are appended to.
#[derive(Debug)]
pub(super) struct Log {
    options: FileOptions,
    open: Option<Open>,
}

/// The file, open.
#[derive(Debug)]
struct Open {
    file: File,
    /// The size up to which it holds whole lines.
    length: u64,
    /// Whether a part of a line may follow, which a failed write left there.
    is_torn: bool,
}

impl Log {
    pub(super) fn new(options: FileOptions) -> Self {
        Self { options, open: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.options.path
    }

    /// Appends a line with its end: all of it, or after an error nothing, once it is called again.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.open()?;
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.length > 0 && open.length + line.len() as u64 > self.options.max_bytes)
        {
            self.rotate()?;
            self.open()?;
        }
        let open = self.open.as_mut().expect("it was opened above");
        open.append(line, self.options.sync)
    }

    /// Opens the file where it is not open, or where another one was put in its place; and repairs its end.
    pub(super) fn open(&mut self) -> io::Result<()> {
        let path = &self.options.path;
        if let Some(open) = &mut self.open
            && open.is_at(path)
        {
            return open.repair();
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        if !ends_line(&mut file)? {
            // The rest of a line that a crash cut short; what follows is to be readable.
            file.write_all(b"\n")?;
        }
        if self.options.sync == Sync::Each {
            File::open(folder(path))?.sync_all()?;
        }
        self.remove_beyond();
        let length = file.metadata()?.len();
        self.open = Some(Open { file, length, is_torn: false });
        Ok(())
    }

    /// Renames the file to number 1, and the others up by one as far as there is no gap; the last one goes.
    ///
    /// A rotation that failed half-way left a gap and is taken up there: no file is shifted twice.
    fn rotate(&mut self) -> io::Result<()> {
        self.open = None;
        let keep = self.options.keep;
        if keep == 0 {
            return fs::remove_file(&self.options.path);
        }
        let gap = (1..keep).find(|&number| !self.rotated(number).exists()).unwrap_or(keep);
        for number in (1..gap).rev() {
            fs::rename(self.rotated(number), self.rotated(number + 1))?;
        }
        fs::rename(&self.options.path, self.rotated(1))
    }

    /// Removes what an earlier configuration kept more.
    fn remove_beyond(&self) {
        let mut beyond = (self.options.keep + 1..).map(|number| self.rotated(number));
        // Up to the first that is not there, or cannot be removed: then it only takes its room.
        while beyond.next().is_some_and(|path| fs::remove_file(path).is_ok()) {}
    }

    /// The path of a rotated file: `readings.1.jsonl` for `readings.jsonl`.
    fn rotated(&self, number: u32) -> PathBuf {
        let path = &self.options.path;
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(format!(".{number}"));
        if let Some(ending) = path.extension() {
            name.push(".");
            name.push(ending);
        }
        path.with_file_name(name)
    }
}

impl Open {
    /// Whether this is the file at `path`, and not one that was moved away; takes up what others did to its length.
    fn is_at(&mut self, path: &Path) -> bool {
        let (Ok(mine), Ok(there)) = (self.file.metadata(), fs::metadata(path)) else { return false };
        if !self.is_torn {
            self.length = mine.len();
        }
        (mine.dev(), mine.ino()) == (there.dev(), there.ino())
    }

    /// Cuts off a part of a line.
    fn repair(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.length)?;
            self.is_torn = false;
        }
        Ok(())
    }

    fn append(&mut self, line: &[u8], sync: Sync) -> io::Result<()> {
        let mut rest = line;
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            // Until the line is whole, so that an error on the way leaves it set.
            self.is_torn = true;
        }
        if sync == Sync::Each {
            // What an error leaves of the line on the disk is unknown: it stays torn and is written anew.
            self.file.sync_data()?;
        }
        self.is_torn = false;
        self.length += line.len() as u64;
        Ok(())
    }
}

/// Whether what comes next begins a line.
fn ends_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of files with ten bytes each.
    fn log(folder: &tempfile::TempDir, keep: u32) -> Log {
        let path = folder.path().join("readings.jsonl");
        Log::new(FileOptions { path, max_bytes: 10, keep, sync: Sync::Each, ..FileOptions::default() })
    }

    fn append(log: &mut Log, lines: &[&str]) {
        for line in lines {
            log.append(format!("{line}\n").as_bytes()).unwrap();
        }
    }

    /// The files' names and contents, by name.
    fn files(folder: &tempfile::TempDir) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut files: Vec<_> = entries.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
        files.sort();
        files
    }

    #[test]
    fn files_are_rotated_between_lines_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(&folder, 2);
        // Two of these fill a file exactly; the long one has one for itself.
        append(&mut log, &["aaaa", "bbbb", "cccc", "dddd", "eeee", "longer than a file", "ffff"]);
        let found = files(&folder);
        let names = ["readings.1.jsonl", "readings.2.jsonl", "readings.jsonl"];
        let contents = ["longer than a file\n", "eeee\n", "ffff\n"];
        assert_eq!(found, names.iter().zip(contents).map(|(n, c)| ((*n).into(), c.into())).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_kept_where_nothing_is_to_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        append(&mut log(&folder, 2), &["aaaaaaaa", "bbbbbbbb", "cccccccc"]);
        append(&mut log(&folder, 0), &["dddddddd"]);
        assert_eq!(files(&folder), [("readings.jsonl".into(), "dddddddd\n".into())]);
    }

    #[test]
    fn a_rotation_that_was_cut_short_is_taken_up_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(&folder, 3);
        append(&mut log, &["aaaaaaaa", "bbbbbbbb", "cccccccc"]);
        // As after a crash when `2` was already renamed to `3` and `1` to `2`.
        for number in [2, 1] {
            fs::rename(log.rotated(number), log.rotated(number + 1)).unwrap();
        }
        append(&mut log, &["dddddddd"]);
        let contents: Vec<_> = files(&folder).into_iter().map(|(_, content)| content).collect();
        assert_eq!(contents, ["cccccccc\n", "bbbbbbbb\n", "aaaaaaaa\n", "dddddddd\n"]);
    }

    #[test]
    fn after_a_crash_within_a_line_the_next_begins_a_fresh_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("readings.jsonl"), "aa\nb").unwrap();
        append(&mut log(&folder, 1), &["cc"]);
        assert_eq!(files(&folder), [("readings.jsonl".into(), "aa\nb\ncc\n".into())]);
    }

    #[test]
    fn what_a_failed_write_left_of_a_line_is_cut_off_before_the_next_try() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(&folder, 1);
        append(&mut log, &["aa"]);
        let open = log.open.as_mut().unwrap();
        open.file.write_all(b"bb").unwrap();
        open.is_torn = true;
        append(&mut log, &["bbb"]);
        assert_eq!(files(&folder), [("readings.jsonl".into(), "aa\nbbb\n".into())]);
    }

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = log(&folder, 1);
        append(&mut log, &["aa"]);
        fs::rename(log.path(), folder.path().join("moved")).unwrap();
        append(&mut log, &["bb"]);
        assert_eq!(files(&folder), [("moved".into(), "aa\n".into()), ("readings.jsonl".into(), "bb\n".into())]);
    }

    #[test]
    fn a_full_disk_is_an_error_each_time_and_tears_nothing() {
        let mut log = Log::new(FileOptions { path: "/dev/full".into(), ..FileOptions::default() });
        for _ in 0..2 {
            assert_eq!(log.append(b"a\n").unwrap_err().kind(), ErrorKind::StorageFull);
        }
    }
}

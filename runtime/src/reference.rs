//! Reference files: what a model read of labelled lines, to be compared with elsewhere.
//!
//! A training machine writes one with `labelcam-train eval --reference`, any machine with `labelcam eval --reference`,
//! and `labelcam compare --reference` holds the readings of a board against it.
//!
//! A file is JSON lines in UTF-8: a [`Header`], then a [`Line`] for each picture. A line is known by its set, its file
//! name and the SHA-256 of the picture's bytes, so that both sides prove to have read the same picture; the header
//! counts the lines, so that a file which was cut off is known for one.

mod error;
mod model;
#[cfg(test)]
mod tests;

pub use error::ReferenceError;
pub use model::{Match, ModelIdentity};

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What `kind` says in the header of every reference file.
pub const KIND: &str = "labelcam-reference";

/// The version of the format that this program writes, and the latest that it reads.
pub const FORMAT: u32 = 1;

/// What a model read of labelled lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Where the readings come from.
    pub header: Header,
    /// The readings; no two are of one file of one set.
    pub lines: Vec<Line>,
}

/// Where the readings come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`KIND`].
    pub kind: String,
    /// Version of the format, see [`FORMAT`].
    pub format: u32,
    /// What the network ran on: `cpu`, or `cuda:0` and the name of the card.
    pub device: String,
    /// What ran the network: `PyTorch 2.11.0`, `tract 0.23.9`.
    pub library: String,
    /// What wrote the file: `labelcam-train 0.1.0`.
    pub program: String,
    /// The model.
    pub model: ModelIdentity,
    /// What was read, for people: `wires, receipts`, `rendered lines`.
    pub data: String,
    /// Lines that follow.
    pub lines: usize,
}

/// A reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The set: the name of its folder.
    pub set: String,
    /// The picture's file name within the set.
    pub file: String,
    /// SHA-256 of the picture's bytes, in hexadecimal.
    pub sha256: String,
    /// What was read.
    pub text: String,
    /// The confidence in it, 0 to 1.
    pub confidence: f32,
    /// What the label said when this was read.
    pub truth: String,
}

/// Of a header, the part that tells whether the rest can be understood.
#[derive(Deserialize)]
struct Version {
    kind: String,
    format: u64,
}

impl Header {
    /// The header of a file that `program` writes of what `library` made of `data` on `device`; the lines are not
    /// counted yet.
    #[must_use]
    pub fn new(program: &str, [device, library, data]: [&str; 3], model: ModelIdentity) -> Self {
        let [device, library, data] = [device, library, data].map(str::to_owned);
        Self { kind: KIND.into(), format: FORMAT, device, library, program: program.into(), model, data, lines: 0 }
    }
}

impl Reference {
    /// Joins a header and the lines, which it is made to count.
    #[must_use]
    pub fn new(header: Header, lines: Vec<Line>) -> Self {
        Self { header: Header { lines: lines.len(), ..header }, lines }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReferenceError`], when it cannot be read, or as [`Self::parse`].
    pub fn read(path: &Path) -> Result<Self, ReferenceError> {
        Self::parse(&fs::read(path).map_err(ReferenceError::Read)?)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`ReferenceError`], with the number of the line, when it is no reference file, a later or a damaged one.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReferenceError> {
        let mut rows = (1..).zip(bytes.split(|&byte| byte == b'\n')).filter(|(_, row)| !row.trim_ascii().is_empty());
        let (_, first) = rows.next().ok_or(ReferenceError::Empty)?;
        let header = header(first)?;
        let lines = rows.map(|(number, row)| Ok((number, line(number, row)?))).collect::<Result<Vec<_>, _>>()?;
        if lines.len() != header.lines {
            return Err(ReferenceError::Count { expected: header.lines, found: lines.len() });
        }
        let mut places = HashMap::new();
        for (number, Line { set, file, .. }) in &lines {
            if let Some(first) = places.insert((set, file), *number) {
                let name = format!("{set}/{file}");
                return Err(ReferenceError::Twice { line: *number, first, name });
            }
        }
        Ok(Self { header, lines: lines.into_iter().map(|(_, line)| line).collect() })
    }

    /// The text of a file.
    ///
    /// # Panics
    /// Never: headers and lines have only string keys, and a confidence that is no number is written as null.
    #[must_use]
    pub fn to_jsonl(&self) -> String {
        let mut text = serde_json::to_string(&self.header).expect("a header has only string keys");
        for line in &self.lines {
            text.push('\n');
            text.push_str(&serde_json::to_string(line).expect("a line has only string keys"));
        }
        text.push('\n');
        text
    }
}

fn header(row: &[u8]) -> Result<Header, ReferenceError> {
    // Whatever has no `kind` and `format` is of another sort: a photograph, a log.
    let version: Version = serde_json::from_slice(row).map_err(|_| ReferenceError::Kind)?;
    if version.kind != KIND {
        return Err(ReferenceError::Kind);
    }
    if version.format != u64::from(FORMAT) {
        return Err(ReferenceError::Format { found: version.format });
    }
    serde_json::from_slice(row).map_err(|error| ReferenceError::Line { line: 1, cause: cause(&error) })
}

fn line(number: usize, row: &[u8]) -> Result<Line, ReferenceError> {
    let refuse = |cause| Err(ReferenceError::Line { line: number, cause });
    let line: Line = match serde_json::from_slice(row) {
        Ok(line) => line,
        Err(error) => return refuse(cause(&error)),
    };
    if !(0.0..=1.0).contains(&line.confidence) {
        return refuse(format!("the confidence is {} and must be from 0 to 1", line.confidence));
    }
    if line.sha256.len() != 64 || !line.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return refuse(format!("sha256 is {:?} and must have 64 hexadecimal digits", line.sha256));
    }
    Ok(line)
}

/// What serde found wrong; its own line number, always 1, would contradict ours.
fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line 1 column").next().unwrap_or(&text).to_owned()
}

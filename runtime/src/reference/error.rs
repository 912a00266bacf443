//! Why a reference file cannot be used.

use thiserror::Error;

use super::{FORMAT, KIND};

/// Why a reference file cannot be used.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// It cannot be read.
    #[error("it cannot be read ({0})")]
    Read(std::io::Error),
    /// It has no header.
    #[error("it is empty: write it again with `labelcam-train eval --reference` or `labelcam eval --reference`")]
    Empty,
    /// It is of another kind.
    #[error(
        "line 1 is no header with `\"kind\":\"{KIND}\"`: name a file that `labelcam-train eval --reference` or `labelcam \
         eval --reference` wrote"
    )]
    Kind,
    /// It has a format that this program does not read.
    #[error("it has format {found} and this program reads format {FORMAT}: write it again, or update labelcam")]
    Format {
        /// The format in the file.
        found: u64,
    },
    /// A line is no reading.
    #[error("line {line} cannot be read ({cause}): copy the file again, or write it again")]
    Line {
        /// The line, from 1.
        line: usize,
        /// Why.
        cause: String,
    },
    /// Lines are missing at the end, or there are some too many.
    #[error(
        "its header says {expected} lines and {found} follow: it was cut off or joined; copy the file again, or write \
         it again"
    )]
    Count {
        /// What the header says.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// A picture stands in it twice.
    #[error("line {line} has {name}, as line {first} does: give each set a name of its own, and write it again")]
    Twice {
        /// The later line, from 1.
        line: usize,
        /// The earlier one.
        first: usize,
        /// Set and file.
        name: String,
    },
}

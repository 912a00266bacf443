//! Standard output, for data alone: what people need to know goes to standard error.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Writes a line to standard output.
///
/// # Errors
/// When nobody reads it any more, or the file behind it is full.
pub(crate) fn line(text: &str) -> Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write to standard output")
}

/// Tells people of a doubt.
pub(crate) fn doubt(text: &str) {
    eprintln!("labelcam-quantize: warning: {text}");
}

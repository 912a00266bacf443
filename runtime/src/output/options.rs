//! What is published where.

use serde::Deserialize;

use super::{FileOptions, HttpOptions, OutputError, SocketOptions, StdoutOptions};

/// The outputs: `[outputs.stdout]` and so on. A section that is absent is off, but for `stdout`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutputOptions {
    /// Standard output, on by default.
    pub stdout: StdoutOptions,
    /// A Unix socket.
    pub socket: Option<SocketOptions>,
    /// A file that is rotated.
    pub file: Option<FileOptions>,
    /// Health, metrics, readings and pictures by HTTP.
    pub http: Option<HttpOptions>,
}

impl OutputOptions {
    /// Checks all values. A token file is read only at the start.
    ///
    /// # Errors
    /// [`OutputError`], with the first value that is wrong.
    pub fn check(&self) -> Result<(), OutputError> {
        self.socket.as_ref().map_or(Ok(()), SocketOptions::check)?;
        self.file.as_ref().map_or(Ok(()), FileOptions::check)?;
        self.http.as_ref().map_or(Ok(()), HttpOptions::check)
    }
}

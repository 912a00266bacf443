//! What is published where.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{FileOptions, HttpOptions, OutputError, SocketOptions, StdoutOptions};

/// The outputs: `[outputs.stdout]` and so on. A section that is absent is off, but for `stdout`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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

    /// Every path in it.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let socket = self.socket.iter_mut().map(|socket| &mut socket.path);
        let file = self.file.iter_mut().map(|file| &mut file.path);
        let token = self.http.iter_mut().filter_map(|http| http.token_file.as_mut());
        socket.chain(file).chain(token)
    }
}

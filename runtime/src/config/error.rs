//! What is wrong with a configuration.

use std::error::Error;
use std::path::PathBuf;

use super::VERSION;

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; `labelcam config default` prints one to begin with", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: Box<Problem>,
    },
}

/// What is wrong within a configuration.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is no TOML, has a key that is not known, or a value of another type; the message shows the line.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// It is of another version.
    #[error("`config-version` is {found} and this program reads {VERSION}: see CHANGELOG.md for what changed")]
    Version {
        /// The file's version.
        found: u32,
    },
    /// It names more than one source of frames.
    #[error("frames come from one place, and {found} are configured: keep one of them")]
    Sources {
        /// The tables.
        found: String,
    },
    /// A height or a score of lines is out of range.
    #[error("in [lines]: `{key}` is {found} and must be {range}")]
    Lines {
        /// The key.
        key: &'static str,
        /// Its value.
        found: f32,
        /// What it must be.
        range: String,
    },
    /// A section says what cannot be.
    #[error("in {section}: {source}")]
    Section {
        /// The table, as it is written.
        section: String,
        /// What is wrong.
        source: Box<dyn Error + Send + Sync>,
    },
}

//! What can be wrong with a source.

use std::io;
use std::time::Duration;

use thiserror::Error;

use super::v4l2::CameraError;
use crate::dataset::DatasetError;

/// Why a source cannot be opened, or delivers no longer.
///
/// `name` is the device or path as the user gave it.
#[derive(Debug, Error)]
pub enum SourceError {
    /// There is nothing of this name.
    #[error("there is no {name}: {fix}")]
    NotFound {
        /// The source.
        name: String,
        /// What to do about it.
        fix: &'static str,
    },
    /// This user may not open it.
    #[error("this user may not read {name}: {fix}")]
    Permission {
        /// The source.
        name: String,
        /// What to do about it, such as [`JOIN_VIDEO`].
        fix: &'static str,
    },
    /// Another program has it.
    #[error("{name} is in use by another program: stop that one (`fuser -v {name}` names it)")]
    Busy {
        /// The source.
        name: String,
    },
    /// It gives frames in no format that can be decoded.
    #[error("{name} gives {found}, and labelcam reads {wanted}: {fix}")]
    NoUsableFormat {
        /// The source.
        name: String,
        /// Its formats.
        found: String,
        /// Those that would do.
        wanted: String,
        /// What to do about it.
        fix: &'static str,
    },
    /// It was there, and is no longer.
    #[error("{name} is lost ({reason}): {fix}")]
    Lost {
        /// The source.
        name: String,
        /// What was seen of it.
        reason: String,
        /// What to do about it.
        fix: &'static str,
    },
    /// It gave no frame in time.
    #[error(
        "{name} gave no frame for {} ms: see that it is running, or raise timeout-ms (first-frame-ms before its first)",
        waited.as_millis()
    )]
    Timeout {
        /// The source.
        name: String,
        /// How long was waited for it.
        waited: Duration,
    },
    /// It gave frames, and none of use.
    #[error("the source gave only damaged frames for {} ms: check its cable, its power and its format", waited.as_millis())]
    OnlyDamaged {
        /// How long was waited for a whole one.
        waited: Duration,
    },
    /// The system refuses for another reason.
    #[error("cannot {action} {name} ({reason}): {fix}")]
    Io {
        /// The source.
        name: String,
        /// What was tried, such as `open`.
        action: &'static str,
        /// What the system says.
        reason: io::Error,
        /// What to do about it.
        fix: &'static str,
    },
    /// An option has a value that cannot be used.
    #[error("{option} = {found}, and it must be {wanted}")]
    Config {
        /// The option, as it is written in the configuration.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        wanted: String,
    },
    /// A picture of a folder cannot be read.
    #[error(transparent)]
    Picture(#[from] DatasetError),
    /// A camera cannot be used as it is configured.
    #[error(transparent)]
    Camera(#[from] CameraError),
    /// A fault of this program.
    #[error("the source failed within ({reason}): it is opened again; please report this")]
    Panicked {
        /// The message of the panic.
        reason: String,
    },
}

/// The fix where a camera may not be opened.
pub const JOIN_VIDEO: &str = "its user must be in the group video (`sudo usermod -aG video $USER`, then log in again)";

impl SourceError {
    /// The error with its causes, in one line.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }
}

//! Why a configuration cannot be watched with.

use std::path::PathBuf;

use crate::lexicon::LexiconError;
use crate::region::RegionError;
use crate::rule::RuleError;

/// Why a region, a rule or a lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// A region does not fit the model.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// A rule cannot be made.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A file of words cannot be read.
    #[error("cannot read the lexicon {}: {source}", path.display())]
    Words {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The words cannot be used with the model.
    #[error("the lexicon {}: {source}", path.display())]
    Lexicon {
        /// The file.
        path: PathBuf,
        /// Why.
        source: LexiconError,
    },
}

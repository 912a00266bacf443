//! `labelcam config`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::run::load_model;
use crate::config::{Config, SHIPPED};
use crate::output;
use crate::watch::{Counts, Watch};

/// Check a configuration for `labelcam run`, or print one to begin with.
///
/// Example: labelcam config default >labelcam.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say what is wrong with a configuration, and where; nothing, and 0 as the exit code, where nothing is.
    Check {
        /// The file.
        #[arg(value_name = "FILE", default_value = "labelcam.toml")]
        file: PathBuf,
    },
    /// Print a configuration with every key, its default, its unit and an explanation.
    Default,
}

pub(super) fn run(args: &Args) -> Result<()> {
    match &args.command {
        Command::Check { file } => check(file),
        Command::Default => output::line(SHIPPED.trim_end()),
    }
}

/// Checks all that can be checked without a camera: the file, its model, and what the model must know.
fn check(file: &Path) -> Result<()> {
    let config = Config::load(file)?;
    let recognizer = Arc::new(load_model(&config)?);
    Watch::new(&config, recognizer, Counts::default()).with_context(|| file.display().to_string())?;
    Ok(())
}

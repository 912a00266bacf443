//! `labelcam run`.

use std::path::PathBuf;

use anyhow::Result;

use super::model;
use crate::config::Config;
use crate::recognizer::Recognizer;
use crate::service;

/// Read labels from a camera until stopped, and publish what is read; one JSON object an event.
///
/// The camera may come and go. SIGTERM and SIGINT end it cleanly. SIGHUP, or a changed file, has
/// the configuration read again, and one that cannot be used changes nothing.
///
/// Example: labelcam run --config labelcam.toml
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Configuration in TOML; `labelcam config default` prints one to begin with.
    #[arg(long, value_name = "FILE", default_value = "labelcam.toml")]
    config: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<()> {
    service::run(&args.config, load_model)
}

/// Loads the model that a configuration names, or the shipped one.
pub(super) fn load_model(config: &Config) -> Result<Recognizer> {
    let some = |path: &PathBuf| (!path.as_os_str().is_empty()).then(|| path.clone());
    model::ModelArgs::new(some(&config.model.path), some(&config.model.spec)).load()
}

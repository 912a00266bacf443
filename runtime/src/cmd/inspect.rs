//! `labelcam inspect`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::model;
use crate::output;

/// Show what a model file says of itself, after checking that it keeps its word.
///
/// Example: labelcam inspect models/labels-en.onnx
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Model file, ONNX.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// TOML file that describes a model made elsewhere.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let path = &args.model;
    let recognizer =
        model::load(path, args.spec.as_deref()).with_context(|| format!("cannot use the model {}", path.display()))?;
    let spec = recognizer.spec();
    let bytes = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    output::line(&format!("file       {} ({bytes} bytes)", path.display()))?;
    output::line(&format!("sha256     {}", recognizer.digest()))?;
    output::line(&format!("alphabet   {}", spec.alphabet.describe()))?;
    output::line(&format!("input      {}", serde_json::to_string(&spec.input)?))?;
    output::line(&format!("output     {}", serde_json::to_string(&spec.output)?))?;
    if let Some(training) = &spec.training {
        output::line(&format!("training   {}", serde_json::to_string(training)?))?;
    }
    let calibration = spec.calibration.as_ref().map_or("none, a float model".to_owned(), ToString::to_string);
    output::line(&format!("int8       {calibration}"))
}

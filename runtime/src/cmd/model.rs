//! Which model a command uses.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::alphabet::AllowList;
use crate::recognizer::Recognizer;
use crate::spec::Spec;

/// The model that ships with this program: int8. The float one is for comparison.
const SHIPPED: &[u8] = include_bytes!("../../../models/labels-en-int8.onnx");

/// The options of every command that uses a model.
#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    /// Model file, ONNX [default: the shipped int8 model labels-en, within this program].
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// TOML file that describes a model made elsewhere; see models/README.md.
    #[arg(long, value_name = "FILE", requires = "model")]
    spec: Option<PathBuf>,
}

impl ModelArgs {
    /// The options of a model file, where there is one, and of what describes it.
    pub(super) fn new(model: Option<PathBuf>, spec: Option<PathBuf>) -> Self {
        Self { model, spec }
    }

    /// Loads the model.
    pub(super) fn load(&self) -> Result<Recognizer> {
        let Some(path) = &self.model else {
            return Recognizer::from_bytes(SHIPPED).context("the shipped model cannot be used");
        };
        load(path, self.spec.as_deref()).with_context(|| format!("cannot use the model {}", path.display()))
    }

    /// The bytes of the model file.
    pub(super) fn bytes(&self) -> Result<Cow<'static, [u8]>> {
        let Some(path) = &self.model else { return Ok(Cow::Borrowed(SHIPPED)) };
        Ok(Cow::Owned(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?))
    }
}

/// Loads a model file, with its sidecar where it needs one.
pub(super) fn load(path: &Path, spec: Option<&Path>) -> Result<Recognizer> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let Some(spec) = spec else { return Ok(Recognizer::from_bytes(&bytes)?) };
    let text = fs::read_to_string(spec).with_context(|| format!("cannot read {}", spec.display()))?;
    let beside = |name: &str| fs::read_to_string(spec.parent().unwrap_or(Path::new("")).join(name));
    let spec_of = Spec::from_toml(&text, beside).with_context(|| format!("in {}", spec.display()))?;
    Ok(Recognizer::from_foreign(&bytes, spec_of)?)
}

/// The allow-list of `--allow`, or all characters.
pub(super) fn allow_list(recognizer: &Recognizer, pattern: Option<&str>) -> Result<AllowList> {
    let Some(pattern) = pattern else { return Ok(AllowList::all()) };
    AllowList::parse(&recognizer.spec().alphabet, pattern).context("in --allow")
}

//! The training configuration: one TOML file, unknown keys refused, every default in one place.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use labelcam::alphabet::Alphabet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::crnn::{NetworkConfig, Precision};
use crate::quantization::QuantizationConfig;
use crate::synth::Options;

/// A whole training run. The same configuration, assets and program give the same run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// The characters that the model reads, in class order; class 0, the blank, is not among them.
    pub alphabet: Alphabet,
    /// Size of the network.
    pub network: NetworkConfig,
    /// Where lines come from.
    pub data: DataConfig,
    /// How weights are updated.
    pub optimization: OptimizationConfig,
    /// What is measured on the way.
    pub validation: ValidationConfig,
    /// How lines are rendered.
    pub synth: Options,
    /// Fine-tuning of a trained network for int8. Absent: training in float.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantization: Option<QuantizationConfig>,
}

/// Where lines come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DataConfig {
    /// Folder made by `scripts/synth-assets.sh`: `fonts/train`, `fonts/validation`, `words.txt`. Absent: the folder
    /// `labelcam` in the user's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<PathBuf>,
    /// Seed of the weights, of the lines and of their order.
    pub seed: u64,
    /// The widest line in pixels at the model's height that the model shall read. From 64 to 8192.
    pub max_width: usize,
    /// The widest line rendered, likewise; a wider one is rendered anew. Time and memory grow with it, and what is
    /// learnt on shorter lines holds for longer ones. From 64 to `max-width`.
    pub rendered_width_max: usize,
}

/// How weights are updated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OptimizationConfig {
    /// Updates in all.
    pub steps: usize,
    /// Lines an update.
    pub batch: usize,
    /// The highest learning rate.
    pub rate: f64,
    /// Updates in which the rate rises from zero; it then falls to zero along half a cosine.
    pub warmup: usize,
    /// Weight decay of AdamW.
    pub weight_decay: f64,
    /// Gradients with a larger norm are scaled down to it.
    pub gradient_norm_max: f64,
    /// Number format of the convolutions: `float` or `bf16`, which is float on processors that do not multiply it.
    pub precision: Precision,
    /// Batch norms keep to the statistics that they start with, for fine-tuning on few lines; implied by
    /// `[quantization]`.
    pub hold_norms: bool,
}

/// What is measured on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ValidationConfig {
    /// Updates between validations; each also saves a checkpoint.
    pub every: usize,
    /// Rendered lines, in fonts of the validation split.
    pub lines: usize,
    /// Of these, how many are printed with raw path, decoded text and truth.
    pub shown: usize,
}

/// Printable ASCII and the signs that labels use.
const LABEL_CHARACTERS: &str = concat!(
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
    "°µΩ±€£¥²³×÷§®©™Ø½≤≥→–•…"
);

impl Default for Config {
    fn default() -> Self {
        Self {
            alphabet: Alphabet::new(LABEL_CHARACTERS).expect("the characters are distinct"),
            network: NetworkConfig::default(),
            data: DataConfig::default(),
            optimization: OptimizationConfig::default(),
            validation: ValidationConfig::default(),
            synth: Options::default(),
            quantization: None,
        }
    }
}

impl Default for DataConfig {
    fn default() -> Self {
        Self { assets: None, seed: 1, max_width: 2048, rendered_width_max: 640 }
    }
}

impl Default for OptimizationConfig {
    fn default() -> Self {
        Self {
            steps: 100_000,
            batch: 64,
            rate: 1e-3,
            warmup: 1_000,
            weight_decay: 0.01,
            gradient_norm_max: 5.0,
            precision: Precision::Float,
            hold_norms: false,
        }
    }
}

impl Default for ValidationConfig {
    fn default() -> Self {
        Self { every: 1_000, lines: 1_000, shown: 8 }
    }
}

impl Config {
    /// Reads and checks a configuration; absent keys take their defaults.
    ///
    /// # Errors
    /// When the text is no TOML, has an unknown key, or a value out of its range.
    pub fn from_toml(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// The whole configuration with all defaults written out.
    ///
    /// # Errors
    /// Never for a configuration that was read; a seed above 2^63 has no TOML form.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string_pretty(self).context("the configuration has no TOML form")
    }

    /// SHA-256 of [`Self::to_toml`] in hexadecimal, without the machine's own asset path.
    ///
    /// # Errors
    /// As [`Self::to_toml`].
    pub fn digest(&self) -> Result<String> {
        let mut portable = self.clone();
        portable.data.assets = None;
        Ok(format!("{:x}", Sha256::digest(portable.to_toml()?)))
    }

    /// Where fonts and words are.
    ///
    /// # Errors
    /// When the configuration names no folder and the user has no home.
    pub fn assets(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.data.assets {
            return Ok(folder.clone());
        }
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        match cache.or_else(home) {
            Some(cache) => Ok(cache.join("labelcam")),
            None => bail!("neither XDG_CACHE_HOME nor HOME is set: name the folder in data.assets"),
        }
    }

    fn check(&self) -> Result<()> {
        let Self { network, data, optimization, validation, quantization, .. } = self;
        ensure!((0.125..=4.0).contains(&network.width), "network.width = {}, must be from 0.125 to 4", network.width);
        ensure!((8..=2048).contains(&network.hidden), "network.hidden = {}, must be from 8 to 2048", network.hidden);
        ensure!((64..=8192).contains(&data.max_width), "data.max-width = {}, must be from 64 to 8192", data.max_width);
        let (rendered, max) = (data.rendered_width_max, data.max_width);
        ensure!((64..=max).contains(&rendered), "data.rendered-width-max = {rendered}, must be from 64 to {max}");
        ensure!(optimization.batch > 0, "optimization.batch = 0, must be 1 or more");
        ensure!(optimization.steps > 0, "optimization.steps = 0, must be 1 or more");
        let positive = |key: &str, value: f64| {
            ensure!(value.is_finite() && value > 0.0, "{key} = {value}, must be a positive number");
            Ok(())
        };
        positive("optimization.rate", optimization.rate)?;
        positive("optimization.gradient-norm-max", optimization.gradient_norm_max)?;
        let decay = optimization.weight_decay;
        ensure!((0.0..1.0).contains(&decay), "optimization.weight-decay = {decay}, must be from 0 to below 1");
        ensure!(validation.every > 0, "validation.every = 0, must be 1 or more");
        ensure!(validation.lines > 0, "validation.lines = 0, must be 1 or more");
        quantization.as_ref().map_or(Ok(()), |quantization| quantization.check(optimization))
    }
}

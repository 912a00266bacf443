//! The configuration: one TOML file, read whole, checked, and only then used.
//!
//! A key that is not known is an error, every key has a default, and the shipped file ([`SHIPPED`]) explains each with its
//! unit. A program that runs keeps the configuration that it has where a new one is wrong.

mod error;
#[cfg(test)]
mod tests;

pub use error::{ConfigError, Problem};

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::gate::GateOptions;
use crate::lexicon::LexiconOptions;
use crate::lines;
use crate::output::OutputOptions;
use crate::region::{self, RegionOptions};
use crate::rule::{RuleOptions, Rules};
use crate::source::v4l2::CameraOptions;
use crate::source::{CaptureOptions, FilesOptions, PipeOptions, SourceOptions};
use crate::track::TrackOptions;

/// The version of the configuration that this program reads.
pub const VERSION: u32 = 1;

/// The shipped configuration: every key with its default, its unit and a line of explanation.
pub const SHIPPED: &str = include_str!("../../firmware-config/labelcam.toml");

/// Everything that `labelcam run` can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The version of this file's keys.
    pub config_version: u32,
    /// Which model reads.
    pub model: ModelOptions,
    /// Frames from a camera; the default, where nothing else is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<CameraOptions>,
    /// Frames from a pipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipe: Option<PipeOptions>,
    /// Frames from files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<FilesOptions>,
    /// How frames are captured, from wherever.
    pub capture: CaptureOptions,
    /// What is not worth reading.
    pub gates: GateOptions,
    /// How lines are found.
    pub lines: LinesOptions,
    /// How lines are followed, and when frames agree.
    pub track: TrackOptions,
    /// What lines that were found must keep to be accepted.
    pub rules: RuleOptions,
    /// Which words lines that were found can be; any text by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lexicon: Option<LexiconOptions>,
    /// Fixed places.
    pub regions: Vec<RegionOptions>,
    /// Where readings go.
    pub outputs: OutputOptions,
}

/// Which model reads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelOptions {
    /// ONNX file; empty for the one within the program.
    pub path: PathBuf,
    /// TOML file that describes a model made elsewhere; empty for models that explain themselves.
    pub spec: PathBuf,
}

/// How lines are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LinesOptions {
    /// Where lines are looked for.
    pub find: Find,
    /// The least score of a line, from 0 to 1: a lower one finds more of what is no text.
    pub score_min: f32,
    /// The lowest text, in pixels from the top of its highest letter to the bottom of its lowest.
    pub height_min_px: f32,
    /// The highest, likewise.
    pub height_max_px: f32,
    /// Whether labels may lie upside down: then a number such as 1689 that stands alone is not accepted.
    pub upside_down: bool,
}

/// Whether lines are looked for anywhere in the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Find {
    /// Where no region is configured.
    #[default]
    WithoutRegions,
    /// Beside the configured regions.
    Always,
    /// Not at all: regions alone are read.
    Never,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            config_version: VERSION,
            model: ModelOptions::default(),
            camera: None,
            pipe: None,
            files: None,
            capture: CaptureOptions::default(),
            gates: GateOptions::default(),
            lines: LinesOptions::default(),
            track: TrackOptions::default(),
            rules: RuleOptions::default(),
            lexicon: None,
            regions: Vec::new(),
            outputs: OutputOptions::default(),
        }
    }
}

impl Default for LinesOptions {
    fn default() -> Self {
        let lines::Options { score_min, height_min_px, height_max_px } = lines::Options::default();
        Self { find: Find::default(), score_min, height_min_px, height_max_px, upside_down: true }
    }
}

impl LinesOptions {
    /// What counts as a line.
    #[must_use]
    pub fn options(&self) -> lines::Options {
        let Self { score_min, height_min_px, height_max_px, .. } = *self;
        lines::Options { score_min, height_min_px, height_max_px }
    }
}

impl Config {
    /// Reads and checks a configuration file. Relative paths in it begin at its folder.
    ///
    /// # Errors
    /// [`ConfigError`], with the file, the line where there is one, and the fix.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.into(), source })?;
        let in_file = |problem: Problem| ConfigError::Invalid { path: path.into(), problem: Box::new(problem) };
        let mut config = Self::parse(&text).map_err(in_file)?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// Reads and checks the text of a configuration.
    ///
    /// # Errors
    /// [`Problem`], for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// Where frames come from.
    #[must_use]
    pub fn source(&self) -> SourceOptions {
        let pipe = || self.pipe.clone().map(SourceOptions::Pipe);
        let files = || self.files.clone().map(SourceOptions::Files);
        pipe().or_else(files).unwrap_or_else(|| SourceOptions::Camera(self.camera.clone().unwrap_or_default()))
    }

    /// Whether lines are looked for anywhere in the frame.
    #[must_use]
    pub fn finds_lines(&self) -> bool {
        match self.lines.find {
            Find::WithoutRegions => self.regions.is_empty(),
            Find::Always => true,
            Find::Never => false,
        }
    }

    /// Whether two configurations watch for the same: the same model, places, limits and rules, and no file of words, whose
    /// content may have changed.
    #[must_use]
    pub fn watches_like(&self, other: &Self) -> bool {
        let has_words = self.lexicon.is_some() || self.regions.iter().any(|region| region.lexicon.is_some());
        !has_words && self.what_is_watched() == other.what_is_watched()
    }

    /// The same with neither a source nor outputs.
    fn what_is_watched(&self) -> Self {
        let none = Self::default();
        Self { camera: None, pipe: None, files: None, capture: none.capture, outputs: none.outputs, ..self.clone() }
    }

    /// Checks what can be checked without a model, a camera or a file.
    fn check(&self) -> Result<(), Problem> {
        if self.config_version != VERSION {
            return Err(Problem::Version { found: self.config_version });
        }
        let tables =
            [("[camera]", self.camera.is_some()), ("[pipe]", self.pipe.is_some()), ("[files]", self.files.is_some())];
        let named: Vec<_> = tables.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect();
        if named.len() > 1 {
            return Err(Problem::Sources { found: named.join(" and ") });
        }
        self.lines.check()?;
        within("[camera]", self.camera.iter().try_for_each(CameraOptions::check))?;
        within("[pipe]", self.pipe.iter().try_for_each(PipeOptions::check))?;
        within("[files]", self.files.iter().try_for_each(FilesOptions::check))?;
        within("[capture]", self.capture.check())?;
        within("[gates]", self.gates.check())?;
        within("[track]", self.track.check())?;
        within("[rules]", Rules::new(&self.rules).map(|_| ()))?;
        within("[lexicon]", self.lexicon.iter().try_for_each(LexiconOptions::check))?;
        within("[[regions]]", region::check(&self.regions))?;
        for region in &self.regions {
            within(&format!("region `{}`", region.name), Rules::new(&region.rules).map(|_| ()))?;
            within(&format!("region `{}`", region.name), region.lexicon.iter().try_for_each(LexiconOptions::check))?;
        }
        within("[outputs]", self.outputs.check())
    }

    /// Makes relative paths begin at `folder`.
    fn resolve(&mut self, folder: &Path) {
        let lexicons =
            self.lexicon.iter_mut().chain(self.regions.iter_mut().filter_map(|region| region.lexicon.as_mut()));
        let lexicons = lexicons.map(|lexicon| &mut lexicon.path);
        let model = [&mut self.model.path, &mut self.model.spec];
        let pipe = self.pipe.iter_mut().map(|pipe| &mut pipe.path);
        let files = self.files.iter_mut().map(|files| &mut files.path);
        for path in lexicons.chain(model).chain(pipe).chain(files).chain(self.outputs.paths_mut()) {
            // Nothing, and the standard streams, are no files.
            if !path.as_os_str().is_empty() && path.as_os_str() != "-" {
                *path = folder.join(&*path);
            }
        }
    }
}

impl LinesOptions {
    fn check(&self) -> Result<(), Problem> {
        let wrong = |key, found, range| Err(Problem::Lines { key, found, range });
        if !(0.0..=1.0).contains(&self.score_min) {
            return wrong("score-min", self.score_min, "from 0 to 1".to_owned());
        }
        if !(1.0..=1000.0).contains(&self.height_min_px) {
            return wrong("height-min-px", self.height_min_px, "from 1 to 1000".to_owned());
        }
        if !(self.height_min_px..=10_000.0).contains(&self.height_max_px) {
            return wrong("height-max-px", self.height_max_px, format!("from {} to 10000", self.height_min_px));
        }
        Ok(())
    }
}

/// Names the section that an error is in.
fn within<E: std::error::Error + Send + Sync + 'static>(section: &str, checked: Result<(), E>) -> Result<(), Problem> {
    checked.map_err(|source| Problem::Section { section: section.to_owned(), source: Box::new(source) })
}

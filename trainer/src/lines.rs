//! Rendered lines as the network takes them: the renderer, then the runtime's own preprocessing.

use std::io::Cursor;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use image::{ExtendedColorType, ImageFormat};
use labelcam::image::Gray;
use labelcam::preprocess::{self, Region};
use labelcam::spec::InputSpec;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::contract;
use crate::crnn::time_steps;
use crate::ctc_loss::steps_needed;
use crate::folder::Named;
use crate::loader::{Example, Source};
use crate::synth::{Assets, LabelledLine, Renderer};

/// Which fonts lines are set in. No family is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Fonts to train on.
    Train,
    /// Fonts never trained on.
    Validation,
}

/// A line that does not fit the network (too wide, or too narrow for its text) is rendered anew this often.
const ATTEMPTS: u64 = 16;

/// Validation lines come from a seed of their own, so that they differ from training lines in text as well.
const VALIDATION_SEED: u64 = 0x7a11_da7e;

/// The renderer of a split.
///
/// # Errors
/// When the assets are missing or unusable.
pub fn renderer(config: &Config, split: Split) -> Result<Renderer> {
    let folder = config.assets()?;
    let fonts = match split {
        Split::Train => "train",
        Split::Validation => "validation",
    };
    let alphabet: String = config.alphabet.chars().iter().collect();
    let assets = load(&folder.join("fonts").join(fonts), &alphabet)?;
    Ok(Renderer::new(assets, &alphabet, config.synth.clone())?)
}

fn load(fonts: &Path, alphabet: &str) -> Result<Assets> {
    Assets::load(fonts, alphabet).with_context(|| format!("cannot use the fonts in {}", fonts.display()))
}

/// The seed that a split's lines are rendered from.
pub fn seed(config: &Config, split: Split) -> u64 {
    match split {
        Split::Train => config.data.seed,
        Split::Validation => VALIDATION_SEED,
    }
}

/// The lines of a split, by index, without end.
///
/// # Errors
/// As [`renderer`].
pub fn source(config: &Config, split: Split) -> Result<Source> {
    let renderer = renderer(config, split)?;
    let (seed, config) = (seed(config, split), config.clone());
    let spec = contract::input(&config);
    Ok(Arc::new(move |index| example(&renderer, &config, &spec, (seed, index))))
}

/// The first `count` lines of a split.
///
/// # Errors
/// As [`renderer`].
pub fn examples(config: &Config, split: Split, count: usize) -> Result<Vec<Example>> {
    let source = source(config, split)?;
    Ok((0..count as u64).into_par_iter().map(|index| source(index)).collect())
}

/// Gives the validation lines of a range of indices, each known as `labelcam-train synth --validation --out` writes it.
///
/// # Errors
/// As [`renderer`]; what is given back fails where a picture cannot be encoded.
pub fn validation(config: &Config) -> Result<impl Fn(Range<usize>) -> Result<Vec<Named>> + use<>> {
    let renderer = renderer(config, Split::Validation)?;
    let (spec, config) = (contract::input(config), config.clone());
    let named = move |index: usize| {
        let line = rendered(&renderer, &config, &spec, (VALIDATION_SEED, index as u64));
        let sha256 = format!("{:x}", Sha256::digest(png(&line.0.image)?));
        Ok(Named { file: file_name(index), sha256, example: line.1 })
    };
    Ok(move |range: Range<usize>| range.into_par_iter().map(&named).collect())
}

/// The file name of a rendered line within its set.
#[must_use]
pub fn file_name(number: usize) -> String {
    format!("{number:06}.png")
}

/// The bytes of a PNG file.
///
/// # Errors
/// When the picture has no pixels, or too many for PNG.
pub fn png(picture: &Gray) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let (width, height) = (u32::try_from(picture.width)?, u32::try_from(picture.height)?);
    image::write_buffer_with_format(
        &mut bytes,
        &picture.pixels,
        width,
        height,
        ExtendedColorType::L8,
        ImageFormat::Png,
    )?;
    Ok(bytes.into_inner())
}

/// The rendered line of an index, with the example made of it: the first of up to [`ATTEMPTS`] that fits.
///
/// # Panics
/// If none fits, which takes a `data.rendered-width-max` far below what the renderer's options ask for.
pub fn rendered(
    renderer: &Renderer,
    config: &Config,
    spec: &InputSpec,
    (seed, index): (u64, u64),
) -> (LabelledLine, Example) {
    (0..ATTEMPTS)
        .find_map(|attempt| {
            let line = renderer.line(seed ^ (attempt << 48), index);
            fit(&line, config, spec).map(|example| (line, example))
        })
        .unwrap_or_else(|| {
            panic!("{ATTEMPTS} renderings of line {index} were all too wide: raise data.rendered-width-max")
        })
}

fn example(renderer: &Renderer, config: &Config, spec: &InputSpec, line: (u64, u64)) -> Example {
    rendered(renderer, config, spec, line).1
}

fn fit(line: &LabelledLine, config: &Config, spec: &InputSpec) -> Option<Example> {
    let label = config.alphabet.encode(&line.text).ok()?;
    let input = preprocess::line(&line.image, Region::whole(&line.image), spec).ok()?;
    let fits = input.width() <= config.data.rendered_width_max && steps_needed(&label) <= time_steps(input.width());
    fits.then(|| Example { input, label, text: line.text.clone() })
}

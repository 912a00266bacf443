//! `labelcam-train synth --sequences`: moving scenes, for what reads over time.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use labelcam::dataset::{SCENES, SceneEntry};
use labelcam::image::Gray;
use labelcam::lines::Quad;
use rayon::prelude::*;

use crate::synth::{Renderer, Sequence};

/// Columns and rows of sequences, in turn: what cheap cameras give, and most at the lower resolution.
const SIZES_PX: [(usize, usize); 3] = [(640, 480), (640, 480), (1280, 720)];

/// Renders sequences `first` to `first + count` of a seed, each into a folder of its own, with `scenes.jsonl`: a row for
/// each frame, with the same lines in the same order in all, and corners outside of the picture where a line lies there.
pub(super) fn write(
    renderer: &Renderer,
    seed: u64,
    (first, count, frames): (u64, u64, usize),
    folder: &Path,
) -> Result<()> {
    (0..count).into_par_iter().try_for_each(|number| {
        let size = SIZES_PX[usize::try_from(number)? % SIZES_PX.len()];
        let sequence = renderer.sequence((seed, first + number), size, frames);
        let folder = folder.join(format!("{:04}", number + 1));
        sequence_into(&folder, &sequence, frames)
            .with_context(|| format!("cannot write the sequence {}", folder.display()))
    })
}

fn sequence_into(folder: &Path, sequence: &Sequence, frames: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    let (texts, mut rows) = (sequence.texts(), String::new());
    for number in 0..frames {
        let frame = sequence.frame(number);
        let file = format!("frame-{:03}.jpg", number + 1);
        fs::write(folder.join(&file), jpeg(&frame.image, sequence.quality())?)?;
        let quads = frame.quads.into_iter().map(Quad).collect();
        rows += &serde_json::to_string(&SceneEntry { file, quads, texts: texts.clone() })?;
        rows.push('\n');
    }
    Ok(fs::write(folder.join(SCENES), rows)?)
}

/// The bytes of a JPEG file, as a camera would give them.
fn jpeg(picture: &Gray, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (width, height) = (u32::try_from(picture.width)?, u32::try_from(picture.height)?);
    JpegEncoder::new_with_quality(&mut bytes, quality).encode(&picture.pixels, width, height, ExtendedColorType::L8)?;
    Ok(bytes)
}

//! `labelcam-train synth --scenes`: pictures with labels in them, for what finds lines.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use labelcam::dataset::{SCENES, SceneEntry};
use labelcam::lines::Quad;
use rayon::prelude::*;

use crate::lines;
use crate::synth::Renderer;

/// Columns and rows of scenes, in turn: what cheap cameras give.
const SIZES_PX: [(usize, usize); 2] = [(640, 480), (1280, 720)];

/// Renders scenes `first` to `first + count` of a seed into a folder, with `scenes.jsonl`.
pub(super) fn write(renderer: &Renderer, seed: u64, (first, count): (u64, u64), folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let rows: Vec<String> = (0..count)
        .into_par_iter()
        .map(|number| scene(renderer, (seed, first + number), usize::try_from(number)?, folder))
        .collect::<Result<_>>()?;
    let path = folder.join(SCENES);
    fs::write(&path, rows.concat()).with_context(|| format!("cannot write {}", path.display()))
}

/// Renders and writes a scene; gives its row of `scenes.jsonl`.
fn scene(renderer: &Renderer, draw: (u64, u64), number: usize, folder: &Path) -> Result<String> {
    let (width, height) = SIZES_PX[number % SIZES_PX.len()];
    let scene = renderer.scene(draw, width, height);
    let file = lines::file_name(number);
    let path = folder.join(&file);
    fs::write(&path, lines::png(&scene.image)?).with_context(|| format!("cannot write {}", path.display()))?;
    let (quads, texts) = scene.lines.into_iter().map(|line| (Quad(line.quad), line.text)).unzip();
    Ok(serde_json::to_string(&SceneEntry { file, quads, texts })? + "\n")
}

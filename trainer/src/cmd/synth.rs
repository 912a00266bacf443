//! `labelcam-train synth`.

mod scenes;
mod sequences;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::read_config;
use crate::config::Config;
use crate::contract;
use crate::lines::{self, Split};
use crate::synth::{LabelledLine, Renderer, contact_sheet};

/// Cells in a row of the contact sheet, and their width in pixels.
const SHEET: (usize, usize) = (5, 310);

/// Render lines: look at them, or write them out as a labelled set. Or render scenes, pictures with labels in them, still or
/// moving.
///
/// Example: labelcam-train synth --lines 100 --preview sheet.png
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Training configuration with the renderer's options [default: all defaults].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Lines to render.
    #[arg(long, value_name = "N", default_value_t = 100)]
    lines: u64,
    /// Scenes to render instead: pictures of 640x480 and 1280x720 pixels in turn, for `labelcam eval --scenes`. Written to
    /// DIR as numbered PNG files with scenes.jsonl: the corners and the text of every line.
    #[arg(long, value_name = "N", requires = "out", conflicts_with_all = ["lines", "preview"])]
    scenes: Option<u64>,
    /// Moving scenes to render instead, for `labelcam eval --sequences`: labels under a camera that is mounted, held or above
    /// a belt. Written to DIR as numbered folders, each with a scene of the same lines for every frame.
    #[arg(long, value_name = "N", requires = "out", conflicts_with_all = ["lines", "preview", "scenes"])]
    sequences: Option<u64>,
    /// Frames of a moving scene.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=999))]
    frames: u16,
    /// Index of the first line, scene or moving scene.
    #[arg(long, value_name = "N", default_value_t = 0)]
    first: u64,
    /// Set them in the fonts of the validation split.
    #[arg(long)]
    validation: bool,
    /// Write a contact sheet of the lines, each with its text below.
    #[arg(long, value_name = "PNG")]
    preview: Option<PathBuf>,
    /// Write the lines as a labelled set: numbered PNG files and labels.tsv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let config = read_config(args.config.as_deref())?;
    let split = if args.validation { Split::Validation } else { Split::Train };
    let renderer = lines::renderer(&config, split)?;
    if let (Some(count), Some(folder)) = (args.scenes, &args.out) {
        return scenes::write(&renderer, lines::seed(&config, split), (args.first, count), folder);
    }
    if let (Some(count), Some(folder)) = (args.sequences, &args.out) {
        let range = (args.first, count, usize::from(args.frames));
        return sequences::write(&renderer, lines::seed(&config, split), range, folder);
    }
    let start = Instant::now();
    let rendered = render(args, &config, split, &renderer);
    report(&rendered, start.elapsed().as_secs_f64());
    if let Some(path) = &args.preview {
        let sheet = contact_sheet(&rendered, SHEET.0, SHEET.1, renderer.assets().caption_face());
        sheet.save(path).with_context(|| format!("cannot write the contact sheet {}", path.display()))?;
    }
    match &args.out {
        Some(folder) => {
            write_set(folder, &rendered).with_context(|| format!("cannot write the set {}", folder.display()))
        }
        None => Ok(()),
    }
}

fn render(args: &Args, config: &Config, split: Split, renderer: &Renderer) -> Vec<LabelledLine> {
    let spec = contract::input(config);
    let seed = lines::seed(config, split);
    let indices = args.first..args.first + args.lines;
    indices.into_par_iter().map(|index| lines::rendered(renderer, config, &spec, (seed, index)).0).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn report(lines: &[LabelledLine], seconds: f64) {
    let threads = rayon::current_num_threads();
    let per_core = lines.len() as f64 / seconds / threads as f64;
    eprintln!("{} lines in {seconds:.2} s on {threads} threads: {per_core:.0} lines a second a core", lines.len());
}

fn write_set(folder: &std::path::Path, lines: &[LabelledLine]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut labels = io::BufWriter::new(fs::File::create(folder.join("labels.tsv"))?);
    for (number, LabelledLine { image, text, .. }) in lines.iter().enumerate() {
        let name = lines::file_name(number);
        fs::write(folder.join(&name), lines::png(image)?)?;
        writeln!(labels, "{name}\t{text}")?;
    }
    Ok(labels.flush()?)
}

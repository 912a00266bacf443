//! `labelcam eval --sequences`, on a rendered scene that stands still.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::dataset::{self, SCENES, SceneEntry};
use serde_json::Value;

use crate::cli;

/// Frames of a sequence: enough for every way to vote.
const FRAMES: u8 = 8;

/// A folder with a sequence for each of the scenes, in which nothing moves.
fn sequences() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let scenes = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/scenes");
    for (number, scene) in dataset::scenes(&scenes).unwrap().iter().enumerate() {
        let into = folder.path().join(format!("{number:04}"));
        fs::create_dir(&into).unwrap();
        fs::copy(scenes.join(&scene.file), into.join(&scene.file)).unwrap();
        write(&into, &vec![scene.clone(); FRAMES.into()]);
    }
    folder
}

fn write(folder: &Path, frames: &[SceneEntry]) {
    let rows: Vec<String> = frames.iter().map(|frame| serde_json::to_string(frame).unwrap() + "\n").collect();
    fs::write(folder.join(SCENES), rows.concat()).unwrap();
}

fn path(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// The row of the default options.
fn default_row(stdout: &str) -> Value {
    let rows: Vec<Value> = stdout.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    rows.into_iter().find(|row| row["default"] == true).expect("the defaults are in the table")
}

#[test]
fn lines_that_stand_still_are_accepted_once_and_rightly() {
    let folder = sequences();
    let row = default_row(&cli::stdout(["eval", "--sequences", "--json", path(&folder)]));
    assert!(row["accepted"].as_u64().unwrap() > 0, "{row}");
    assert_eq!((&row["wrong"], &row["repeated"]), (&Value::from(0), &Value::from(0)), "{row}");
    let waited = row["frames_median"].as_f64().unwrap();
    assert!(waited >= 1.0 && waited < f64::from(FRAMES), "{row}");
}

#[test]
fn the_trade_off_is_drawn() {
    let folder = sequences();
    let plot = folder.path().join("plot.svg");
    cli::stdout(["eval", "--sequences", "--plot", plot.to_str().unwrap(), path(&folder)]);
    let svg = fs::read_to_string(plot).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("readings agree"), "{svg}");
}

#[test]
fn a_wrong_truth_is_told_with_what_was_read() {
    let folder = sequences();
    let into = folder.path().join("0000");
    let mut frames = dataset::scenes(&into).unwrap();
    for frame in &mut frames {
        frame.texts[0] = "something else".to_owned();
    }
    write(&into, &frames);
    let output = cli::run(["eval", "--sequences", "--errors", "5", path(&folder)]);
    assert!(output.stderr.contains("where it says \"something else\""), "{}", output.stderr);
}

#[test]
fn a_folder_without_sequences_and_frames_that_differ_in_their_lines_are_refused() {
    let empty = tempfile::tempdir().unwrap();
    let folder = sequences();
    let into = folder.path().join("0000");
    let mut frames = dataset::scenes(&into).unwrap();
    frames[1].texts[0].push('x');
    write(&into, &frames);
    for (folder, said) in [(&empty, "has no folders with scenes.jsonl"), (&folder, "different texts")] {
        let output = cli::run(["eval", "--sequences", path(folder)]);
        assert!(output.code != Some(0) && output.stderr.contains(said), "{}", output.stderr);
    }
}

#[test]
fn a_frame_that_is_not_there_is_named() {
    let folder = sequences();
    let into = folder.path().join("0000");
    let frame = into.join(&dataset::scenes(&into).unwrap()[0].file);
    fs::remove_file(&frame).unwrap();
    let output = cli::run(["eval", "--sequences", path(&folder)]);
    assert!(output.code != Some(0) && output.stderr.contains(frame.to_str().unwrap()), "{}", output.stderr);
}

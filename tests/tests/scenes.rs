//! `labelcam read --lines auto` and `labelcam eval --scenes`, on two rendered scenes.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use labelcam::dataset::{self, SCENES};
use labelcam::evaluate::OVERLAP_MIN;
use labelcam::lines::Quad;
use serde_json::Value;

use crate::{cli, lines};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/scenes")
}

/// The arguments that read the photographs in a file or folder.
fn auto(path: &Path) -> [&OsStr; 4] {
    ["read".as_ref(), "--lines".as_ref(), "auto".as_ref(), path.as_os_str()]
}

/// The text and the corners that a JSON row tells.
fn line(row: &str) -> (String, Quad) {
    let row: Value = serde_json::from_str(row).unwrap();
    (row["text"].as_str().unwrap().to_owned(), serde_json::from_value(row["quad"].clone()).unwrap())
}

/// A folder with a plain grey picture.
fn plain() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    image::GrayImage::from_pixel(320, 240, image::Luma([128])).save(folder.path().join("plain.png")).unwrap();
    folder
}

#[test]
fn every_line_of_a_photograph_is_read_in_its_place_and_order() {
    for scene in dataset::scenes(&folder()).unwrap() {
        let stdout = cli::stdout(auto(&folder().join(&scene.file)));
        let found: Vec<(String, Quad)> = stdout.lines().map(line).collect();
        let texts: Vec<&String> = found.iter().map(|(text, _)| text).collect();
        assert_eq!(texts, scene.texts.iter().collect::<Vec<_>>(), "{}", scene.file);
        for ((text, quad), truth) in found.iter().zip(&scene.quads) {
            assert!(quad.overlap(truth) >= OVERLAP_MIN, "{text}: {quad:?} is not {truth:?}");
            // Upside down too, corners begin at the text's own top left.
            assert!((quad.angle() - truth.angle()).abs() < 0.05, "{text}: {quad:?} is not {truth:?}");
        }
    }
}

#[test]
fn one_of_the_scenes_has_a_label_upside_down() {
    let turned = |quad: &Quad| quad.angle().abs() > 3.0;
    assert!(dataset::scenes(&folder()).unwrap().iter().any(|scene| scene.quads.iter().any(turned)));
}

#[test]
fn characters_lie_along_the_top_of_the_quad() {
    let stdout = cli::stdout(auto(&folder()));
    for row in stdout.lines() {
        let value: Value = serde_json::from_str(row).unwrap();
        let (text, quad) = line(row);
        let characters = value["characters"].as_array().unwrap();
        assert_eq!(characters.len(), text.chars().count());
        let last = characters.last().unwrap()["right"].as_f64().unwrap();
        let width = f64::from(quad.width());
        // CTC peaks are narrow: at the right of the last peak are half a letter and the room around the ink.
        assert!(last > 0.6 * width && last <= width + 1.0, "{text}: {last} of {width}");
    }
}

#[test]
fn text_has_a_row_for_each_line() {
    let folder = folder();
    let stdout = cli::stdout(auto(&folder).into_iter().chain(["--text".as_ref()]));
    let texts: Vec<String> = dataset::scenes(&folder).unwrap().into_iter().flat_map(|scene| scene.texts).collect();
    assert_eq!(stdout.lines().count(), texts.len());
    for (row, text) in stdout.lines().zip(texts) {
        assert!(row.contains(&format!("  {text} ")), "{row} is not {text}");
    }
}

#[test]
fn a_photograph_without_a_line_is_reported_and_no_error() {
    let plain = plain();
    let outcome = cli::run(auto(plain.path()));
    let file = plain.path().join("plain.png");
    let said = format!(
        "labelcam: {}: no line that can be read\nlabelcam: 1 picture has no line that can be read\n",
        file.display()
    );
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr), (Some(0), "", said));
}

#[test]
fn a_photograph_that_is_no_picture_is_an_error_and_the_others_are_read() {
    let folder = plain();
    fs::copy(self::folder().join("tape.png"), folder.path().join("tape.png")).unwrap();
    fs::write(folder.path().join("bad.png"), "no picture").unwrap();
    let outcome = cli::run(auto(folder.path()));
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stdout.lines().count(), 4, "{}", outcome.stdout);
    assert!(outcome.stderr.ends_with("1 picture was not read, see above\n"), "{}", outcome.stderr);
}

#[test]
fn whole_pictures_have_no_quad() {
    let stdout = cli::stdout(["read".as_ref(), "--lines".as_ref(), "whole".as_ref(), lines::folder().as_os_str()]);
    assert!(stdout.lines().count() > 0 && !stdout.contains("\"quad\""));
}

#[test]
fn eval_of_scenes_has_fractions_and_times_by_size_and_draws() {
    let overlay = tempfile::tempdir().unwrap();
    let (scenes, drawn) = (folder(), overlay.path().join("drawn"));
    let args = ["eval", "--scenes", "--json", "--overlay", drawn.to_str().unwrap(), scenes.to_str().unwrap()];
    let stdout = cli::stdout(args);
    let row: Value = serde_json::from_str(stdout.trim()).unwrap();
    assert_eq!(
        (row["size"].as_str(), row["scenes"].as_u64(), row["lines"].as_u64()),
        (Some("640x480"), Some(2), Some(8))
    );
    for key in ["recall", "read_precision", "exact", "end_to_end"] {
        assert_eq!(row[key].as_f64(), Some(1.0), "{key}: {row}");
    }
    let (find, all) = (row["find_ms"].as_f64().unwrap(), row["all_ms"].as_f64().unwrap());
    assert!(find > 0.0 && find <= all, "{row}");
    for scene in dataset::scenes(&folder()).unwrap() {
        let picture = image::open(drawn.join(&scene.file)).unwrap().to_rgb8();
        assert!(picture.pixels().any(|pixel| pixel.0 == [0, 200, 0]), "{} has a line drawn in", scene.file);
    }
}

#[test]
fn scenes_that_are_none_are_named_with_their_row() {
    let folder = plain();
    fs::write(folder.path().join(SCENES), "{\"file\": \"plain.png\"}\n").unwrap();
    let outcome = cli::run(["eval".as_ref(), "--scenes".as_ref(), folder.path().as_os_str()]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("row 1 of") && outcome.stderr.contains("missing field"), "{}", outcome.stderr);
}

//! `labelcam read`.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::{cli, lines};

/// The JSON objects that the program prints for some arguments.
fn readings(args: &[&str]) -> Vec<Value> {
    let folder = lines::folder();
    let stdout = cli::stdout(["read", folder.to_str().unwrap()].iter().chain(args));
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn every_line_is_read_as_it_is_labelled() {
    let readings = readings(&[]);
    let texts: Vec<_> = readings.iter().map(|reading| reading["text"].as_str().unwrap()).collect();
    let labels: Vec<_> = lines::all().into_iter().map(|line| line.text).collect();
    assert_eq!(texts, labels);
}

#[test]
fn json_tells_file_text_confidence_characters_and_model() {
    let inspected = cli::stdout(["inspect", crate::model::shipped().to_str().unwrap()]);
    for reading in readings(&[]) {
        let keys: Vec<_> = reading.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["characters", "confidence", "file", "model", "text"]);
        assert!((0.0..=1.0).contains(&number(&reading["confidence"])), "{reading}");
        assert!(inspected.contains(reading["model"].as_str().unwrap()), "{reading}");
        assert_eq!(reading["model"].as_str().unwrap().len(), 64, "SHA-256 in hexadecimal");
    }
}

#[test]
fn a_lexicon_gives_the_nearest_of_its_words_and_marks_what_is_near_to_none() {
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.txt");
    fs::write(&words, "repairing\nAUG 27\n\u{4e00}\n").unwrap();
    let outcome = cli::run(["read", lines::folder().to_str().unwrap(), "--lexicon", words.to_str().unwrap()]);
    let left_out = format!("labelcam: {}: words left out that the model cannot read: 1\n", words.display());
    assert_eq!((outcome.code, outcome.stderr), (Some(0), left_out));
    for reading in outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let characters = reading["characters"].as_array().unwrap();
        let spelt: String = characters.iter().map(|c| c["character"].as_str().unwrap()).collect();
        assert_eq!(spelt, reading["text"].as_str().unwrap());
        match reading["text"].as_str().unwrap() {
            "AUG 27" => assert!(reading["raw"].is_null() && reading["unlisted"].is_null(), "{reading}"),
            "repairing" => {
                assert_eq!(reading["raw"], "preparing");
                assert!(number(&reading["confidence"]) < 0.1, "the model saw another word: {reading}");
            }
            _ => assert_eq!(reading["unlisted"], true, "{reading}"),
        }
    }
}

#[test]
fn characters_lie_in_the_picture_in_the_order_of_the_text() {
    for (reading, line) in readings(&[]).iter().zip(lines::all()) {
        let characters = reading["characters"].as_array().unwrap();
        let spelt: String = characters.iter().map(|c| c["character"].as_str().unwrap()).collect();
        assert_eq!(spelt, reading["text"].as_str().unwrap());
        let mut last = 0.0;
        for character in characters {
            let (left, right) = (number(&character["left"]), number(&character["right"]));
            assert!(last <= left && left < right, "{}: {character}", line.name);
            #[expect(clippy::cast_precision_loss, reason = "the width of a picture")]
            let width = line.picture.width as f64;
            assert!(right <= width, "{}: {character}", line.name);
            assert!((0.0..=1.0).contains(&number(&character["confidence"])), "{}: {character}", line.name);
            last = left;
        }
    }
}

#[test]
fn text_is_confidence_text_and_file_in_columns() {
    let folder = lines::folder();
    let stdout = cli::stdout(["read", "--text", folder.to_str().unwrap()]);
    let lines = lines::all();
    assert_eq!(stdout.lines().count(), lines.len());
    for (row, line) in stdout.lines().zip(lines) {
        let (confidence, rest) = row.split_once("  ").unwrap();
        assert!((0.0..=1.0).contains(&confidence.parse::<f64>().unwrap()), "{row}");
        let (text, file) = rest.rsplit_once("  ").unwrap();
        assert_eq!(text.trim_end(), line.text);
        assert_eq!(file, folder.join(line.name).to_str().unwrap());
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_file_names() {
    let names: Vec<_> =
        readings(&[]).iter().map(|r| r["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), lines::all().len());
}

#[test]
fn with_digits_allowed_only_digits_are_read() {
    for reading in readings(&["--allow", "0-9"]) {
        let text = reading["text"].as_str().unwrap();
        assert!(text.chars().all(|c| c.is_ascii_digit()), "{reading}");
    }
}

#[test]
fn one_bad_picture_does_not_keep_the_others_from_being_read() {
    let folder = tempfile::tempdir().unwrap();
    lines::copy(folder.path(), 3, str::to_owned);
    let bad = folder.path().join("b.png");
    fs::write(&bad, "no picture").unwrap();
    let outcome = cli::run(["read".as_ref(), folder.path().as_os_str()]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stdout.lines().count(), 3, "{}", outcome.stdout);
    assert!(outcome.stderr.contains(bad.to_str().unwrap()), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("1 picture was not read, see above\n"), "{}", outcome.stderr);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    // As `head` does, only earlier: whatever the program writes, nobody reads.
    drop(reader);
    let outcome = cli::finished(cli::program().arg("read").arg(lines::folder()).stdout(Stdio::from(writer)));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
}

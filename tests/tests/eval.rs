//! `labelcam eval`.

use std::path::Path;

use serde_json::Value;

use crate::cli::{self, Outcome};
use crate::lines;

/// Two sets: `right` with true labels, `mixed` with one row wrong and the others in the wrong case.
struct Sets(tempfile::TempDir);

const RIGHT: usize = 12;
const MIXED: usize = 4;

impl Sets {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        lines::copy(&folder.path().join("right"), RIGHT, str::to_owned);
        let wrong = lines::all()[0].text.clone();
        let mixed = |text: &str| if text == wrong { "漢字".to_owned() } else { text.to_lowercase() };
        lines::copy(&folder.path().join("mixed"), MIXED, mixed);
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn eval(&self, args: &[&str]) -> Outcome {
        let (right, mixed) = (self.path("right"), self.path("mixed"));
        cli::run([&["eval", &right, &mixed], args].concat())
    }

    /// The results of both sets.
    fn json(&self, args: &[&str]) -> [Value; 2] {
        let outcome = self.eval(&[&["--json"], args].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let rows: Vec<_> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        rows.try_into().unwrap()
    }
}

#[track_caller]
fn assert_near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    // Sums of a dozen doubles: far more than their rounding, far less than a line.
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

/// Labels of `mixed` that stay as they are when put in lower case, the wrong one apart.
#[expect(clippy::cast_precision_loss, reason = "a count of lines")]
fn caseless() -> f64 {
    lines::all()[1..MIXED].iter().filter(|line| line.text == line.text.to_lowercase()).count() as f64
}

#[test]
fn json_has_counts_and_fractions() {
    let [right, mixed] = Sets::new().json(&[]);
    for (row, name, lines) in [(&right, "right", RIGHT), (&mixed, "mixed", MIXED)] {
        assert_eq!(row["set"], name);
        assert_eq!(row["lines"], lines);
        for key in ["exact", "normalized", "ned"] {
            assert!((0.0..=1.0).contains(&row[key].as_f64().unwrap()), "{key} of {row}");
        }
        assert!(row["cer"].as_f64().unwrap() >= 0.0 && row["ms_per_line"].as_f64().unwrap() > 0.0, "{row}");
    }
}

#[test]
fn true_labels_count_as_read_exactly() {
    let [right, _] = Sets::new().json(&[]);
    for (key, expected) in [("exact", 1.0), ("normalized", 1.0), ("ned", 1.0), ("cer", 0.0)] {
        assert_near(&right[key], expected);
    }
    assert_eq!(right["unknown"], 0);
    assert_eq!(right["unreadable"], 0);
}

#[test]
fn labels_with_characters_that_the_model_lacks_are_counted() {
    let [_, mixed] = Sets::new().json(&[]);
    assert_eq!(mixed["unknown"], 1);
    assert_near(&mixed["normalized"], 3.0 / 4.0);
    assert_near(&mixed["exact"], caseless() / 4.0);
}

#[test]
fn normalization_is_that_of_the_set_where_it_has_one() {
    let sets = Sets::new();
    let [right, mixed] = sets.json(&["--normalize", "mixed=exact"]);
    assert_near(&right["normalized"], 1.0);
    assert_eq!(mixed["normalized"], mixed["exact"]);
    let [_, mixed] = sets.json(&["--normalize", "exact", "--normalize", "mixed=fold-case"]);
    assert_near(&mixed["normalized"], 3.0 / 4.0);
}

#[test]
fn misspelt_normalizations_are_refused() {
    for rules in ["fold-cases", "mixed=fold-cases", "mixed="] {
        let outcome = Sets::new().eval(&["--normalize", rules]);
        assert_eq!(outcome.code, Some(1), "{rules}");
        assert!(outcome.stderr.contains("--normalize"), "{}", outcome.stderr);
    }
}

#[test]
fn errors_shows_the_worst_line_first_with_truth_and_reading() {
    let sets = Sets::new();
    let outcome = sets.eval(&["--errors", "1"]);
    let first = &lines::all()[0];
    let file = Path::new(&sets.path("mixed")).join(&first.name);
    let shown = format!("    {}\n        truth 漢字\n        read  {}\n", file.display(), first.text);
    assert_eq!(outcome.stderr, shown);
    assert_eq!(outcome.code, Some(0), "lines read wrongly are a result, no failure");
}

#[test]
fn files_among_the_folders_are_passed_over() {
    let sets = Sets::new();
    let outcome = sets.eval(&[crate::model::path().to_str().unwrap()]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stderr.contains("labels-en.onnx is no folder and is passed over"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 4, "header, two sets, total");
}

#[test]
fn the_total_is_of_all_lines() {
    let sets = Sets::new();
    let outcome = sets.eval(&[]);
    let [right, mixed] = sets.json(&[]);
    let total: Vec<_> = outcome.stdout.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(total[..2], ["total", "16"]);
    for (shown, key) in total[2..5].iter().zip(["exact", "normalized", "ned"]) {
        let mean = (12.0 * right[key].as_f64().unwrap() + 4.0 * mixed[key].as_f64().unwrap()) / 16.0;
        assert_eq!(*shown, format!("{mean:.4}"), "{key}");
    }
    assert_eq!(*total.last().unwrap(), "1", "unknown");
}

#[test]
fn one_set_has_no_total() {
    let stdout = cli::stdout(["eval", lines::folder().to_str().unwrap()]);
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
}

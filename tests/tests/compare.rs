//! `labelcam compare`, and the reference files that it reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cli::{self, Outcome};
use crate::{lines, model};

/// Lines in the set `right`.
const LINES: usize = 6;

/// A labelled set `right`, one without labels `bare`, and a place for files.
struct Sets(tempfile::TempDir);

impl Sets {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        lines::copy(&folder.path().join("right"), LINES, str::to_owned);
        lines::copy(&folder.path().join("bare"), 3, str::to_owned);
        fs::remove_file(folder.path().join("bare/labels.tsv")).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A model that reads the digit or letter `from` as `to`, and the other way round.
    fn model(&self, [from, to]: [char; 2]) -> String {
        let swap = |c: char| {
            if c == from {
                to
            } else if c == to {
                from
            } else {
                c
            }
        };
        let edit = |contract: &mut Value| {
            let alphabet: String = contract["alphabet"].as_str().unwrap().chars().map(swap).collect();
            contract["alphabet"] = alphabet.into();
        };
        fs::write(self.path("other.onnx"), model::with_contract(edit)).unwrap();
        self.text("other.onnx")
    }

    /// The reference that the shipped model makes of `right`.
    fn reference(&self) -> String {
        let path = self.text("reference.jsonl");
        cli::stdout(["eval", &self.text("right"), "--model", &shipped(), "--reference", &path]);
        path
    }

    fn compare(&self, args: &[&str]) -> Outcome {
        cli::run([&["compare", "--time-lines", "0", &self.text("right")], args].concat())
    }

    /// The report of a comparison that must end so.
    fn json(&self, code: i32, args: &[&str]) -> Value {
        let outcome = self.compare(&[&["--json"], args].concat());
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str], parts: &[&str]) {
        let outcome = self.compare(args);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        for part in parts {
            assert!(outcome.stderr.contains(part), "{part:?} is not in: {}", outcome.stderr);
        }
        assert_eq!(outcome.stdout, "");
    }
}

fn shipped() -> String {
    model::path().to_str().unwrap().to_owned()
}

/// Lines of `right` whose text has one of the characters.
fn having(characters: [char; 2]) -> usize {
    lines::all().iter().take(LINES).filter(|line| line.text.contains(characters)).count()
}

#[test]
fn a_model_agrees_with_itself_and_keeps_every_limit() {
    let (sets, model) = (Sets::new(), shipped());
    let args = ["--float", &model, "--int8", &model, "--max-drop", "0", "--min-agreement", "100", "--every-set"];
    let report = sets.json(0, &args);
    let pair = &report["total"]["pairs"][0];
    assert_eq!((&pair["of"], &pair["against"]), (&"int8".into(), &"float".into()));
    assert_eq!((pair["lines"].as_u64(), pair["agreement"].as_f64()), (Some(LINES as u64), Some(1.0)));
    assert_eq!((pair["drop_points"].as_f64(), pair["confidence_shift"].as_f64()), (Some(0.0), Some(0.0)));
    assert_eq!(report["total"]["accuracy"]["int8"]["exact"], 1.0);
    assert_eq!((&report["size_ratio"], &report["passed"]), (&1.0.into(), &true.into()));
    assert_eq!(report["checks"].as_array().unwrap().len(), 4, "two limits, for the one set and the total");
    assert_eq!(report["models"]["float"]["bytes"], fs::metadata(model).unwrap().len());
}

#[test]
fn lines_that_got_worse_or_better_are_named_and_limits_missed_exit_with_3() {
    let (sets, swapped) = (Sets::new(), ['2', '7']);
    let (float, int8) = (shipped(), sets.model(swapped));
    let count = having(swapped);
    assert!(count > 0 && count < LINES, "the swap must change some lines and not all");
    let report = sets.json(3, &["--float", &float, "--int8", &int8, "--max-drop", "1"]);
    let pair = &report["sets"][0]["pairs"][0];
    assert_eq!((&pair["worse"], &pair["better"], &pair["other"]), (&count.into(), &0.into(), &0.into()));
    let change = &pair["changed"][0];
    assert_eq!((&change["kind"], &change["truth"]), (&"worse".into(), &change["before"]["text"]));
    assert_ne!(change["before"]["text"], change["after"]["text"]);
    assert_eq!(
        (&report["checks"][0]["check"], &report["checks"][0]["passed"]),
        (&"accuracy-drop".into(), &false.into())
    );
    // The other way round nothing is lost.
    let report = sets.json(0, &["--float", &int8, "--int8", &float, "--max-drop", "0"]);
    assert_eq!(report["sets"][0]["pairs"][0]["better"], count);
    sets.json(3, &["--float", &int8, "--int8", &float, "--min-agreement", "99"]);
    sets.json(0, &["--float", &int8, "--int8", &float]);
}

#[test]
fn lines_that_the_float_model_was_sure_of_have_a_limit_of_their_own() {
    let (sets, swapped) = (Sets::new(), ['2', '7']);
    let models = ["--float", &shipped(), "--int8", &sets.model(swapped)];
    let report = sets.json(3, &[&models[..], &["--min-sure-agreement", "100"]].concat());
    let (sure, check) = (&report["total"]["pairs"][0]["sure"], &report["checks"][0]);
    assert_eq!((&sure["lines"], &sure["same"]), (&LINES.into(), &(LINES - having(swapped)).into()));
    assert_eq!((&check["check"], &check["passed"]), (&"sure-agreement".into(), &false.into()));
    sets.json(0, &[&models[..], &["--min-sure-agreement", "10"]].concat());
    sets.refused(
        &[&models[..], &["--min-sure-agreement", "100", "--sure", "1"]].concat(),
        &["a confidence of 1 or more"],
    );
    sets.refused(&[&models[..], &["--sure", "50"]].concat(), &["--sure is 50, must be from 0 to 1"]);
}

#[test]
fn a_set_without_labels_is_compared_by_agreement_alone() {
    let (sets, model) = (Sets::new(), shipped());
    let bare = sets.text("bare");
    let report = sets.json(0, &["--float", &model, "--int8", &model, "--min-agreement", "100", &bare]);
    let set = &report["sets"][1];
    assert_eq!((&set["set"], &set["lines"], &set["pairs"][0]["agreement"]), (&"bare".into(), &3.into(), &1.0.into()));
    assert_eq!((&set["accuracy"], &set["pairs"][0]["drop_points"]), (&serde_json::json!({}), &Value::Null));
    let outcome = cli::run(["compare", "--float", &model, "--int8", &model, "--max-drop", "1", &bare]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("no line has a label"), "{}", outcome.stderr);
}

#[test]
fn threads_do_not_change_what_is_found() {
    let (sets, float) = (Sets::new(), shipped());
    let int8 = sets.model(['2', '7']);
    let of = |threads| sets.json(0, &["--float", &float, "--int8", &int8, "--threads", threads]);
    let one = of("1");
    for threads in ["2", "5"] {
        assert_eq!(of(threads), one, "{threads} threads");
    }
}

#[test]
fn times_are_taken_of_both_models() {
    let (sets, model) = (Sets::new(), shipped());
    let args = ["compare", "--json", "--time-lines", "2", "--float", &model, "--int8", &model, &sets.text("right")];
    let report: Value = serde_json::from_str(&cli::stdout(args)).unwrap();
    assert_eq!(report["time"]["lines"], 2);
    for key in ["float_ms", "int8_ms", "ratio"] {
        assert!(report["time"][key].as_f64().unwrap() > 0.0, "{key}");
    }
}

#[test]
fn one_model_is_enough_with_a_reference() {
    let sets = Sets::new();
    let reference = sets.reference();
    let report = sets.json(0, &["--float", &shipped(), "--reference", &reference, "--min-agreement", "100"]);
    assert_eq!(report["reference"]["models"]["float"], "same");
    assert_eq!(report["reference"]["header"]["lines"], LINES);
    assert_eq!(report["total"]["pairs"][0]["against"], "reference");
    assert_eq!(report["total"]["accuracy"]["reference"]["exact"], 1.0);
    // The same network with another contract is the same model; one trained otherwise is not.
    let report = sets.json(3, &["--int8", &sets.model(['2', '7']), "--reference", &reference, "--max-drop", "0"]);
    assert_eq!(report["reference"]["models"]["int8"], "same");
    let text = fs::read_to_string(&reference).unwrap();
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let mut other = text.clone();
    for key in ["onnx_sha256", "graph_sha256"] {
        other = other.replace(header["model"][key].as_str().unwrap(), &"0".repeat(64));
    }
    fs::write(&reference, other).unwrap();
    let outcome = sets.compare(&["--float", &shipped(), "--reference", &reference]);
    assert!(outcome.stderr.contains("read with another model (0000"), "{}", outcome.stderr);
    assert_eq!(outcome.code, Some(0), "another model is worth a comparison too");
}

#[test]
fn lines_missing_on_either_side_are_named_and_break_a_limit() {
    let sets = Sets::new();
    let reference = sets.reference();
    let [first, second, third] = [0, 1, 2].map(|at| lines::all()[at].name.clone());
    let labels = fs::read_to_string(sets.path("right/labels.tsv")).unwrap();
    // The first is gone here, the second is another picture, and the third is labelled anew.
    let kept: Vec<_> = labels
        .lines()
        .skip(1)
        .map(|row| if row.starts_with(&third) { format!("{row}!") } else { row.into() })
        .collect();
    fs::write(sets.path("right/labels.tsv"), kept.join("\n")).unwrap();
    fs::copy(sets.path("right").join(&third), sets.path("right").join(&second)).unwrap();
    let report = sets.json(3, &["--float", &shipped(), "--reference", &reference, "--min-agreement", "0"]);
    for (key, file) in [("not_in_set", &first), ("other_picture", &second), ("relabelled", &third)] {
        assert_eq!(report["reference"][key], serde_json::json!([format!("right/{file}")]), "{key}");
    }
    assert_eq!(report["total"]["pairs"][0]["lines"], LINES - 2);
    let outcome = sets.compare(&["--float", &shipped(), "--reference", &reference, &sets.text("bare")]);
    assert_eq!(outcome.code, Some(0), "without a limit they are told and no more");
    for part in
        ["3 lines are not in the reference: bare/", &format!("right/{first}"), "another picture", "labelled otherwise"]
    {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

#[test]
fn references_that_cannot_be_used_are_refused() {
    let sets = Sets::new();
    let reference = sets.reference();
    let whole = fs::read_to_string(&reference).unwrap();
    let model = shipped();
    let args = ["--float", model.as_str(), "--reference", reference.as_str()];
    let cases = [
        (whole[..whole.len() - 40].to_owned(), format!("line {} cannot be read", LINES + 1)),
        (whole.lines().take(3).collect::<Vec<_>>().join("\n"), format!("says {LINES} lines and 2 follow")),
        (whole.replace("\"right\"", "\"wrong\""), "none of the pictures in these sets".to_owned()),
        (whole.replace("labelcam-reference", "something"), "line 1 is no header".to_owned()),
        (String::new(), "it is empty".to_owned()),
    ];
    for (text, part) in cases {
        fs::write(&reference, text).unwrap();
        sets.refused(&args, &["cannot use the reference", "reference.jsonl", &part]);
    }
    fs::remove_file(&reference).unwrap();
    sets.refused(&args, &["cannot use the reference", "it cannot be read"]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (sets, model) = (Sets::new(), shipped());
    let both = ["--float", model.as_str(), "--int8", model.as_str()];
    sets.refused(&["--float", &model], &["nothing to compare with", "--reference"]);
    sets.refused(&[], &["nothing to compare with"]);
    for (option, value) in
        [("--max-drop", "-0.1"), ("--max-drop", "101"), ("--min-agreement", "nan"), ("--min-agreement", "-1")]
    {
        sets.refused(&[&both[..], &[option, value]].concat(), &[option, "must be from 0 to 100"]);
    }
    let again = sets.text("more/right");
    lines::copy(Path::new(&again), 1, str::to_owned);
    sets.refused(&[&both[..], &[&again]].concat(), &["both named right", "rename one"]);
    sets.refused(&[&both[..], &[&sets.text("right")]].concat(), &["both named right"]);
    sets.refused(&["--float", &model, "--int8", &sets.text("none.onnx")], &["cannot use the model", "none.onnx"]);
}

#[test]
fn junit_is_xml_whose_failures_are_the_limits_missed() {
    let sets = Sets::new();
    // A label with all that XML must escape.
    let labels = fs::read_to_string(sets.path("right/labels.tsv")).unwrap();
    let first = labels.split('\t').next().unwrap();
    fs::write(
        sets.path("right/labels.tsv"),
        format!("{first}\t<a b=\"'&\u{1}\">\n{}", labels.split_once('\n').unwrap().1),
    )
    .unwrap();
    let (float, int8, xml) = (shipped(), sets.model(['2', '7']), sets.text("compare.xml"));
    sets.json(3, &["--float", &float, "--int8", &int8, "--min-agreement", "99", "--every-set", "--junit", &xml]);
    // Python's parser stands for those of CI servers.
    let script = "import sys, xml.etree.ElementTree as E\n\
        for suite in E.parse(sys.argv[1]).getroot():\n\
        \x20   counts = [len(suite.findall('testcase')), len(suite.findall('testcase/failure')), len(suite.findall('testcase/skipped'))]\n\
        \x20   assert counts == [int(suite.get(key)) for key in ('tests', 'failures', 'skipped')]\n\
        \x20   failed = [case.get('name') for case in suite if case.find('failure') is not None]\n\
        \x20   print(suite.get('name'), *counts, *failed)";
    let output = Command::new("python3").args(["-c", script, &xml]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let changed = having(['2', '7']);
    let expected = format!("right {} 1 {changed} agreement\ntotal 3 1 0 agreement\n", changed + 3);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn markdown_has_the_verdict_and_every_table_row_as_wide_as_its_head() {
    let (sets, float) = (Sets::new(), shipped());
    let (int8, path) = (sets.model(['2', '7']), sets.text("summary.md"));
    sets.json(3, &["--float", &float, "--int8", &int8, "--min-agreement", "100", "--markdown", &path]);
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("## labelcam compare: 1 of 1 limits missed\n"), "{text}");
    let tables: Vec<_> = text.split("\n\n").filter(|part| part.starts_with('|')).collect();
    assert_eq!(tables.len(), 5, "{text}");
    for table in tables {
        let bars: Vec<_> = table.lines().map(|row| row.matches('|').count()).collect();
        assert!(bars.iter().all(|count| *count == bars[0]), "{table}");
    }
}

#[test]
fn files_that_cannot_be_written_are_named() {
    let (sets, model) = (Sets::new(), shipped());
    for option in ["--junit", "--markdown"] {
        sets.refused(&["--float", &model, "--int8", &model, option, "/none/here"], &["cannot write /none/here"]);
    }
}

use super::*;
use toml::{Table, Value};

/// The shipped file with everything in it that is off.
fn uncommented() -> String {
    let is_setting = |line: &str| {
        line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c == '[' || c.is_ascii_lowercase()))
    };
    let lines = SHIPPED.lines().map(|line| if is_setting(line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every default there is: optional tables are there, and have theirs.
fn everything() -> Config {
    let rules = RuleOptions {
        check_digit: Some(crate::rule::CheckDigitOptions::default()),
        date: Some(crate::rule::DateOptions::default()),
        number: Some(crate::rule::NumberOptions::default()),
        ..RuleOptions::default()
    };
    Config {
        camera: Some(CameraOptions::default()),
        pipe: Some(PipeOptions::default()),
        files: Some(FilesOptions::default()),
        rules,
        lexicon: Some(crate::lexicon::LexiconOptions::default()),
        outputs: OutputOptions {
            socket: Some(crate::output::SocketOptions::default()),
            file: Some(crate::output::FileOptions::default()),
            http: Some(crate::output::HttpOptions::default()),
            ..OutputOptions::default()
        },
        ..Config::default()
    }
}

/// The keys of `wanted` that `found` lacks or has with another value.
fn differences(wanted: &Table, found: &Table, path: &str) -> Vec<String> {
    let difference = |(key, wanted): (&String, &Value)| match (wanted, found.get(key)) {
        (Value::Table(wanted), Some(Value::Table(found))) => differences(wanted, found, &format!("{path}{key}.")),
        (wanted, Some(found)) if same(wanted, found) => Vec::new(),
        (wanted, found) => vec![format!("{path}{key}: {wanted:?} in the program, {found:?} in the file")],
    };
    wanted.iter().flat_map(difference).collect()
}

/// Whether two values are equal; a float of the program has as many digits as single precision gives it.
fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Float(wanted), Value::Float(found)) => (wanted - found).abs() < 1e-6,
        _ => wanted == found,
    }
}

#[test]
fn the_shipped_file_has_every_key_with_its_default() {
    let mut found: Table = uncommented().parse().unwrap();
    let Value::Array(regions) = found.remove("regions").unwrap() else { panic!("regions are a list") };
    let mut wanted = Table::try_from(everything()).unwrap();
    wanted.remove("regions");
    assert!(differences(&wanted, &found, "").is_empty(), "{:#?}", differences(&wanted, &found, ""));
    let mut wanted = Table::try_from(RegionOptions::default()).unwrap();
    // Their keys are those of [rules], which the file refers to.
    wanted.remove("rules");
    let region = regions[0].as_table().unwrap();
    assert!(differences(&wanted, region, "").is_empty(), "{:#?}", differences(&wanted, region, ""));
}

#[test]
fn the_shipped_file_has_no_key_that_the_program_lacks() {
    toml::from_str::<Config>(&uncommented()).unwrap();
    assert_eq!(Config::parse(SHIPPED).unwrap(), Config::default());
    assert_eq!(Config::parse("").unwrap(), Config::default());
}

#[test]
fn an_unknown_key_is_shown_in_its_line() {
    let error = Config::parse("[gates]\ndark = 30.0\nblurr = 0.1\n").unwrap_err().to_string();
    assert!(error.contains("line 3") && error.contains("blurr") && error.contains("`blur`"), "{error}");
}

#[test]
fn lines_have_heights_in_order() {
    let error = Config::parse("[lines]\nheight-min-px = 50.0\nheight-max-px = 20.0\n").unwrap_err().to_string();
    assert_eq!(error, "in [lines]: `height-max-px` is 20 and must be from 50 to 10000");
    assert!(Config::parse("[lines]\nscore-min = nan\n").is_err());
}

#[test]
fn relative_paths_begin_at_the_folder_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("labelcam.toml");
    fs::write(&path, "[model]\npath = \"m.onnx\"\n[pipe]\npath = \"-\"\n[outputs.file]\npath = \"/var/r.jsonl\"\n")
        .unwrap();
    let config = Config::load(&path).unwrap();
    assert_eq!(config.model.path, folder.path().join("m.onnx"));
    assert_eq!(config.model.spec, Path::new(""));
    assert_eq!(config.pipe.unwrap().path, Path::new("-"));
    assert_eq!(config.outputs.file.unwrap().path, Path::new("/var/r.jsonl"));
}

#[test]
fn what_is_watched_does_not_depend_on_where_frames_come_from_or_go() {
    let one = Config::parse("[files]\npath = \"a\"\n").unwrap();
    let other = Config::parse("[pipe]\n[outputs.stdout]\nraw = true\n").unwrap();
    assert!(one.watches_like(&other));
    let words = Config::parse("[lexicon]\npath = \"words\"\n").unwrap();
    assert!(!words.watches_like(&words), "the words may be others");
    assert!(!one.watches_like(&Config::parse("[gates]\ndark = 1.0\n").unwrap()));
}

//! Tests of the model contract.

use std::io;

use serde_json::{Value, json};

use super::*;

fn contract() -> Value {
    json!({
        "format": 1,
        "input": {
            "channels": 1,
            "height": 32,
            "normalization": {"line": {"min-std": 4.0}},
            "resize": "keep-ratio",
            "time-stride": 4,
            "width-multiple": 32,
            "max-width": 2048,
        },
        "output": {"values": "log-probabilities"},
        "alphabet": "abc",
    })
}

fn calibration() -> Value {
    json!({
        "float-sha256": "a",
        "commit": "c",
        "data": "rendered",
        "data-sha256": "b",
        "lines": 512,
        "weight-bits": 7,
        "rounding": "gptq",
        "methods": {"min-max": 3, "mse": 9},
        "equalized": ["conv1"],
        "float-layers": [],
    })
}

/// The contract with one value replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut contract = contract();
    *contract.pointer_mut(pointer).unwrap() = value;
    contract
}

fn message(contract: &Value) -> String {
    Spec::from_json(&contract.to_string()).err().map(|error| error.to_string()).unwrap_or_default()
}

fn none(name: &str) -> io::Result<String> {
    panic!("{name} is not asked for")
}

/// The sidecar with `alphabet-file` in place of the alphabet, whose text is `table`.
fn with_table(table: &str) -> Result<Spec, SpecError> {
    let mut sidecar = toml::Table::try_from(contract()).unwrap();
    sidecar.remove("alphabet");
    sidecar.insert("alphabet-file".into(), "table.txt".into());
    Spec::from_toml(&sidecar.to_string(), |name| {
        assert_eq!(name, "table.txt");
        Ok(table.to_owned())
    })
}

#[test]
fn what_is_written_is_read_back() {
    let mut whole = contract();
    whole["training"] = json!({"network": "crnn", "commit": "c", "config-sha256": "d", "data": "rendered", "lines": 7});
    whole["calibration"] = calibration();
    let fixed = json!({"fixed": {"mean": 127.5, "std": 127.5}});
    for contract in [contract(), whole, with("/input/normalization", fixed)] {
        let spec = Spec::from_json(&contract.to_string()).unwrap();
        assert_eq!(Spec::from_json(&spec.to_json()).unwrap(), spec);
        assert_eq!(serde_json::from_str::<Value>(&spec.to_json()).unwrap(), contract, "nothing is added or lost");
    }
}

#[test]
fn a_later_contract_is_called_later_even_where_its_keys_are_unknown() {
    let mut later = with("/format", 2.into());
    later["beams"] = 4.into();
    assert!(matches!(Spec::from_json(&later.to_string()), Err(SpecError::Format { found: 2 })));
    let sidecar = toml::Table::try_from(&later).unwrap().to_string();
    assert!(matches!(Spec::from_toml(&sidecar, none), Err(SpecError::Format { found: 2 })));
    assert!(message(&with("/format", u64::MAX.into())).contains("update labelcam"));
}

#[test]
fn unknown_keys_are_errors_at_every_level() {
    for parent in ["", "/input", "/input/normalization/line", "/output"] {
        let mut contract = contract();
        contract.pointer_mut(parent).unwrap()["hieght"] = 1.into();
        assert!(message(&contract).contains("unknown field `hieght`"), "{parent}: {}", message(&contract));
    }
}

#[test]
fn missing_keys_are_errors() {
    for (parent, key) in [("", "format"), ("", "alphabet"), ("/input", "width-multiple"), ("/output", "values")] {
        let mut contract = contract();
        contract.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        assert!(message(&contract).contains(&format!("missing field `{key}`")), "{}", message(&contract));
    }
}

#[test]
fn values_that_no_model_can_have_are_named_with_the_rule() {
    let cases = [
        ("/format", json!(0), "format = 0, which must be 1 or later"),
        ("/input/channels", json!(2), "input.channels = 2, which must be 1 or 3"),
        ("/input/height", json!(7), "input.height = 7, which must be from 8 to 256"),
        ("/input/height", json!(257), "input.height = 257"),
        ("/input/time-stride", json!(0), "input.time-stride = 0, which must be from 1 to 64"),
        ("/input/time-stride", json!(65), "input.time-stride = 65"),
        ("/input/max-width", json!(31), "input.max-width = 31, which must be from the height to 8192"),
        ("/input/max-width", json!(8193), "input.max-width = 8193"),
        ("/input/width-multiple", json!(0), "input.width-multiple = 0, which must be a multiple of time-stride"),
        ("/input/width-multiple", json!(30), "input.width-multiple = 30"),
        ("/input/width-multiple", json!(260), "input.width-multiple = 260"),
        ("/input/normalization", json!({"line": {"min-std": 0}}), "line.min-std = 0, which must be a positive number"),
        ("/input/normalization", json!({"line": {"min-std": 1e39}}), "line.min-std = inf"),
        ("/input/normalization", json!({"fixed": {"mean": 0, "std": -1}}), "fixed.std = -1"),
        (
            "/input/normalization",
            json!({"fixed": {"mean": 1e39, "std": 1}}),
            "fixed.mean = inf, which must be a number",
        ),
    ];
    for (pointer, value, expected) in cases {
        let text = message(&with(pointer, value));
        assert!(text.contains(expected), "{expected:?} is not in {text:?}");
    }
}

#[test]
fn the_bounds_themselves_are_accepted() {
    let cases = [("channels", 3), ("height", 8), ("height", 256), ("max-width", 32), ("max-width", 8192)];
    for (key, value) in cases.into_iter().chain([("time-stride", 1), ("time-stride", 32), ("width-multiple", 256)]) {
        assert_eq!(message(&with(&format!("/input/{key}"), value.into())), "", "{key} = {value}");
    }
}

#[test]
fn a_sidecar_says_the_same_in_toml() {
    let sidecar = toml::Table::try_from(contract()).unwrap().to_string();
    assert_eq!(Spec::from_toml(&sidecar, none).unwrap(), Spec::from_json(&contract().to_string()).unwrap());
}

#[test]
fn a_table_may_hold_a_character_twice() {
    let spec = with_table("a\nb\na\n").unwrap();
    assert_eq!(spec.alphabet.chars(), ['a', 'b', 'a']);
    assert!(matches!(with_table("a\nbc\n"), Err(SpecError::Alphabet(_))));
    assert!(matches!(with_table(""), Err(SpecError::Alphabet(_))));
}

#[test]
fn sidecars_that_cannot_be_used_are_refused() {
    let valid = toml::Table::try_from(contract()).unwrap();
    let mut both = valid.clone();
    both.insert("alphabet-file".into(), "table.txt".into());
    let mut number = valid.clone();
    number.insert("alphabet-file".into(), 3.into());
    let mut neither = valid;
    neither.remove("alphabet");
    let cases = [
        (both, "both alphabet and alphabet-file are given: give one"),
        (number, "alphabet-file must be a file name"),
        (neither, "missing field `alphabet`"),
    ];
    for (sidecar, expected) in cases {
        let text = Spec::from_toml(&sidecar.to_string(), none).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
    assert!(matches!(Spec::from_toml("format is 1", none), Err(SpecError::Syntax(_))));
}

#[test]
fn a_table_that_cannot_be_read_is_named() {
    let mut sidecar = toml::Table::try_from(contract()).unwrap();
    sidecar.remove("alphabet");
    sidecar.insert("alphabet-file".into(), "table.txt".into());
    let gone = |_: &str| Err(io::Error::from(io::ErrorKind::NotFound));
    let text = Spec::from_toml(&sidecar.to_string(), gone).unwrap_err().to_string();
    assert!(text.contains("table.txt cannot be read") && text.contains("put it beside"), "{text}");
}

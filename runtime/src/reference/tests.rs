use super::*;
use crate::spec::Spec;

fn identity() -> ModelIdentity {
    ModelIdentity {
        onnx_sha256: "a".repeat(64),
        graph_sha256: "b".repeat(64),
        checkpoint_sha256: None,
        config_sha256: Some("c".repeat(64)),
    }
}

fn reading(file: &str) -> Line {
    Line {
        set: "wires".into(),
        file: file.into(),
        sha256: "0123456789abcdef".repeat(4),
        text: "5 \"Ω\"\n".into(),
        confidence: 0.1,
        truth: String::new(),
    }
}

fn reference() -> Reference {
    let header = Header::new("a test", ["cpu", "PyTorch 2.11.0", "wires"], identity());
    Reference::new(header, ["a.png", "b.png", "c.png"].map(reading).into())
}

/// The message about the file after `edit`.
fn refused(edit: impl FnOnce(String) -> String) -> String {
    Reference::parse(edit(reference().to_jsonl()).as_bytes()).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read() {
    let written = reference();
    assert_eq!(written.to_jsonl().lines().count(), 4, "a header and three lines, whatever is in the texts");
    assert_eq!(Reference::parse(written.to_jsonl().as_bytes()).unwrap(), written);
}

#[test]
fn a_file_cut_off_anywhere_is_refused_with_the_number_of_the_line() {
    let whole = reference().to_jsonl();
    let header = whole.lines().next().unwrap().len();
    // Without its last line feed it is still whole.
    for length in 0..whole.len() - 1 {
        let error = Reference::parse(&whole.as_bytes()[..length]).unwrap_err();
        let number = whole.as_bytes()[..length].split(|&byte| byte == b'\n').count();
        let told = match error {
            ReferenceError::Empty => length == 0,
            ReferenceError::Kind => length < header,
            ReferenceError::Line { line, .. } => line == number,
            ReferenceError::Count { expected: 3, found } => found < 3,
            _ => false,
        };
        assert!(told, "{length} of {}: {error}", whole.len());
    }
}

#[test]
fn files_of_another_kind_or_format_are_refused() {
    for text in ["hello", "{}", "[]", "{\"kind\":\"labelcam\",\"format\":1}", "\u{0}PNG"] {
        assert!(matches!(Reference::parse(text.as_bytes()), Err(ReferenceError::Kind)), "{text}");
    }
    assert!(matches!(Reference::parse(b""), Err(ReferenceError::Empty)));
    let later = refused(|text| text.replacen("\"format\":1", "\"format\":2,\"more\":0", 1));
    assert!(later.contains("format 2") && later.contains("reads format 1"), "{later}");
}

#[test]
fn what_a_line_may_not_say_is_named_with_its_number() {
    let cases = [
        ("\"confidence\":0.1", "\"confidence\":1.5", "the confidence is 1.5 and must be from 0 to 1"),
        ("\"sha256\":\"0123", "\"sha256\":\"012", "64 hexadecimal digits"),
        ("\"file\":\"b.png\"", "\"fiel\":\"b.png\"", "unknown field `fiel`"),
        ("\"text\":", "\"text\":7,\"txt\":", "invalid type"),
    ];
    for (from, to, part) in cases {
        let error = refused(|text| {
            let (head, rest) = text.split_once("b.png").unwrap();
            let line = head.rfind('\n').unwrap() + 1;
            let (before, start) = head.split_at(line);
            let whole = format!("{start}b.png{rest}");
            assert!(whole.contains(from), "{from}");
            format!("{before}{}", whole.replacen(from, to, 1))
        });
        assert!(error.contains("line 3 cannot be read") && error.contains(part), "{from}: {error}");
        assert!(!error.contains("line 1"), "{error}");
    }
}

#[test]
fn a_picture_may_not_stand_in_it_twice() {
    let error = refused(|text| text.replacen("c.png", "a.png", 1));
    assert!(error.contains("line 4 has wires/a.png, as line 2 does"), "{error}");
}

fn spec(config: &str, calibration: Option<serde_json::Value>) -> Spec {
    let mut spec = serde_json::json!({
        "format": 1,
        "input": {
            "channels": 1, "height": 32, "normalization": {"line": {"min-std": 4.0}}, "resize": "keep-ratio",
            "time-stride": 4, "width-multiple": 32, "max-width": 2048
        },
        "output": {"values": "log-probabilities"},
        "alphabet": "ab",
        "training": {"network": "n", "commit": "d", "config-sha256": config, "data": "", "lines": 1}
    });
    if let Some(calibration) = calibration {
        spec["calibration"] = calibration;
    }
    Spec::from_json(&spec.to_string()).unwrap()
}

#[test]
fn a_float_model_is_known_by_its_file_or_by_its_network() {
    let model = identity();
    let exported_again = ModelIdentity { onnx_sha256: "d".repeat(64), ..identity() };
    let trained_on = ModelIdentity { graph_sha256: "d".repeat(64), ..exported_again.clone() };
    assert_eq!(model.matches(&model), Match::Same);
    assert_eq!(model.matches(&exported_again), Match::Same);
    assert_eq!(model.matches(&trained_on), Match::Other, "one configuration gives many checkpoints");
}

#[test]
fn an_int8_model_is_known_by_its_calibration_or_else_by_its_configuration() {
    let model = identity();
    let named = serde_json::json!({
        "float-sha256": model.onnx_sha256, "commit": "d", "data": "", "data-sha256": "", "lines": 1, "weight-bits": 7,
        "rounding": "gptq", "methods": {}, "equalized": [], "float-layers": []
    });
    assert_eq!(model.matches_quantized(&spec("x", Some(named))), Match::Same);
    assert_eq!(model.matches_quantized(&spec(&"c".repeat(64), None)), Match::SameConfiguration);
    assert_eq!(model.matches_quantized(&spec("x", None)), Match::Other);
}

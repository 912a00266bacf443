//! What cannot be used is named, with the fix, and never ends in a panic.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tract_onnx::pb::{ModelProto, NodeProto};

use crate::cli::{self, Outcome};
use crate::{lines, model};

/// Makes files for one test.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// Runs the program, which must refuse with a message that has each of `parts`.
#[track_caller]
fn refused<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, parts: &[&str]) {
    check(&cli::run(args), parts);
}

#[track_caller]
fn check(outcome: &Outcome, parts: &[&str]) {
    let stderr = &outcome.stderr;
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(outcome.code, Some(1), "{stderr}");
    assert!(stderr.starts_with("labelcam: ") && stderr.len() < 1000, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is not in: {stderr}");
    }
    let causes: Vec<_> = stderr.lines().next().unwrap_or_default().split(": ").collect();
    let said: HashSet<_> = causes.iter().collect();
    assert_eq!(said.len(), causes.len(), "something is said twice: {stderr}");
}

/// The program must refuse a model file with these bytes.
#[track_caller]
fn model_refused(bytes: &[u8], parts: &[&str]) {
    let files = Files::new();
    let path = files.write("strange.onnx", bytes);
    let named = ["cannot use the model", "strange.onnx"];
    refused([OsStr::new("inspect"), path.as_os_str()], &[&named, parts].concat());
}

/// The program must refuse the shipped model with this sidecar.
#[track_caller]
fn sidecar_refused(edit: impl FnOnce(&mut toml::Table), parts: &[&str]) {
    let files = Files::new();
    let mut sidecar = model::sidecar();
    edit(&mut sidecar);
    files.write("broken.txt", "a\nbc\n");
    let path = files.write("beside.toml", sidecar.to_string());
    refused([OsStr::new("inspect"), model::path().as_os_str(), "--spec".as_ref(), path.as_os_str()], parts);
}

/// The program must refuse to read a picture with these bytes.
#[track_caller]
fn picture_refused(bytes: &[u8], parts: &[&str]) {
    let files = Files::new();
    let path = files.write("strange.png", bytes);
    refused([OsStr::new("read"), path.as_os_str()], &[&["strange.png"], parts].concat());
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn truncated_models_are_refused() {
    let bytes = model::bytes();
    let parts = (0..37).map(|part| part * bytes.len() / 37);
    for length in parts.chain([1, 2, 7, 64].map(|missing| bytes.len() - missing)) {
        model_refused(&bytes[..length], &["damaged or truncated", "copy or export it again"]);
    }
}

#[test]
fn random_bytes_are_no_model() {
    for seed in 1..=16u64 {
        // Knuth's linear congruential generator, whose upper bits are the good ones.
        let mut state = seed;
        let random = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        });
        model_refused(&random.take(4096).collect::<Vec<_>>(), &["not an ONNX model", "copy or export it again"]);
    }
}

#[test]
fn a_missing_model_is_named() {
    let path = Files::new().path("none.onnx");
    refused([OsStr::new("inspect"), path.as_os_str()], &["cannot read", "none.onnx"]);
}

fn pool(model: &mut ModelProto) -> &mut NodeProto {
    model.graph.as_mut().unwrap().node.iter_mut().find(|node| node.op_type.ends_with("Pool")).unwrap()
}

#[test]
fn damaged_graphs_are_refused() {
    type Case = (fn(&mut ModelProto), &'static [&'static str]);
    let cases: &[Case] = &[
        (|model| model.graph = None, &["no graph"]),
        (|model| model.graph.as_mut().unwrap().node.clear(), &["no nodes"]),
        (|model| model.graph.as_mut().unwrap().output.clear(), &["no output"]),
        (|model| model.graph.as_mut().unwrap().input.clear(), &["tract cannot run"]),
        (|model| model.graph.as_mut().unwrap().node[0].op_type = "Teleport".into(), &["Teleport", "operators"]),
        (|model| model.graph.as_mut().unwrap().node[0].input.clear(), &["tract cannot run"]),
        (|model| model.graph.as_mut().unwrap().node[0].attribute.clear(), &["tract cannot run"]),
        (|model| drop(model.graph.as_mut().unwrap().node.remove(3)), &["tract cannot run"]),
        // tract 0.23.9 panics at a pool without input.
        (|model| pool(model).input.clear(), &["tract cannot run"]),
        (|model| model.graph.as_mut().unwrap().initializer.clear(), &["tract cannot run"]),
        (|model| model.graph.as_mut().unwrap().initializer[0].dims[0] += 1, &["bytes of data and needs"]),
        (|model| model.graph.as_mut().unwrap().initializer[0].dims[0] = -1, &["bytes of data and needs"]),
        (|model| model.graph.as_mut().unwrap().initializer[0].dims = vec![i64::MAX; 3], &["impossible shape"]),
    ];
    for (edit, parts) in cases {
        model_refused(&model::with_proto(edit), parts);
    }
}

#[test]
fn contracts_that_cannot_be_kept_are_refused() {
    type Case = (&'static str, Value, &'static [&'static str]);
    let drop_character = |contract: &mut Value| {
        let alphabet = contract["alphabet"].as_str().unwrap().to_owned();
        contract["alphabet"] = alphabet.chars().skip(1).collect::<String>().into();
    };
    let classes = model::contract().alphabet.classes();
    let counts = format!("outputs {classes} classes and its alphabet needs {}", classes - 1);
    model_refused(&model::with_contract(drop_character), &[&counts, "export it again"]);
    let cases: [Case; 8] = [
        ("/format", json!(2), &["format 2", "reads up to 1", "update labelcam"]),
        ("/format", json!(0), &["format = 0", "1 or later"]),
        ("/format", json!("one"), &["cannot be read", "invalid type"]),
        ("/alphabet", json!("aba"), &["as class 1 and again as class 3", "take one out"]),
        ("/input/height", json!(7), &["input.height = 7", "from 8 to 256"]),
        ("/input/channels", json!(3), &["tract cannot run"]),
        ("/input/time-stride", json!(32), &["output has shape", "must have"]),
        ("/input/normalization", json!({"line": {"min-std": 0.0}}), &["min-std = 0", "a positive number"]),
    ];
    for (key, value, parts) in cases {
        model_refused(&model::with_contract(|contract| *contract.pointer_mut(key).unwrap() = value), parts);
    }
    model_refused(&model::with_contract(|contract| contract["hieght"] = 32.into()), &["unknown field `hieght`"]);
    model_refused(&model::with_proto(|model| model.metadata_props.clear()), &["labelcam.spec", "--spec"]);
}

#[test]
fn a_sidecar_takes_the_place_of_the_metadata() {
    let files = Files::new();
    let bare = files.write("bare.onnx", model::with_proto(|model| model.metadata_props.clear()));
    let sidecar = files.write("bare.toml", model::sidecar().to_string());
    let shipped = cli::stdout(["inspect".as_ref(), model::path().as_os_str()]);
    let described = cli::stdout(["inspect".as_ref(), bare.as_os_str(), "--spec".as_ref(), sidecar.as_os_str()]);
    // The first two rows are the file and its digest.
    assert!(shipped.lines().skip(2).eq(described.lines().skip(2)), "{shipped}{described}");
}

#[test]
fn sidecars_that_cannot_be_used_are_refused() {
    let beside = ["in ", "beside.toml"];
    let with = |parts: &[&'static str]| [&beside, parts].concat();
    sidecar_refused(|spec| drop(spec.insert("hieght".into(), 32.into())), &with(&["unknown field `hieght`"]));
    sidecar_refused(|spec| drop(spec.remove("input")), &with(&["missing field `input`"]));
    sidecar_refused(|spec| drop(spec.insert("format".into(), 2.into())), &with(&["format 2", "update labelcam"]));
    sidecar_refused(
        |spec| drop(spec.insert("alphabet-file".into(), "broken.txt".into())),
        &with(&["both alphabet and alphabet-file", "give one"]),
    );
    let table = |name: &'static str| {
        move |spec: &mut toml::Table| {
            spec.remove("alphabet");
            spec.insert("alphabet-file".into(), name.into());
        }
    };
    sidecar_refused(table("none.txt"), &with(&["alphabet file none.txt cannot be read", "put it beside"]));
    sidecar_refused(table("broken.txt"), &with(&["line 2 of the alphabet table is \"bc\"", "correct the table"]));
    let flat = |spec: &mut toml::Table| {
        let fixed = toml::toml! { fixed = { mean = 127.5, std = 0.0 } };
        spec["input"].as_table_mut().unwrap().insert("normalization".into(), fixed.into());
    };
    sidecar_refused(flat, &with(&["normalization.fixed.std = 0", "a positive number"]));
}

#[test]
fn a_sidecar_that_is_missing_or_no_toml_is_named() {
    let files = Files::new();
    let text = files.write("text.toml", "format is one");
    for (path, part) in [(text, "cannot be read"), (files.path("none.toml"), "cannot read")] {
        let name = path.file_name().unwrap().to_str().unwrap();
        refused(["inspect".as_ref(), model::path().as_os_str(), "--spec".as_ref(), path.as_os_str()], &[part, name]);
    }
}

#[test]
fn files_that_are_no_pictures_are_refused() {
    let whole = png(64, 32);
    picture_refused(b"hello, world, this is text", &["not a JPEG, PNG or BMP picture", "convert it"]);
    picture_refused(b"", &["not a JPEG, PNG or BMP picture"]);
    for length in [9, 20, whole.len() / 2, whole.len() - 20] {
        picture_refused(&whole[..length], &["the picture is damaged", "take or copy it again"]);
    }
    let missing = Files::new().path("none.png");
    refused([OsStr::new("read"), missing.as_os_str()], &["cannot read", "none.png"]);
}

#[test]
fn pictures_of_impossible_sizes_are_refused() {
    picture_refused(&png(1, 1), &["1x1 pixels", "cut out more"]);
    picture_refused(&png(20_000, 20), &["20000x20 pixels becomes 32000", "cut it into shorter lines"]);
    // Only the header: memory for what it promises must not be asked for.
    let mut header = Vec::new();
    let mut writer = png::Encoder::new(&mut header, 60_000, 60_000).write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[]).unwrap();
    drop(writer);
    picture_refused(&header, &["60000x60000 pixels", "scale it down"]);
}

#[test]
fn characters_outside_the_alphabet_cannot_be_allowed() {
    let folder = lines::folder();
    refused(
        [OsStr::new("read"), "--allow".as_ref(), "0-9漢".as_ref(), folder.as_os_str()],
        &["in --allow", "漢", "alphabet"],
    );
}

#[test]
fn folders_that_are_no_sets_are_refused() {
    let files = Files::new();
    let labels = |set: &str, text: &str| files.write(&format!("{set}/labels.tsv"), text);
    labels("rows", "\n");
    labels("tabs", "a.png\tA\n\nb.png B\n");
    labels("pictures", "gone.png\tA\n");
    files.write("bare/readme", "no pictures");
    let cases: &[(&str, &str, &[&str])] = &[
        ("read", "bare", &["bare has no pictures", "png"]),
        ("eval", "bare", &["bare has no labels.tsv", "a file name, a tab and the text"]),
        ("eval", "rows", &["labels.tsv has no rows"]),
        ("eval", "tabs", &["row 3", "labels.tsv has no tab", "write a file name"]),
        ("eval", "pictures", &["cannot read", "gone.png"]),
        ("eval", "none", &["there is no folder", "none"]),
        ("eval", "bare/readme", &["none of the paths is a folder", "labels.tsv"]),
    ];
    for (command, folder, parts) in cases {
        refused([OsStr::new(command), files.path(folder).as_os_str()], parts);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let lines = lines::folder();
    let model = model::path();
    for (command, argument) in [("read", &lines), ("eval", &lines), ("inspect", &model)] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = cli::finished(cli::program().arg(command).arg(argument).stdout(Stdio::from(full)));
        check(&outcome, &["cannot write to standard output", "No space left"]);
    }
}

//! Runs `labelcam-quantize` as a user would.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use labelcam::onnx;
use labelcam::onnx::pb::ModelProto;
use tempfile::TempDir;

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The shipped float model.
pub(crate) fn float() -> PathBuf {
    root().join("models/labels-en.onnx")
}

/// Folders of labelled lines.
pub(crate) fn sets() -> [PathBuf; 2] {
    [root().join("tests/data/lines"), root().join("samples")]
}

/// Runs the program.
pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelcam-quantize"));
    let output = command.env("COLUMNS", "100").stdin(Stdio::null()).args(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Quantizes the shipped model on the sets with further arguments; gives the outcome and the file.
pub(crate) fn quantize(folder: &Path, arguments: &[&str]) -> (Outcome, PathBuf) {
    let out = folder.join("int8.onnx");
    let mut args: Vec<_> = [float().into(), "--out".into(), out.clone().into_os_string()].into();
    args.push("--calibrate".into());
    args.extend(sets().map(PathBuf::into_os_string));
    args.extend(arguments.iter().map(Into::into));
    let outcome = run(args);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    (outcome, out)
}

/// A model quantized with all defaults, made once, and what the program said.
pub(crate) fn by_default() -> &'static (Outcome, PathBuf, TempDir) {
    static MADE: OnceLock<(Outcome, PathBuf, TempDir)> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (outcome, path) = quantize(folder.path(), &[]);
        (outcome, path, folder)
    })
}

/// A model file, parsed.
pub(crate) fn parsed(path: &Path) -> ModelProto {
    onnx::parse(&fs::read(path).unwrap()).unwrap()
}

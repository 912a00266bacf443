//! Runs the `labelcam` program.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; none where a signal ended the program.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// The program with its input closed, its streams captured and its width fixed, so that no terminal matters.
pub(crate) fn program() -> Command {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps");
    let program = folder.join(format!("labelcam{}", std::env::consts::EXE_SUFFIX));
    let missing = "run `cargo build --release --workspace` first (without --release for tests without it)";
    assert!(program.exists(), "there is no {}: {missing}", program.display());
    let mut command = Command::new(program);
    command.env("COLUMNS", "100").env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

/// Runs the program.
pub(crate) fn run(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome {
    finished(program().args(args).stdout(Stdio::piped()))
}

/// Runs a prepared program, with standard output wherever it was put.
pub(crate) fn finished(command: &mut Command) -> Outcome {
    let child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The standard output of a run that must succeed without a word to people.
pub(crate) fn stdout(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let outcome = run(args);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{}", outcome.stdout);
    outcome.stdout
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the repository").to_owned()
}

//! Runs `labelcam-train` as a user would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use labelcam_trainer::config::Config;

/// The fonts and words that stand beside the tests: four faces to train on, one to validate on.
pub fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets")
}

/// A run of seconds: the smallest network on those fonts.
pub fn tiny_config() -> Config {
    let mut config = Config::default();
    config.network.width = 0.125;
    config.network.hidden = 8;
    config.data.assets = Some(assets());
    config.data.rendered_width_max = 192;
    config.optimization.batch = 4;
    config.optimization.steps = 4;
    config.optimization.warmup = 1;
    config.validation.every = 2;
    config.validation.lines = 4;
    config.validation.shown = 1;
    config
}

/// Writes a configuration into a folder; gives its path.
pub fn write_config(folder: &Path, config: &Config) -> PathBuf {
    let path = folder.join("given.toml");
    fs::write(&path, config.to_toml().unwrap()).unwrap();
    path
}

/// `labelcam-train` with arguments, on one thread.
pub fn labelcam_train(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelcam-train"));
    command.args(arguments).env("OMP_NUM_THREADS", "1").output().unwrap()
}

/// A run that must succeed; gives what it said on standard error.
pub fn succeeds(arguments: &[&str]) -> String {
    let output = labelcam_train(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?} failed: {said}");
    said
}

/// A run that must fail in an orderly way; gives what it said on standard error.
pub fn fails(arguments: &[&str]) -> String {
    orderly(labelcam_train(arguments))
}

/// Checks that a program failed with a message and without a panic; gives the message.
pub fn orderly(output: Output) -> String {
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Trains as `config` says in `folder`; gives the folder of the run.
pub fn train(folder: &Path, config: &Config) -> PathBuf {
    let (given, run) = (write_config(folder, config), folder.join("run"));
    succeeds(&["train", "--config", text(&given), "--run", text(&run), "--device", "cpu", "--threads", "1"]);
    run
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

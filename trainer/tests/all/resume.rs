//! A run that was stopped and resumed is the run that was not.

use std::fs;

use labelcam_trainer::checkpoint::Checkpoint;

use crate::program::{fails, labelcam_train, succeeds, text, tiny_config, train, write_config};

/// Byte for byte: weights, batch norm statistics, moments, counts.
#[test]
fn a_resumed_run_ends_with_the_bytes_of_an_uninterrupted_one() {
    let (whole, halved) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let config = tiny_config();
    let through = train(whole.path(), &config).join("last.safetensors");

    let (given, run) = (write_config(halved.path(), &config), halved.path().join("run"));
    let command = ["train", "--config", text(&given), "--run", text(&run), "--device", "cpu", "--threads", "1"];
    succeeds(&[&command[..], &["--until", "2"]].concat());
    assert_eq!(Checkpoint::read(&run.join("last.safetensors")).unwrap().progress().unwrap().step, 2);
    let said = succeeds(&command);
    assert!(said.contains("at step 2"), "{said}");
    assert!(fs::read(through).unwrap() == fs::read(run.join("last.safetensors")).unwrap());
}

#[test]
fn a_run_is_not_resumed_with_another_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tiny_config();
    let run = train(folder.path(), &config);
    config.optimization.rate *= 2.0;
    let given = write_config(folder.path(), &config);
    let said = fails(&["train", "--config", text(&given), "--run", text(&run), "--device", "cpu"]);
    assert!(said.contains("was made with another configuration"), "{said}");
}

#[test]
fn training_may_start_from_the_weights_of_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let first = train(folder.path(), &tiny_config()).join("last.safetensors");
    let mut config = tiny_config();
    config.data.seed = 2;
    let given = write_config(folder.path(), &config);
    let second = folder.path().join("second");
    let arguments =
        ["train", "--config", text(&given), "--run", text(&second), "--from", text(&first), "--device", "cpu"];
    assert!(labelcam_train(&arguments).status.success());
    let checkpoint = Checkpoint::read(&second.join("last.safetensors")).unwrap();
    assert_eq!(checkpoint.config.data.seed, 2);
    assert_eq!(checkpoint.progress().unwrap().step, 4);
}

//! What a user can get wrong: a clear error with the fix, exit code 1, no panic, nothing lost.

use std::fs;
use std::path::Path;
use std::process::Command;

use tch::Tensor;

use crate::program::{fails, orderly, text, tiny_config, train, write_config};

/// Trains for four updates; gives the checkpoint.
fn checkpoint(folder: &Path) -> std::path::PathBuf {
    train(folder, &tiny_config()).join("last.safetensors")
}

/// Rewrites a checkpoint with one tensor changed.
fn with(path: &Path, name: &str, change: impl Fn(&Tensor) -> Tensor) {
    let tensors = Tensor::read_safetensors(path).unwrap();
    assert!(tensors.iter().any(|(of, _)| of == name), "{name} is not in the checkpoint");
    let changed: Vec<_> =
        tensors.into_iter().map(|(of, tensor)| if of == name { (of, change(&tensor)) } else { (of, tensor) }).collect();
    Tensor::write_safetensors(&changed, path).unwrap();
}

#[test]
fn a_checkpoint_with_nan_is_refused_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(folder.path());
    with(&path, "model/conv3.weight", |weight| {
        let broken = weight.copy();
        let _ = broken.view([-1]).get(5).fill_(f64::NAN);
        broken
    });
    let given = folder.path().join("given.toml");
    let out = folder.path().join("model.onnx");
    let commands: [&[&str]; 3] = [
        &["export", "--checkpoint", text(&path), "--out", text(&out)],
        &["eval", "--checkpoint", text(&path), "--lines", "4"],
        &["train", "--config", text(&given), "--run", text(path.parent().unwrap()), "--device", "cpu"],
    ];
    for command in commands {
        let said = fails(command);
        assert!(said.contains("`model/conv3.weight` has values that are not finite"), "{said}");
        assert!(said.contains("go back to an earlier checkpoint"), "{said}");
    }
    assert!(!out.exists());
}

#[test]
fn a_checkpoint_of_another_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(folder.path());
    with(&path, "model/linear1.bias", |bias| bias.narrow(0, 0, 5).copy());
    let said = fails(&["eval", "--checkpoint", text(&path), "--lines", "4"]);
    assert!(said.contains("`model/linear1.bias` as [5] and the network needs [119]"), "{said}");
}

#[test]
fn a_damaged_or_missing_checkpoint_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(folder.path());
    let bytes = fs::read(&path).unwrap();
    for length in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let said = fails(&["eval", "--checkpoint", text(&path), "--lines", "4"]);
        assert!(said.contains("cannot read the checkpoint") && said.contains(text(&path)), "{said}");
    }
    let missing = folder.path().join("none.safetensors");
    let said = fails(&["export", "--checkpoint", text(&missing), "--out", "x.onnx"]);
    assert!(said.contains("there is no checkpoint") && said.contains("labelcam-train train"), "{said}");
}

/// A limit on the size of files stands in for a full disk: the write fails half way, as it does there.
fn with_files_limited(kib: usize, arguments: &[&str]) -> String {
    let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_labelcam-train");
    let output =
        Command::new("bash").args(["-c", &script, program]).args(arguments).env("OMP_NUM_THREADS", "1").output();
    orderly(output.unwrap())
}

#[test]
fn a_full_disk_leaves_the_old_model_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(folder.path());
    let out = folder.path().join("model.onnx");
    fs::write(&out, "the old model").unwrap();
    let said =
        with_files_limited(16, &["export", "--checkpoint", text(&path), "--out", text(&out), "--parity-lines", "4"]);
    assert!(said.contains(text(&out)) && said.contains("free some space"), "{said}");
    assert_eq!(fs::read_to_string(&out).unwrap(), "the old model");
    assert!(!folder.path().join("model.onnx.partial").exists());
}

#[test]
fn a_full_disk_leaves_the_old_checkpoint_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = tiny_config();
    let (given, run) = (write_config(folder.path(), &config), folder.path().join("run"));
    let command = ["train", "--config", text(&given), "--run", text(&run), "--device", "cpu", "--threads", "1"];
    crate::program::succeeds(&[&command[..], &["--until", "2"]].concat());
    let before = fs::read(run.join("last.safetensors")).unwrap();
    let said = with_files_limited(16, &command);
    assert!(said.contains("last.safetensors") && said.contains("free some space"), "{said}");
    assert!(fs::read(run.join("last.safetensors")).unwrap() == before);
}

#[test]
fn a_wrong_configuration_names_key_and_range() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("[optimisation]\nsteps = 3", "unknown field `optimisation`"),
        ("[network]\nwidht = 0.5", "unknown field `widht`"),
        ("[network]\nwidth = 9.0", "network.width = 9, must be from 0.125 to 4"),
        ("[optimization]\nrate = nan", "optimization.rate = NaN, must be a positive number"),
        ("[validation]\nevery = 0", "validation.every = 0, must be 1 or more"),
        ("alphabet = \"aba\"", "class 1 and again as class 3"),
        ("[data]\nrendered-width-max = 9000", "data.rendered-width-max = 9000, must be from 64 to 2048"),
        ("[quantization]\nweight-bits = 6", "quantization.weight-bits = 6, must be 7 or 8"),
        (
            "[quantization]\nobserve = 0",
            "quantization.observe = 0, must be from 1 to below optimization.steps (100000)",
        ),
        (
            "[optimization]\nsteps = 9\n[quantization]\nobserve = 9",
            "quantization.observe = 9, must be from 1 to below optimization.steps (9)",
        ),
        ("[quantization]\npercentile = 0.9999", "quantization.percentile = 0.9999, must be from 90 to 100"),
        ("[quantization]\npercentile = nan", "quantization.percentile = NaN, must be from 90 to 100"),
        ("[quantization]\ndistillation = -1.0", "quantization.distillation = -1, must be 0 or a positive number"),
        ("[quantization]\nbits = 8", "unknown field `bits`"),
        (
            "[optimization]\nprecision = \"bf16\"\n[quantization]",
            "optimization.precision = \"bf16\", must be \"float\" with [quantization]",
        ),
        ("[synth]\nseverity-skwe = 1.0", "unknown field `severity-skwe`"),
    ];
    for (toml, expected) in cases {
        let path = folder.path().join("bad.toml");
        fs::write(&path, toml).unwrap();
        let said = fails(&["train", "--config", text(&path), "--run", text(&folder.path().join("run"))]);
        assert!(said.contains(expected) && said.contains("bad.toml"), "{toml}: {said}");
    }
}

#[test]
fn missing_fonts_name_the_script_that_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tiny_config();
    config.data.assets = Some(folder.path().join("nothing"));
    let given = write_config(folder.path(), &config);
    let said = fails(&["train", "--config", text(&given), "--run", text(&folder.path().join("run"))]);
    assert!(said.contains("scripts/synth-assets.sh"), "{said}");
}

#[test]
fn a_label_outside_the_alphabet_names_character_file_and_fix() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint(folder.path());
    let set = folder.path().join("set");
    fs::create_dir(&set).unwrap();
    image::GrayImage::from_pixel(60, 20, image::Luma([200])).save(set.join("a.png")).unwrap();
    fs::write(set.join("labels.tsv"), "a.png\tabc漢\n").unwrap();
    let said = fails(&["eval", "--checkpoint", text(&path), "--folder", text(&set)]);
    assert!(said.contains("a.png") && said.contains("U+6F22") && said.contains("add it to the alphabet"), "{said}");
}

#[test]
fn cuda_without_a_gpu_says_what_to_check() {
    if tch::Cuda::is_available() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let given = write_config(folder.path(), &tiny_config());
    let said =
        fails(&["train", "--config", text(&given), "--run", text(&folder.path().join("run")), "--device", "cuda"]);
    assert!(said.contains("finds no CUDA device") && said.contains("scripts/train-gpu.sh"), "{said}");
}

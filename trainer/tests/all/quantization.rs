//! Fine-tuning for int8, through `labelcam-train`.

use std::fs;
use std::path::{Path, PathBuf};

use labelcam::recognizer::Recognizer;
use labelcam_trainer::checkpoint::Checkpoint;
use labelcam_trainer::config::Config;
use labelcam_trainer::quantization::QuantizationConfig;
use tch::Tensor;

use crate::program::{fails, succeeds, text, tiny_config, train, write_config};

fn aware_config() -> Config {
    let quantization = QuantizationConfig { observe: 2, ..Default::default() };
    Config { quantization: Some(quantization), ..tiny_config() }
}

/// A float run of four updates; gives its checkpoint.
fn float_checkpoint(folder: &Path) -> PathBuf {
    train(folder, &tiny_config()).join("last.safetensors")
}

/// The command that fine-tunes in `folder/NAME`, from `start` where it is given, on `threads` threads.
fn command(folder: &Path, name: &str, start: Option<&Path>, threads: &str) -> Vec<String> {
    let given = write_config(folder, &aware_config());
    let run = folder.join(name);
    let mut command: Vec<String> = ["train", "--config", text(&given), "--run", text(&run)].map(Into::into).into();
    command.extend(["--device", "cpu", "--threads", threads].map(Into::into));
    command.extend(start.into_iter().flat_map(|start| ["--from".into(), text(start).into()]));
    command
}

fn arguments(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// Stopped while ranges are observed, right after, and without the file that it started from: byte for byte the same,
/// weights, ranges, float network and moments. With two replicas, whose ranges are joined.
#[test]
fn a_resumed_fine_tuning_ends_with_the_bytes_of_an_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let start = float_checkpoint(folder);
    let last = |name: &str| fs::read(folder.join(name).join("last.safetensors")).unwrap();
    succeeds(&arguments(&command(folder, "whole", Some(&start), "2")));
    for stop in ["1", "2", "3"] {
        let name = format!("stopped-{stop}");
        let mut first = command(folder, &name, Some(&start), "2");
        first.extend(["--until".into(), stop.into()]);
        succeeds(&arguments(&first));
        let said = succeeds(&arguments(&command(folder, &name, None, "2")));
        assert!(said.contains(&format!("at step {stop}")), "{said}");
        assert!(last(&name) == last("whole"), "stopped after update {stop}");
    }
}

#[test]
fn fine_tuning_keeps_ranges_and_the_float_network_and_exports_clean_weights() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let start = float_checkpoint(folder);
    let said = succeeds(&arguments(&command(folder, "aware", Some(&start), "1")));
    assert!(said.contains("quantization: 7-bit weights; values from update 3 on"), "{said}");
    let last = folder.join("aware/last.safetensors");
    let tensor = |path: &Path, name: &str| {
        let found = Tensor::read_safetensors(path).unwrap().into_iter().find(|(of, _)| of == name);
        found.unwrap_or_else(|| panic!("no {name}")).1
    };
    assert!((tensor(&last, "model/quantization.observed").double_value(&[0]) - 2.0).abs() < f64::EPSILON);
    let spans = tensor(&last, "model/quantization.ranges");
    let widths = spans.select(1, 1) - spans.select(1, 0);
    assert!(widths.min().double_value(&[]) > 0.0, "every point has a range: {spans}");
    let taught = tensor(&last, "model/teacher.conv3.weight");
    assert!(taught.equal(&tensor(&start, "model/conv3.weight")), "the float network is as it was");
    assert!(!tensor(&last, "model/conv3.weight").equal(&taught), "and the other has moved");
    assert!(tensor(&last, "model/norm4.running_var").equal(&tensor(&start, "model/norm4.running_var")));

    let out = folder.join("model.onnx");
    succeeds(&["export", "--checkpoint", text(&last), "--out", text(&out), "--parity-lines", "4"]);
    let recognizer = Recognizer::from_bytes(&fs::read(&out).unwrap()).unwrap();
    let data = &recognizer.spec().training.as_ref().unwrap().data;
    assert!(data.ends_with("; quantization-aware, 7-bit weights, distillation 1"), "{data}");
}

/// The shipped model has no checkpoint any more: a start from its file, and the same readings after no learning at all.
#[test]
fn the_shipped_model_can_be_started_from_and_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/labels-en.onnx");
    let mut config = tiny_config();
    (config.network.width, config.network.hidden) = (0.375, 96);
    config.optimization.hold_norms = true;
    // An update this small is lost in rounding.
    (config.optimization.steps, config.optimization.rate) = (1, 1e-30);
    let (given, run) = (write_config(folder.path(), &config), folder.path().join("run"));
    let arguments =
        ["train", "--config", text(&given), "--run", text(&run), "--from", text(&shipped), "--device", "cpu"];
    succeeds(&arguments);
    let out = folder.path().join("again.onnx");
    let last = run.join("last.safetensors");
    succeeds(&["export", "--checkpoint", text(&last), "--out", text(&out), "--parity-lines", "4"]);
    let [before, after] = [&shipped, &out].map(|path| Recognizer::from_bytes(&fs::read(path).unwrap()).unwrap());
    let examples = labelcam_trainer::lines::examples(&config, labelcam_trainer::lines::Split::Train, 8).unwrap();
    for example in &examples {
        let (a, b) = (before.run(&example.input).unwrap(), after.run(&example.input).unwrap());
        let difference = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(a.values.len() == b.values.len() && difference < 1e-4, "{}: {difference}", example.text);
    }
    assert_eq!(Checkpoint::read(&last).unwrap().progress().unwrap().step, 1);
}

#[test]
fn fine_tuning_without_a_trained_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(&arguments(&command(folder.path(), "run", None, "1")));
    assert!(said.contains("[quantization] fine-tunes a trained network") && said.contains("--from"), "{said}");
    assert!(!folder.path().join("run/config.toml").exists());
}

#[test]
fn a_file_that_is_no_model_is_no_start() {
    let folder = tempfile::tempdir().unwrap();
    let (run, model) = (folder.path().join("run"), folder.path().join("model.onnx"));
    fs::write(&model, "no model").unwrap();
    for config in [tiny_config(), aware_config()] {
        let given = write_config(folder.path(), &config);
        let said =
            fails(&["train", "--config", text(&given), "--run", text(&run), "--from", text(&model), "--device", "cpu"]);
        assert!(said.contains("cannot start from the model") && said.contains("model.onnx"), "{said}");
    }
}

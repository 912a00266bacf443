//! `labelcam-train eval --reference`: what the trainer read, as a board compares it.

use std::fs;

use labelcam::alphabet::AllowList;
use labelcam::evaluate::{Reader, Set, read};
use labelcam::recognizer::Recognizer;
use labelcam::reference::{Match, ModelIdentity, Reference};
use labelcam_trainer::checkpoint::Checkpoint;
use labelcam_trainer::lines::{self, Split};
use labelcam_trainer::validate::as_on_a_board;

use crate::program::{fails, labelcam_train, succeeds, text, tiny_config, train, write_config};

#[test]
fn a_reference_says_who_read_what_on_the_pictures_that_a_board_reads() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = train(folder.path(), &tiny_config()).join("last.safetensors");
    let [onnx, set, file] = ["model.onnx", "rendered", "reference.jsonl"].map(|name| folder.path().join(name));
    let given = write_config(folder.path(), &tiny_config());
    succeeds(&["export", "--checkpoint", text(&checkpoint), "--out", text(&onnx), "--parity-lines", "4"]);
    succeeds(&["synth", "--config", text(&given), "--validation", "--lines", "8", "--out", text(&set)]);
    let args =
        ["eval", "--checkpoint", text(&checkpoint), "--lines", "8", "--device", "cpu", "--reference", text(&file)];
    succeeds(&args);
    let reference = Reference::read(&file).unwrap();

    let header = &reference.header;
    assert_eq!((header.device.as_str(), header.library.as_str()), ("cpu", "PyTorch 2.11.0"));
    assert!(header.program.starts_with("labelcam-train 0."), "{}", header.program);
    let bytes = fs::read(&onnx).unwrap();
    let recognizer = Recognizer::from_bytes(&bytes).unwrap();
    let exported = ModelIdentity::of(&bytes, recognizer.spec()).unwrap();
    assert_eq!(header.model.matches(&exported), Match::Same);
    assert_eq!(header.model.onnx_sha256, exported.onnx_sha256, "one program exports one file");
    assert_eq!(header.model.checkpoint_sha256.as_ref().map(String::len), Some(64));

    // The board reads the files that `synth` wrote: the same bytes, and the same texts.
    let board = Set::labelled(&set).unwrap();
    let allow = AllowList::all();
    let readings = read(&[Reader { recognizer: &recognizer, allow: &allow, lexicon: None }], &board.lines, 2).unwrap();
    assert_eq!(reference.lines.len(), 8);
    for ((line, here), reading) in reference.lines.iter().zip(&board.lines).zip(readings) {
        assert_eq!((line.set.as_str(), &line.file, Some(&line.truth)), ("rendered", &here.file, here.truth.as_ref()));
        assert_eq!((&line.sha256, &line.text), (&reading.sha256, &reading.outcomes[0].text));
        // Sums in another order.
        assert!((line.confidence - reading.outcomes[0].confidence).abs() < 1e-3, "{}", line.file);
    }
}

#[test]
fn several_sets_have_a_result_each_and_one_reference() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = train(folder.path(), &tiny_config()).join("last.safetensors");
    let given = write_config(folder.path(), &tiny_config());
    let [first, second, file] = ["first", "more/second", "reference.jsonl"].map(|name| folder.path().join(name));
    for (set, from) in [(&first, "0"), (&second, "5")] {
        succeeds(&["synth", "--config", text(&given), "--lines", "3", "--first", from, "--out", text(set)]);
    }
    let base =
        ["eval", "--checkpoint", text(&checkpoint), "--reference", text(&file), "--folder", text(&first), "--folder"];
    let output = labelcam_train(&[&base[..], &[text(&second)]].concat());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert!(printed.starts_with("{\"set\":\"first\",\"lines\":3,"), "{printed}");
    let reference = Reference::read(&file).unwrap();
    assert_eq!(reference.header.data, "first, second");
    let sets: Vec<_> = reference.lines.iter().map(|line| line.set.as_str()).collect();
    assert_eq!(sets, ["first", "first", "first", "second", "second", "second"]);

    let said = fails(&[&base[..], &[text(&first)]].concat());
    assert!(
        said.contains("the reference is not written") && said.contains("give each set a name of its own"),
        "{said}"
    );
}

#[test]
fn a_reading_does_not_depend_on_the_lines_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = tiny_config();
    config.optimization.steps = 8;
    let checkpoint = train(folder.path(), &config).join("last.safetensors");
    let checkpoint = Checkpoint::read(&checkpoint).unwrap();
    let (_store, net) = checkpoint.network(tch::Device::Cpu).unwrap();
    let examples = lines::examples(&config, Split::Validation, 6).unwrap();
    let read = |examples: &[_]| as_on_a_board(&net, &config.alphabet, examples, tch::Device::Cpu).unwrap();
    for (example, together) in examples.iter().zip(read(&examples)) {
        let alone = &read(std::slice::from_ref(example))[0];
        assert_eq!((&alone.path, &alone.reading), (&together.path, &together.reading));
        // Rounding alone: padding to a wider line would move it by more.
        assert!((alone.confidence - together.confidence).abs() <= 1e-5, "{} {}", alone.confidence, together.confidence);
    }
}

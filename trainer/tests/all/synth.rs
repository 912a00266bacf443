//! The renderer and its command, on the fonts beside the tests.

use std::fs;

use labelcam::dataset;
use labelcam::lines::{Quad, rectify};
use labelcam_trainer::lines::{self, Split};

use crate::program::{succeeds, text, tiny_config, write_config};

#[test]
fn a_line_follows_from_seed_and_index_alone() {
    let config = tiny_config();
    let renderer = lines::renderer(&config, Split::Train).unwrap();
    let forward: Vec<_> = (0..40).map(|index| renderer.line(5, index)).collect();
    let again = lines::renderer(&config, Split::Train).unwrap();
    for index in (0..40).rev() {
        let line = again.line(5, index);
        assert_eq!(forward[usize::try_from(index).unwrap()], line, "line {index}");
    }
    assert!(forward != (0..40).map(|index| renderer.line(6, index)).collect::<Vec<_>>());
}

#[test]
fn no_family_is_in_both_splits() {
    let config = tiny_config();
    let families = |split| {
        let renderer = lines::renderer(&config, split).unwrap();
        let families: std::collections::BTreeSet<_> = (0..60).map(|index| renderer.line(1, index).family).collect();
        families
    };
    let (train, validation) = (families(Split::Train), families(Split::Validation));
    assert!(train.len() > 2 && validation.len() == 1, "{train:?} {validation:?}");
    assert!(train.is_disjoint(&validation));
}

#[test]
fn every_rendered_line_can_be_learnt() {
    let config = tiny_config();
    for example in lines::examples(&config, Split::Train, 200).unwrap() {
        assert_eq!(config.alphabet.encode(&example.text).unwrap(), example.label);
        assert!(example.input.width() <= config.data.rendered_width_max);
        assert!(example.input.pixels().iter().all(|value| value.is_finite()));
    }
}

#[test]
fn the_command_writes_a_sheet_and_a_labelled_set() {
    let folder = tempfile::tempdir().unwrap();
    let given = write_config(folder.path(), &tiny_config());
    let (sheet, set) = (folder.path().join("sheet.png"), folder.path().join("set"));
    let said =
        succeeds(&["synth", "--config", text(&given), "--lines", "12", "--preview", text(&sheet), "--out", text(&set)]);
    assert!(said.contains("12 lines in") && said.contains("lines a second a core"), "{said}");
    assert!(image::open(sheet).unwrap().width() > 500);
    let entries = dataset::entries(&set).unwrap();
    assert_eq!(entries.len(), 12);
    for entry in entries {
        assert!(dataset::picture(&entry.path).unwrap().height > 4);
    }
    assert_eq!(fs::read_dir(set).unwrap().count(), 13);
}

#[test]
fn scenes_have_their_lines_within_them_and_follow_from_seed_and_index_alone() {
    let renderer = lines::renderer(&tiny_config(), Split::Train).unwrap();
    let mut count = 0;
    for index in 0..12 {
        let scene = renderer.scene((3, index), 640, 480);
        assert_eq!((scene.image.width, scene.image.height), (640, 480));
        assert_eq!(scene, renderer.scene((3, index), 640, 480), "scene {index}");
        for line in &scene.lines {
            let quad = Quad(line.quad);
            assert!(quad.is_convex() && !line.text.is_empty(), "{index}: {line:?}");
            let within = |[x, y]: &[f32; 2]| (0.0..=640.0).contains(x) && (0.0..=480.0).contains(y);
            assert!(quad.0.iter().all(within), "{index}: {line:?}");
        }
        count += scene.lines.len();
    }
    assert!(count > 12, "{count} lines");
}

#[test]
fn the_ink_of_a_scene_lies_in_its_quads() {
    let renderer = lines::renderer(&tiny_config(), Split::Train).unwrap();
    let (mut contrasts, mut read) = (0, 0);
    for line in (0..12).flat_map(|index| {
        let scene = renderer.scene((4, index), 640, 480);
        scene.lines.into_iter().map(move |line| rectify(&scene.image, &Quad(line.quad)))
    }) {
        let Ok(cut) = line else { continue };
        read += 1;
        let (low, high) = (cut.pixels.iter().min().unwrap(), cut.pixels.iter().max().unwrap());
        contrasts += usize::from(high - low > 30);
    }
    // Some print is faint.
    assert!(read > 12 && contrasts * 10 >= read * 8, "{contrasts} of {read}");
}

#[test]
fn the_command_writes_scenes_that_the_runtime_reads() {
    let folder = tempfile::tempdir().unwrap();
    let given = write_config(folder.path(), &tiny_config());
    let set = folder.path().join("scenes");
    succeeds(&["synth", "--config", text(&given), "--scenes", "2", "--first", "5", "--out", text(&set)]);
    let scenes = dataset::scenes(&set).unwrap();
    let sizes: Vec<_> = scenes
        .iter()
        .map(|scene| {
            let picture = dataset::picture(&set.join(&scene.file)).unwrap();
            (picture.width, picture.height)
        })
        .collect();
    assert_eq!(sizes, [(640, 480), (1280, 720)]);
}

#[test]
fn a_frame_follows_from_seed_index_and_number_alone() {
    let renderer = lines::renderer(&tiny_config(), Split::Train).unwrap();
    let mut moved = 0;
    for index in 0..6 {
        let sequence = renderer.sequence((3, index), (320, 240), 8);
        let (last, first) = (sequence.frame(7), sequence.frame(0));
        assert_eq!((first.image.width, first.image.height), (320, 240));
        let again = renderer.sequence((3, index), (320, 240), 8);
        assert_eq!((first.clone(), last.clone()), (again.frame(0), again.frame(7)), "sequence {index}");
        assert!(first.image != last.image, "the noise of sequence {index} is the same in all frames");
        assert_eq!(first.quads.len(), sequence.texts().len());
        assert!(first.quads.iter().all(|quad| Quad(*quad).is_convex()), "sequence {index}");
        moved += usize::from(first.quads.iter().zip(&last.quads).any(|(a, b)| (a[0][0] - b[0][0]).abs() > 3.0));
    }
    assert!((1..6).contains(&moved), "{moved} of 6 sequences move: some cameras are mounted");
}

#[test]
fn the_command_writes_sequences_with_a_scene_for_each_frame() {
    let folder = tempfile::tempdir().unwrap();
    let given = write_config(folder.path(), &tiny_config());
    let set = folder.path().join("sequences");
    succeeds(&["synth", "--config", text(&given), "--sequences", "2", "--frames", "3", "--out", text(&set)]);
    for name in ["0001", "0002"] {
        let scenes = dataset::scenes(&set.join(name)).unwrap();
        assert_eq!(scenes.len(), 3);
        for scene in &scenes {
            assert_eq!(scene.texts, scenes[0].texts);
            assert_eq!(dataset::picture(&set.join(name).join(&scene.file)).unwrap().width, 640);
        }
    }
}

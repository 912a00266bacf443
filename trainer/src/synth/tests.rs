//! Tests over the faces that stand beside the trainer's tests.

use super::dice::Dice;
use super::renderer::Chosen;
use super::scenario::Scenario;
use super::*;
use std::path::Path;
use std::sync::LazyLock;

const ALPHABET: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
    abcdefghijklmnopqrstuvwxyz{|}~°µΩ±€£²³×÷§®©™¥≤≥→–•½Ø";

fn renderer() -> &'static Renderer {
    static SHARED: LazyLock<Renderer> = LazyLock::new(|| {
        let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets/fonts/train");
        Renderer::new(Assets::load(&fonts, ALPHABET).unwrap(), ALPHABET, Options::default()).unwrap()
    });
    &SHARED
}

#[test]
fn the_same_index_gives_the_same_bytes_on_any_thread() {
    use rayon::prelude::*;
    let renderer = renderer();
    let parallel: Vec<_> = (0..200u64).into_par_iter().map(|i| renderer.line(7, i)).collect();
    for (index, line) in parallel.iter().enumerate().rev() {
        assert_eq!(*line, renderer.line(7, index as u64));
    }
    assert_ne!(parallel[0], renderer.line(8, 0));
}

#[test]
fn lines_are_bounded_and_say_only_the_alphabet() {
    let renderer = renderer();
    for index in 0..1000 {
        let line = renderer.line(1, index);
        let image = &line.image;
        assert!(!line.text.is_empty() && line.text == line.text.trim(), "{index}");
        assert!(line.text.chars().count() <= 70, "{index}: {}", line.text);
        assert!(line.text.chars().all(|c| ALPHABET.contains(c)), "{index}: {}", line.text);
        assert_eq!(image.pixels.len(), image.width * image.height);
        assert!((3..=4000).contains(&image.width) && (3..=400).contains(&image.height), "{index}");
    }
}

#[test]
fn every_character_is_seen() {
    let renderer = renderer();
    let mut missing: Vec<char> = ALPHABET.chars().collect();
    let drawn = |c: &char| renderer.assets().faces.iter().any(|f| f.draws(&c.to_string()));
    missing.retain(drawn);
    for index in 0..12_000 {
        let text = renderer.line(3, index).text;
        missing.retain(|c| !text.contains(*c));
        if missing.is_empty() {
            return;
        }
    }
    panic!("never seen: {missing:?}");
}

#[test]
fn a_code_holds_no_character_that_its_face_draws_like_another() {
    let (mut codes, mut kept) = (0, 0);
    for index in 0..10_000 {
        let Chosen { face, kind, text } = renderer().choose(&mut Dice::new(1, index), Scenario::Label);
        if kind.is_code() {
            assert!(!text.chars().any(|c| face.mistakes(c)), "{index}: {text} in {}", face.family);
            codes += 1;
            kept += u32::from(text.contains('O'));
        }
    }
    // Where the face tells it from a 0 there is an O.
    assert!(codes > 5000 && kept > 50, "{kept} of {codes}");
}

#[test]
fn some_lines_are_light_on_dark() {
    let renderer = renderer();
    let dark = (0..1000).filter(|&i| {
        let image = renderer.line(5, i).image;
        let mean = image.pixels.iter().map(|&p| f32::from(p)).sum::<f32>() / image.pixels.len() as f32;
        // Ink covers less than ground, so the median lies on the ground's side.
        let mut sorted = image.pixels.clone();
        sorted.sort_unstable();
        f32::from(sorted[sorted.len() / 2]) < mean
    });
    let share = dark.count() as f32 / 1000.0;
    assert!((0.15..0.5).contains(&share), "{share}");
}

#[test]
fn options_read_from_kebab_case_and_refuse_unknown_keys() {
    let good = "clean-share = 0.5\n[paint]\nlight-on-dark = 0.1\n[optics]\n\
                blur = { chance = 0.0, low = 0.0, high = 0.1 }";
    let options: Options = toml::from_str(good).expect("known keys");
    assert!((options.paint.light_on_dark - 0.1).abs() < f32::EPSILON);
    assert!(options.optics.blur.chance.abs() < f32::EPSILON);
    assert!(toml::from_str::<Options>("clean_share = 0.5").is_err());
}

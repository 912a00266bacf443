//! Lines found in drawn pictures.

use std::f32::consts::PI;

use proptest::prelude::*;

use super::*;

/// Five by seven dots of some letters, a row a byte, the leftmost dot in bit 4.
const LETTERS: [[u8; 7]; 6] = [
    [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f], // E
    [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11], // H
    [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e], // O
    [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11], // R
    [0x0e, 0x11, 0x01, 0x0e, 0x10, 0x10, 0x1f], // 2
    [0x11, 0x0a, 0x0a, 0x04, 0x0a, 0x0a, 0x11], // X
];

/// A line to draw: `count` letters of `height` pixels, beginning at `start` and turned by `angle` radians.
#[derive(Debug, Clone, Copy)]
struct Text {
    start: [f32; 2],
    height: f32,
    angle: f32,
    count: usize,
}

impl Text {
    /// Columns of dots: five a letter, and one between letters.
    fn columns(&self) -> f32 {
        6.0 * self.count as f32 - 1.0
    }

    /// The corners of the ink.
    fn quad(&self) -> Quad {
        let (sin, cos) = self.angle.sin_cos();
        let width = self.columns() * self.height / 7.0;
        let corner = |u: f32, v: f32| [self.start[0] + u * cos - v * sin, self.start[1] + u * sin + v * cos];
        Quad([corner(0.0, 0.0), corner(width, 0.0), corner(width, self.height), corner(0.0, self.height)])
    }

    /// Whether there is ink at a place.
    fn covers(&self, x: f32, y: f32) -> bool {
        let (sin, cos) = self.angle.sin_cos();
        let (dx, dy) = ((x - self.start[0]) * 7.0 / self.height, (y - self.start[1]) * 7.0 / self.height);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        if u < 0.0 || v < 0.0 || u >= self.columns() || v >= 7.0 {
            return false;
        }
        let letter = LETTERS[(u / 6.0) as usize % LETTERS.len()];
        let column = (u % 6.0) as u8;
        column < 5 && letter[v as usize] >> (4 - column) & 1 == 1
    }
}

/// Draws lines, 16 samples a pixel so that edges are soft.
fn picture((width, height): (usize, usize), (ink, ground): (u8, u8), lines: &[Text]) -> Gray {
    let mut image = Gray::filled(width, height, ground);
    for (at, pixel) in image.pixels.iter_mut().enumerate() {
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        let offsets = (0..16).map(|i| (x + 0.125 + 0.25 * (i % 4) as f32, y + 0.125 + 0.25 * (i / 4) as f32));
        let covered = offsets.filter(|&(x, y)| lines.iter().any(|line| line.covers(x, y))).count() as f32 / 16.0;
        *pixel = (f32::from(ground) + (f32::from(ink) - f32::from(ground)) * covered) as u8;
    }
    image
}

fn found(image: &Gray) -> Vec<FoundLine> {
    Finder::new(Options::default()).find(image)
}

/// Fails unless exactly these lines are found, in this order, each with its ink within and little around it.
#[track_caller]
fn assert_found(image: &Gray, lines: &[Text]) {
    let found = found(image);
    assert_eq!(found.len(), lines.len(), "{found:?}");
    for (found, line) in found.iter().zip(lines) {
        let truth = line.quad();
        let shared = truth.shared(&found.quad) / truth.area();
        assert!(shared > 0.97, "{shared} of {line:?} lies in {found:?}");
        assert!(truth.overlap(&found.quad) > 0.6, "{line:?} {found:?}");
        assert!((truth.angle() - found.quad.angle()).abs() < 0.03, "{line:?} {found:?}");
    }
}

const LINE: Text = Text { start: [60.0, 100.0], height: 24.0, angle: 0.0, count: 8 };

#[test]
fn corners_lie_around_the_ink() {
    assert_found(&picture((320, 240), (30, 220), &[LINE]), &[LINE]);
}

#[test]
fn light_on_dark_is_found_as_dark_on_light_is() {
    let image = picture((320, 240), (30, 220), &[LINE]);
    let negative = Gray { pixels: image.pixels.iter().map(|pixel| 255 - pixel).collect(), ..image.clone() };
    assert_found(&negative, &[LINE]);
}

#[test]
fn lines_turned_up_to_fifteen_degrees_are_found() {
    for degrees in [-15.0f32, -8.0, -3.0, 3.0, 8.0, 15.0] {
        let line = Text { angle: degrees * PI / 180.0, ..LINE };
        assert_found(&picture((320, 240), (30, 220), &[line]), &[line]);
    }
}

#[test]
fn text_from_twelve_to_a_hundred_and_twenty_pixels_is_found() {
    for height in [12.0, 17.0, 24.0, 35.0, 50.0, 70.0, 100.0, 120.0] {
        let line = Text { start: [40.0, 60.0], height, angle: 0.0, count: 6 };
        assert_found(&picture((700, 240), (40, 200), &[line]), &[line]);
    }
}

#[test]
fn lines_are_in_reading_order() {
    let line = |x: f32, y: f32| Text { start: [x, y], height: 20.0, angle: 0.0, count: 5 };
    let lines = [line(30.0, 30.0), line(240.0, 34.0), line(30.0, 70.0), line(30.0, 110.0), line(240.0, 108.0)];
    assert_found(&picture((400, 200), (30, 220), &lines), &lines);
}

#[test]
fn faint_print_is_found_and_fainter_shading_is_not() {
    assert_found(&picture((320, 240), (120, 150), &[LINE]), &[LINE]);
    assert!(found(&picture((320, 240), (140, 150), &[LINE])).is_empty());
}

#[test]
fn plain_pictures_have_no_lines() {
    for level in [0, 128, 255] {
        assert!(found(&Gray::filled(640, 480, level)).is_empty());
    }
    let bar = |i: usize| if (i % 320 / 8).is_multiple_of(2) { 20 } else { 230 };
    let bars = Gray { width: 320, height: 240, pixels: (0..320 * 240).map(bar).collect() };
    assert!(found(&bars).is_empty());
}

/// White noise, the same at every run.
fn noise(width: usize, height: usize) -> Gray {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    Gray { width, height, pixels: (0..width * height).map(|_| next()).collect() }
}

#[test]
fn noise_has_hardly_any_lines() {
    let found = found(&noise(640, 480));
    assert!(found.len() <= 10, "{} lines", found.len());
}

#[test]
fn a_finder_remembers_nothing_of_the_picture_before() {
    let mut finder = Finder::new(Options::default());
    let image = picture((320, 240), (30, 220), &[LINE]);
    let first = finder.find(&image);
    finder.find(&noise(500, 90));
    assert_eq!(finder.find(&image), first);
}

proptest! {
    #[test]
    fn any_picture_is_searched_and_lines_lie_within_it(
        (width, height, pixels) in (1usize..90, 1usize..90)
            .prop_flat_map(|(w, h)| (Just(w), Just(h), prop::collection::vec(any::<u8>(), w * h))),
        flat in 0u8..=255,
    ) {
        // Half of the levels become one, so that there are pieces of every size.
        let pixels: Vec<u8> = pixels.into_iter().map(|pixel| if pixel < 128 { flat } else { pixel }).collect();
        let image = Gray { width, height, pixels };
        for line in found(&image) {
            prop_assert!((0.0..=1.0).contains(&line.score), "{:?}", line);
            prop_assert!(rectify(&image, &line.quad).is_ok(), "{:?}", line);
        }
    }
}

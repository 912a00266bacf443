//! Whole pictures for what finds lines: labels of several lines on a cluttered ground, turned, tilted and sometimes
//! upside down, with the place and the text of every line. Lines are drawn, printed, lit and photographed by the same
//! stages as single ones.

mod background;
mod label;
mod sequence;

use super::dice::Dice;
use super::plane::{Area, Plane};
use super::renderer::Renderer;
use super::sensor;
use super::tone::Tones;
use super::warp::{self, Matrix};
use labelcam::image::Gray;
pub use sequence::{Sequence, SequenceFrame};

/// The most labels of a scene.
const LABELS_MAX: usize = 4;

/// Share of the labels that lie straight, within [`STRAIGHT_DEGREES`]; the others are turned up to [`TURN_DEGREES`].
const STRAIGHT_SHARE: f32 = 0.3;

/// How far a straight label is turned, in degrees.
const STRAIGHT_DEGREES: f32 = 1.0;

/// The most that a label is turned, in degrees.
const TURN_DEGREES: f32 = 15.0;

/// Share of the labels that are upside down.
const UPSIDE_DOWN_SHARE: f32 = 0.15;

/// The most that perspective moves a label's corners, in shares of its longer side.
const TILT: f32 = 0.12;

/// Pixels that are kept free between labels, and to the border of the picture.
const ROOM_PX: f32 = 6.0;

/// Places that are tried for a label before it is left out.
const ATTEMPTS: usize = 20;

/// Keeps scenes from sharing their draws with the lines of the same seed.
const STREAM: u64 = 0x5ce4_e5ce_4e5c_e4e5;

/// A rendered picture and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The picture.
    pub image: Gray,
    /// Its lines, label by label, each label's from its top.
    pub lines: Vec<SceneLine>,
}

/// A line of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneLine {
    /// The corners of its ink, in pixels of the picture: clockwise from the text's top left.
    pub quad: [[f32; 2]; 4],
    /// Its exact text.
    pub text: String,
}

impl Renderer {
    /// Scene `index` of the stream `seed`, `width` x `height` pixels: always the same bytes.
    pub fn scene(&self, (seed, index): (u64, u64), width: usize, height: usize) -> Scene {
        let mut dice = Dice::new(seed ^ STREAM, index);
        let mut frame = background::draw(&mut dice, width, height);
        let (mut lines, mut taken, mut tones) = (Vec::new(), Vec::new(), Tones::CLEAN);
        for _ in 0..dice.int(1, LABELS_MAX) {
            let Some(label) = self.label(&mut dice, (width as f32, height as f32)) else { continue };
            let Some(map) = place(&mut dice, &label.image, (frame.width as f32, frame.height as f32), &mut taken)
            else {
                continue;
            };
            paste(&mut frame, &label.image, &map);
            tones = label.tones;
            let line = |(ink, text)| SceneLine { quad: warp::corners_of(&map, &ink), text };
            lines.extend(label.lines.into_iter().map(line));
        }
        dice.open_stage();
        Scene { image: sensor::read_out(&mut dice, &self.options().sensor, frame, &tones), lines }
    }
}

/// A map from the label to a free place in a picture of `size`.
fn place(dice: &mut Dice, label: &Plane, size: (f32, f32), taken: &mut Vec<Area>) -> Option<Matrix> {
    let (width, height) = (label.width as f32, label.height as f32);
    let area = Area { x0: 0.0, y0: 0.0, x1: width, y1: height };
    let most = if dice.chance(STRAIGHT_SHARE) { STRAIGHT_DEGREES } else { TURN_DEGREES };
    let turn = dice.range(-most, most).to_radians();
    let turn = if dice.chance(UPSIDE_DOWN_SHARE) { turn + std::f32::consts::PI } else { turn };
    let tilt = dice.range(0.0, TILT);
    let mut map = warp::translation(-width / 2.0, -height / 2.0);
    map = warp::product(&warp::perspective(dice, tilt, &area), &map);
    map = warp::product(&warp::rotation(turn), &map);
    let around = warp::image_of(&map, &area);
    for _ in 0..ATTEMPTS {
        let x = dice.range(ROOM_PX, size.0 - around.width() - ROOM_PX);
        let y = dice.range(ROOM_PX, size.1 - around.height() - ROOM_PX);
        let there = Area { x0: x, y0: y, x1: x + around.width(), y1: y + around.height() };
        if x >= ROOM_PX && y >= ROOM_PX && taken.iter().all(|other| apart(&there, other)) {
            taken.push(there);
            return Some(warp::product(&warp::translation(x - around.x0, y - around.y0), &map));
        }
    }
    None
}

fn apart(one: &Area, other: &Area) -> bool {
    one.x0 > other.x1 + ROOM_PX
        || other.x0 > one.x1 + ROOM_PX
        || one.y0 > other.y1 + ROOM_PX
        || other.y0 > one.y1 + ROOM_PX
}

/// Lays a label on the frame, its edge a pixel soft.
fn paste(frame: &mut Plane, label: &Plane, map: &Matrix) {
    let (width, height) = (label.width as f32, label.height as f32);
    let bounds = warp::image_of(map, &Area { x0: 0.0, y0: 0.0, x1: width, y1: height });
    let back = warp::inverse(map);
    let columns = bounds.x0 as usize..(bounds.x1 as usize + 2).min(frame.width);
    for y in bounds.y0 as usize..(bounds.y1 as usize + 2).min(frame.height) {
        for x in columns.clone() {
            let [u, v] = warp::point_of(&back, [x as f32 + 0.5, y as f32 + 0.5]);
            let share = (u.min(width - u).min(v).min(height - v) + 0.5).clamp(0.0, 1.0);
            if share > 0.0 {
                // Half a pixel within, where no sample lies outside the label.
                let level = label.sample(u.clamp(0.5, width - 0.5), v.clamp(0.5, height - 0.5));
                let sample = &mut frame.data[y * frame.width + x];
                *sample += (level - *sample) * share;
            }
        }
    }
}

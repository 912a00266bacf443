//! What lies around labels: textured surfaces, plates, rings, bars and grids, which are no text.

use super::super::dice::{Dice, Noise};
use super::super::plane::Plane;
use super::super::texture;

/// What a thing is, in its own coordinates: `u` and `v` from -1 to 1 within it.
#[derive(Clone, Copy)]
enum Kind {
    /// One level throughout.
    Plate,
    /// The edge of an ellipse, such as a knob or a hole.
    Ring,
    /// Bars of random width, such as a bar code or cooling fins.
    Bars,
    /// Crossing lines, such as a grille.
    Grid,
}

/// A thing that lies in the picture.
struct Thing {
    kind: Kind,
    centre: (f32, f32),
    /// Half of its sides, in pixels.
    half: (f32, f32),
    /// Sine and cosine of its turn.
    turn: (f32, f32),
    level: f32,
    /// Cells along each side, of bars and grids.
    cells: f32,
    seed: u64,
}

/// A background of `width` x `height` pixels.
pub(super) fn draw(dice: &mut Dice, width: usize, height: usize) -> Plane {
    let mut frame = Plane::new(width, height, dice.range(20.0, 235.0));
    for _ in 0..dice.int(1, 3) {
        let (cell, levels) = (dice.range(8.0, 120.0), dice.range(3.0, 45.0));
        let pattern = texture::pattern(dice, &frame, cell);
        for (sample, p) in frame.data.iter_mut().zip(&pattern.data) {
            *sample += levels * p;
        }
    }
    for _ in 0..dice.int(0, 10) {
        let thing = thing(dice, width as f32, height as f32);
        add(&mut frame, &thing);
    }
    frame.blur(dice.range(0.4, 1.2));
    frame.data.iter_mut().for_each(|sample| *sample = sample.clamp(0.0, 255.0));
    frame
}

fn thing(dice: &mut Dice, width: f32, height: f32) -> Thing {
    let kinds = [(Kind::Plate, 4.0), (Kind::Ring, 2.0), (Kind::Bars, 1.0), (Kind::Grid, 1.0)];
    Thing {
        kind: dice.weighted(&kinds),
        centre: (dice.range(0.0, width), dice.range(0.0, height)),
        half: (dice.range(0.02, 0.3) * width, dice.range(0.02, 0.3) * height),
        turn: dice.range(0.0, std::f32::consts::TAU).sin_cos(),
        level: dice.range(0.0, 255.0),
        cells: dice.range(4.0, 40.0),
        seed: dice.noise().bits(),
    }
}

fn add(frame: &mut Plane, thing: &Thing) {
    let reach = thing.half.0.hypot(thing.half.1);
    let rows = (thing.centre.1 - reach).max(0.0) as usize..((thing.centre.1 + reach) as usize).min(frame.height);
    let columns = (thing.centre.0 - reach).max(0.0) as usize..((thing.centre.0 + reach) as usize).min(frame.width);
    for y in rows {
        for x in columns.clone() {
            let (dx, dy) = (x as f32 - thing.centre.0, y as f32 - thing.centre.1);
            let u = (dx * thing.turn.1 + dy * thing.turn.0) / thing.half.0;
            let v = (dy * thing.turn.1 - dx * thing.turn.0) / thing.half.1;
            if u.abs() < 1.0 && v.abs() < 1.0 && thing.covers(u, v) {
                frame.data[y * frame.width + x] = thing.level;
            }
        }
    }
}

impl Thing {
    /// Whether the thing's own level shows at a place within it.
    fn covers(&self, u: f32, v: f32) -> bool {
        match self.kind {
            Kind::Plate => true,
            Kind::Ring => (0.6..1.0).contains(&u.hypot(v)),
            Kind::Bars => Noise::new(self.seed ^ ((u + 1.0) * self.cells) as u64).unit() < 0.5,
            Kind::Grid => (u * self.cells).rem_euclid(1.0) < 0.25 || (v * self.cells).rem_euclid(1.0) < 0.25,
        }
    }
}

//! Puts ink on a ground: levels, texture, halftone, shadow, ghosts, relief, light.

use super::dice::Dice;
use super::options::Options;
use super::plane::Plane;
use super::scenario::Scenario;
use super::tone::Tones;
use super::{light, relief, sensor, texture};

/// The masks of a line after the warp.
pub(super) struct Masks {
    /// Ink coverage 0..1.
    pub(super) ink: Plane,
    /// Unlit segments, if they show.
    pub(super) ghost: Option<Plane>,
    /// Cap height in pixels.
    pub(super) cap: f32,
}

/// Paints the masks to an image of grey levels, with the tones that it used.
pub(super) fn paint(dice: &mut Dice, options: &Options, masks: &Masks, scenario: Scenario) -> (Plane, Tones) {
    dice.open_stage();
    let relief = (masks.cap >= 14.0).then(|| dice.fault(&options.strokes.relief)).flatten();
    let mut tones = match dice.severity() {
        severity if severity > 0.0 => Tones::draw(dice, &options.paint, scenario),
        _ => Tones::CLEAN,
    };
    if relief.is_some() {
        // Both edges need head room: neither black nor white ground shows relief.
        tones.ground = dice.range(50.0, 200.0);
    }
    let mut image = ground(dice, options, masks, &tones, relief.is_some());
    match relief {
        Some(strength) => relief::emboss(dice, &mut image, &masks.ink, (strength, masks.cap)),
        None => ink(dice, options, masks, (&tones, &mut image)),
    }
    // A scanner lights evenly, and a threshold would turn shadows to black.
    let printed = relief.is_some() || !sensor::binarise(dice, &options.sensor, &mut image, &tones);
    if printed && dice.severity() > 0.0 {
        light::shine(dice, &options.paint, &mut image, masks.cap);
    }
    (image, tones)
}

/// The ground with its texture.
fn ground(dice: &mut Dice, options: &Options, masks: &Masks, tones: &Tones, relief: bool) -> Plane {
    let mut image = Plane::new(masks.ink.width, masks.ink.height, tones.ground);
    let contrast = if relief { 90.0 } else { tones.contrast() };
    if let Some(share) = dice.fault(&options.paint.texture) {
        let pattern = texture::pattern(dice, &image, masks.cap);
        let levels = share * contrast;
        for (sample, p) in image.data.iter_mut().zip(&pattern.data) {
            *sample += levels * p.clamp(-1.0, 1.0);
        }
    }
    if let Some(share) = dice.fault(&options.paint.halftone) {
        halftone(dice, &mut image, masks.cap, share * contrast);
    }
    image
}

/// Dots on a slanted grid, or the pixels of an ordered dither.
fn halftone(dice: &mut Dice, image: &mut Plane, cap: f32, levels: f32) {
    let pitch = (cap * dice.range(0.07, 0.16)).max(2.0);
    let angle: f32 = dice.range(0.0, 0.8);
    let (dx, dy) = (angle.cos() / pitch, angle.sin() / pitch);
    let size = dice.range(0.08, 0.2);
    let sign = dice.sign();
    let width = image.width;
    for (y, row) in image.data.chunks_exact_mut(width).enumerate() {
        for (x, sample) in row.iter_mut().enumerate() {
            let (x, y) = (x as f32, y as f32);
            let u = (x * dx - y * dy).rem_euclid(1.0) - 0.5;
            let v = (x * dy + y * dx).rem_euclid(1.0) - 0.5;
            *sample -= if u * u + v * v < size { sign * levels } else { 0.0 };
        }
    }
}

/// Shadow, ghosts and ink over the ground.
fn ink(dice: &mut Dice, options: &Options, masks: &Masks, (tones, image): (&Tones, &mut Plane)) {
    let contrast = tones.contrast();
    if let Some(offset) = dice.fault(&options.strokes.shadow) {
        let shift = (offset * masks.cap).max(1.0);
        let (dx, dy) = (shift * dice.sign(), shift * dice.range(0.3, 1.0));
        // A shadow of ink darker than its ground would only thicken it: keep it pale.
        let depth = if tones.ink > tones.ground { tones.ground.min(110.0) } else { contrast * 0.35 };
        let mut shadow = masks.ink.clone();
        shadow.blur(shift * dice.range(0.1, 0.7));
        cast(image, &shadow, (dx.round() as isize, dy.round() as isize), depth);
    }
    if let Some(ghost) = &masks.ghost {
        let share = dice.range(options.strokes.ghost.low, options.strokes.ghost.high);
        blend(image, ghost, tones.ground + (tones.ink - tones.ground) * share);
    }
    blend(image, &masks.ink, tones.ink);
}

fn blend(image: &mut Plane, mask: &Plane, level: f32) {
    for (sample, m) in image.data.iter_mut().zip(&mask.data) {
        *sample += (level - *sample) * m;
    }
}

/// Darkens by a mask moved by whole pixels.
fn cast(image: &mut Plane, mask: &Plane, (dx, dy): (isize, isize), depth: f32) {
    let (width, height) = (image.width as isize, image.height as isize);
    for y in dy.max(0)..(height + dy.min(0)) {
        for x in dx.max(0)..(width + dx.min(0)) {
            let m = mask.data[((y - dy) * width + x - dx) as usize];
            image.data[(y * width + x) as usize] -= depth * m;
        }
    }
}

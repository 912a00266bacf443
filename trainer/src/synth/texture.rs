//! Patterns of a ground in about -1..1: noise at several scales, stripes, paper,
//! brushed metal, and blobs and edges as behind a sign or on a card.

use super::dice::Dice;
use super::plane::Plane;

/// Smooth noise in -1..1 of the size of `like`, with cells of the given pixels.
pub(super) fn value_noise(dice: &mut Dice, like: &Plane, cell_x: f32, cell_y: f32) -> Plane {
    let mut noise = dice.noise();
    let columns = (like.width as f32 / cell_x.max(1.0)) as usize + 2;
    let rows = (like.height as f32 / cell_y.max(1.0)) as usize + 2;
    let grid: Vec<f32> = (0..columns * rows).map(|_| noise.unit() * 2.0 - 1.0).collect();
    let taps: Vec<(usize, f32)> = (0..like.width)
        .map(|x| {
            let at = x as f32 / cell_x.max(1.0);
            (at as usize, smooth(at.fract()))
        })
        .collect();
    let mut out = Plane::new(like.width, like.height, 0.0);
    let mut line = vec![0.0f32; columns];
    for (y, row) in out.data.chunks_exact_mut(like.width).enumerate() {
        let at = y as f32 / cell_y.max(1.0);
        let (top, share) = (at as usize * columns, smooth(at.fract()));
        for (i, sample) in line.iter_mut().enumerate() {
            *sample = grid[top + i] * (1.0 - share) + grid[top + columns + i] * share;
        }
        for (out, &(cell, share)) in row.iter_mut().zip(&taps) {
            *out = line[cell] * (1.0 - share) + line[cell + 1] * share;
        }
    }
    out
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// A random pattern of the size of `like`; `cap` is the cap height in pixels.
pub(super) fn pattern(dice: &mut Dice, like: &Plane, cap: f32) -> Plane {
    match dice.int(0, 9) {
        0 | 1 => octaves(dice, like, cap),
        2 => value_noise(dice, like, 1.0, 1.0),
        3 => {
            let size = dice.range(1.2, 3.0);
            value_noise(dice, like, size, size)
        }
        4 => stripes(dice, like, cap),
        5 => {
            let long = dice.range(10.0, 80.0);
            if dice.chance(0.7) { value_noise(dice, like, long, 1.2) } else { value_noise(dice, like, 1.2, long) }
        }
        6 => {
            let size = cap * dice.range(0.6, 3.0);
            value_noise(dice, like, size, size)
        }
        _ => scene(dice, like, cap),
    }
}

/// Three scales of noise, halving in strength.
fn octaves(dice: &mut Dice, like: &Plane, cap: f32) -> Plane {
    let mut cell = cap * dice.range(0.4, 1.6);
    let mut out = value_noise(dice, like, cell, cell);
    let mut weight = 0.6;
    for _ in 0..2 {
        cell *= 0.42;
        let finer = value_noise(dice, like, cell, cell);
        for (o, f) in out.data.iter_mut().zip(&finer.data) {
            *o += weight * f;
        }
        weight *= 0.5;
    }
    out
}

/// Straight stripes, soft or hard, at any angle.
fn stripes(dice: &mut Dice, like: &Plane, cap: f32) -> Plane {
    let angle = dice.range(0.0, std::f32::consts::PI);
    let period = (cap * dice.range(0.12, 1.5)).max(3.0);
    let (dx, dy) = (angle.cos() / period, angle.sin() / period);
    let hard = dice.range(1.0, 5.0);
    let mut out = Plane::new(like.width, like.height, 0.0);
    for (y, row) in out.data.chunks_exact_mut(like.width).enumerate() {
        for (x, sample) in row.iter_mut().enumerate() {
            let phase = (x as f32 * dx + y as f32 * dy).rem_euclid(1.0);
            *sample = ((phase * 4.0 - 2.0).abs() - 1.0) * hard;
            *sample = sample.clamp(-1.0, 1.0);
        }
    }
    out
}

/// Edges and blobs over soft noise: something that is not text.
pub(super) fn scene(dice: &mut Dice, like: &Plane, cap: f32) -> Plane {
    let size = cap * dice.range(0.5, 2.0);
    let mut out = value_noise(dice, like, size, size);
    out.data.iter_mut().for_each(|sample| *sample *= 0.4);
    let (width, height) = (like.width as f32, like.height as f32);
    for _ in 0..dice.int(1, 4) {
        let level = dice.range(-0.9, 0.9);
        let (x, y) = (dice.range(0.0, width), dice.range(0.0, height));
        let softness = 1.0 / dice.range(0.8, cap * 0.5 + 1.0);
        if dice.chance(0.5) {
            let angle = dice.range(0.0, std::f32::consts::TAU);
            let (dx, dy) = (angle.cos() * softness, angle.sin() * softness);
            add(&mut out, level, |px, py| (px - x) * dx + (py - y) * dy);
        } else {
            let radius = cap * dice.range(0.3, 2.5);
            let squash = dice.range(0.4, 2.0);
            add(&mut out, level, |px, py| {
                let (dx, dy) = (px - x, (py - y) * squash);
                (radius - (dx * dx + dy * dy).sqrt()) * softness
            });
        }
    }
    out
}

/// Adds `level` where a signed distance is positive, softly at the edge.
fn add(out: &mut Plane, level: f32, inside: impl Fn(f32, f32) -> f32) {
    let width = out.width;
    for (y, row) in out.data.chunks_exact_mut(width).enumerate() {
        for (x, sample) in row.iter_mut().enumerate() {
            *sample += level * (inside(x as f32, y as f32) + 0.5).clamp(0.0, 1.0);
        }
    }
}

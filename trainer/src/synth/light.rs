//! Uneven light: gradients, vignettes, cast shadows, glare and reflections.

use super::dice::Dice;
use super::options::PaintOptions;
use super::plane::Plane;
use super::texture;

/// Lights an image in place; `cap` is the cap height in pixels.
pub(super) fn shine(dice: &mut Dice, options: &PaintOptions, image: &mut Plane, cap: f32) {
    dice.open_stage();
    if let Some(loss) = dice.fault(&options.gradient) {
        gradient(dice, image, loss);
    }
    if let Some(loss) = dice.fault(&options.vignette) {
        let (cx, cy) = (dice.range(0.3, 0.7), dice.range(0.3, 0.7));
        shade(image, |x, y| {
            let (dx, dy) = (x - cx, y - cy);
            1.0 - loss * (2.0 * (dx * dx + dy * dy)).min(1.0)
        });
    }
    if let Some(depth) = dice.fault(&options.cast_shadow) {
        let angle = dice.range(0.0, std::f32::consts::TAU);
        let (dx, dy) = (angle.cos(), angle.sin() * 0.5);
        let (at, soft) = (dice.range(-0.3, 0.3), dice.range(3.0, 40.0));
        shade(image, |x, y| {
            let side = ((x - 0.5) * dx + (y - 0.5) * dy - at) * soft;
            1.0 - depth * (side + 0.5).clamp(0.0, 1.0)
        });
    }
    if let Some(strength) = dice.fault(&options.glare) {
        glare(dice, image, strength * 190.0, cap);
    }
    if let Some(strength) = dice.fault(&options.reflection) {
        let scene = texture::scene(dice, image, cap * 1.3);
        for (sample, reflected) in image.data.iter_mut().zip(&scene.data) {
            *sample += reflected.max(-0.2) * strength * 110.0;
        }
    }
    if let Some(exposure) = dice.fault(&options.dark) {
        let offset = dice.range(0.0, 12.0);
        image.data.iter_mut().for_each(|sample| *sample = *sample * exposure + offset);
    }
}

/// Multiplies by a factor of the place, both coordinates in 0..1.
fn shade(image: &mut Plane, factor: impl Fn(f32, f32) -> f32) {
    let (width, height) = (image.width, image.height as f32);
    for (y, row) in image.data.chunks_exact_mut(width).enumerate() {
        let v = y as f32 / height;
        for (x, sample) in row.iter_mut().enumerate() {
            *sample *= factor(x as f32 / width as f32, v);
        }
    }
}

fn gradient(dice: &mut Dice, image: &mut Plane, loss: f32) {
    let angle = dice.range(0.0, std::f32::consts::TAU);
    let (dx, dy) = (angle.cos(), angle.sin());
    let reach = (dx.abs() + dy.abs()).max(1e-3);
    shade(image, |x, y| {
        let t = ((x - 0.5) * dx + (y - 0.5) * dy) / reach + 0.5;
        1.0 - loss * t
    });
}

/// A bright spot; levels are added, so ink under it stays a little visible.
fn glare(dice: &mut Dice, image: &mut Plane, levels: f32, cap: f32) {
    let (x, y) = (dice.range(0.0, image.width as f32), dice.range(0.0, image.height as f32));
    let (rx, ry) = (cap * dice.range(0.3, 1.5), cap * dice.range(0.3, 1.0));
    let width = image.width;
    for (row_at, row) in image.data.chunks_exact_mut(width).enumerate() {
        let dy = (row_at as f32 - y) / ry;
        for (at, sample) in row.iter_mut().enumerate() {
            let dx = (at as f32 - x) / rx;
            let distance = dx * dx + dy * dy;
            if distance < 6.0 {
                *sample += levels * (-distance).exp();
            }
        }
    }
}

//! Embossed digits: the same material as the ground, seen by a bright edge
//! towards the light, a dark edge away from it, and often worn foil on top.

use super::dice::Dice;
use super::plane::Plane;

/// Lights a height map on an image. `strength` in grey levels, `cap` in pixels.
pub(super) fn emboss(dice: &mut Dice, image: &mut Plane, mask: &Plane, (strength, cap): (f32, f32)) {
    let mut height = mask.clone();
    height.blur((cap * dice.range(0.018, 0.045)).max(0.5));
    let angle = dice.range(0.0, std::f32::consts::TAU);
    let reach = (cap * 0.03).max(1.0);
    let (light_x, light_y) = (angle.cos() / reach, angle.sin() / reach);
    let foil = foil(dice, strength);
    let gloss = dice.range(0.8, 1.8);
    let (width, rows) = (image.width, image.height);
    let slope_scale = strength * cap * 0.045;
    for y in 0..rows {
        let above = &height.data[y.saturating_sub(1) * width..][..width];
        let below = &height.data[(y + 1).min(rows - 1) * width..][..width];
        let here = &height.data[y * width..][..width];
        let row = &mut image.data[y * width..][..width];
        for x in 0..width {
            let slope_x = here[(x + 1).min(width - 1)] - here[x.saturating_sub(1)];
            let slope_y = below[x] - above[x];
            let lit = (slope_x * light_x + slope_y * light_y) * slope_scale;
            // Metal throws highlights further than shadows.
            row[x] += if lit > 0.0 { lit * gloss } else { lit };
            row[x] += foil * here[x];
        }
    }
}

/// The foil's shift of the level on top of the digits: none, silver or dark.
fn foil(dice: &mut Dice, strength: f32) -> f32 {
    match dice.int(0, 4) {
        0 | 1 => dice.range(-0.12, 0.12) * strength,
        2 | 3 => dice.range(0.3, 0.9) * strength,
        _ => -dice.range(0.3, 0.7) * strength,
    }
}

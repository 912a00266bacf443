//! Faults of the strokes themselves, worked on the mask before any colour:
//! weight, dots, stencil breaks, outlines, specks and faded streaks.

use super::dice::Dice;
use super::layout::Layout;
use super::options::StrokeOptions;
use super::plane::{Area, Plane};
use super::texture;

/// Wears the mask of a line.
pub(super) fn wear(dice: &mut Dice, options: &StrokeOptions, layout: &mut Layout) {
    dice.open_stage();
    let cap = layout.cap;
    if let Some(width) = dice.fault(&options.stencil) {
        stencil(layout, width);
    }
    if let Some(amount) = dice.style(&options.bold) {
        layout.mask.grow(amount * cap);
    } else if let Some(amount) = dice.fault(&options.thin) {
        layout.mask.grow(-(amount * cap).min(0.6));
    }
    // Outlines need room inside a stroke, dots need enough pixels for each dot.
    if cap >= 26.0
        && let Some(width) = dice.fault(&options.outline)
    {
        outline(&mut layout.mask, width * cap);
    } else if cap >= 18.0
        && let Some(pitch) = dice.fault(&options.dots)
    {
        dots(dice, &mut layout.mask, pitch * cap);
    }
    fade(dice, options, layout);
}

/// Uneven ink: rough edges, specks and streaks.
fn fade(dice: &mut Dice, options: &StrokeOptions, layout: &mut Layout) {
    let (cap, mask) = (layout.cap, &mut layout.mask);
    if let Some(amount) = dice.fault(&options.rough) {
        let field = texture::value_noise(dice, mask, (cap * 0.06).max(1.2), (cap * 0.06).max(1.2));
        mask.blur(cap * 0.025);
        for (m, n) in mask.data.iter_mut().zip(&field.data) {
            *m = ((*m - 0.5 + amount * 0.7 * n) * 3.0 + 0.5).clamp(0.0, 1.0);
        }
    }
    if let Some(share) = dice.fault(&options.specks) {
        let size = cap * dice.range(0.03, 0.12);
        let field = texture::value_noise(dice, mask, size.max(1.0), size.max(1.0));
        let limit = 0.75 - share * 1.6;
        for (m, n) in mask.data.iter_mut().zip(&field.data) {
            *m *= 1.0 - ((n - limit) * 6.0).clamp(0.0, 0.9);
        }
    }
    if let Some(depth) = dice.fault(&options.columns) {
        let size = cap * dice.range(0.04, 0.5);
        streaks(dice, mask, (size.max(1.0), 1e6), depth);
    }
    if let Some(depth) = dice.fault(&options.rows) {
        let size = cap * dice.range(0.04, 0.2);
        streaks(dice, mask, (1e6, size.max(1.0)), depth);
    }
}

/// Takes ink away in stripes: the noise cell is long one way, short the other.
fn streaks(dice: &mut Dice, mask: &mut Plane, (cell_x, cell_y): (f32, f32), depth: f32) {
    let field = texture::value_noise(dice, mask, cell_x, cell_y);
    for (m, n) in mask.data.iter_mut().zip(&field.data) {
        *m *= 1.0 - depth * (n * 1.5 + 0.2).clamp(0.0, 0.92);
    }
}

/// Cuts a gap through the middle of every glyph that is wide enough to stay readable.
fn stencil(layout: &mut Layout, width: f32) {
    let gap = (width * layout.cap).max(1.5);
    for glyph in &layout.glyphs {
        if glyph.width() < 0.42 * layout.cap {
            continue;
        }
        let middle = (glyph.x0 + glyph.x1) / 2.0;
        let bar = Area { x0: middle - gap / 2.0, x1: middle + gap / 2.0, ..*glyph };
        clear(&mut layout.mask, &bar);
    }
}

fn clear(mask: &mut Plane, area: &Area) {
    let (x0, x1) = (area.x0.round().max(0.0) as usize, area.x1.round().max(0.0) as usize);
    let (y0, y1) = (area.y0.max(0.0) as usize, area.y1.max(0.0) as usize);
    for y in y0..y1.min(mask.height) {
        mask.data[y * mask.width + x0.min(mask.width)..y * mask.width + x1.min(mask.width)].fill(0.0);
    }
}

/// Leaves only a stroke along the edges.
fn outline(mask: &mut Plane, width: f32) {
    let mut inner = mask.clone();
    inner.grow(-width.max(1.0) * 0.5);
    mask.grow(width.max(1.0) * 0.8);
    for (m, n) in mask.data.iter_mut().zip(&inner.data) {
        *m = (*m - n).max(0.0);
    }
}

/// Redraws the mask by round dots on a grid, as needle and ink-jet printers do.
fn dots(dice: &mut Dice, mask: &mut Plane, pitch: f32) {
    let pitch = pitch.max(2.2);
    let radius = pitch * dice.range(0.42, 0.6);
    let (columns, rows) = ((mask.width as f32 / pitch) as usize, (mask.height as f32 / pitch) as usize);
    let cells = mask.shrink(columns.max(1), rows.max(1));
    let (step_x, step_y) = (mask.width as f32 / cells.width as f32, mask.height as f32 / cells.height as f32);
    mask.data.fill(0.0);
    let mut noise = dice.noise();
    for row in 0..cells.height {
        for column in 0..cells.width {
            let ink = cells.data[row * cells.width + column];
            if ink > 0.34 && noise.unit() > 0.02 {
                let x = (column as f32 + 0.5) * step_x;
                let y = (row as f32 + 0.5) * step_y;
                disc(mask, (x, y), radius);
            }
        }
    }
}

/// Stamps a soft disc.
fn disc(mask: &mut Plane, (x, y): (f32, f32), radius: f32) {
    let reach = radius + 1.0;
    let (x0, x1) = ((x - reach).max(0.0) as usize, ((x + reach).max(0.0) as usize + 1).min(mask.width));
    let (y0, y1) = ((y - reach).max(0.0) as usize, ((y + reach).max(0.0) as usize + 1).min(mask.height));
    for row in y0..y1 {
        for column in x0..x1 {
            let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
            let value = (radius + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0);
            let sample = &mut mask.data[row * mask.width + column];
            *sample = sample.max(value);
        }
    }
}

//! Geometry: slant, rotation, perspective and sag in one inverse-mapped pass,
//! and the crop with its margins or cuts.

use super::clutter::Margins;
use super::dice::Dice;
use super::layout::Layout;
use super::options::WarpOptions;
use super::plane::{Area, Plane};

/// A projective map as a row-major 3x3 matrix.
pub(super) type Matrix = [f32; 9];

/// The map from crop pixels back to mask pixels.
pub(super) struct Warp {
    inverse: Matrix,
    bend: f32,
    middle: f32,
    half: f32,
    /// Size of the crop in pixels.
    pub(super) size: (usize, usize),
}

impl Warp {
    /// Draws the geometry of a line set with `slant` and cropped with `margins` at least.
    pub(super) fn draw(
        dice: &mut Dice,
        options: &WarpOptions,
        (layout, slant): (&Layout, f32),
        margins: Margins,
    ) -> Self {
        dice.open_stage();
        let ink = layout.ink;
        let (middle, centre) = ((ink.x0 + ink.x1) / 2.0, (ink.y0 + ink.y1) / 2.0);
        // A short text on a curve hardly bends: it is the long ones that show the arc.
        let reach = layout.cap * (ink.width() / (5.0 * layout.cap)).min(1.0);
        let bend = dice.fault(&options.arc).map_or(0.0, |arc| arc * reach * dice.sign());
        let mut forward = translation(-middle, -centre);
        forward = product(&[1.0, -slant, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], &forward);
        forward = product(&rotation(angle(dice, options, &ink)), &forward);
        if let Some(strength) = dice.fault(&options.perspective) {
            forward = product(&perspective(dice, strength, &ink), &forward);
        }
        let crop = crop(dice, options, layout, margins);
        let bounds = image_of(&forward, &ink);
        let (x0, y0) = (bounds.x0 - crop.left, bounds.y0 - crop.top - bend.max(0.0));
        let width = (bounds.x1 + crop.right - x0).clamp(4.0, 4000.0);
        let height = (bounds.y1 + crop.bottom - bend.min(0.0) - y0).clamp(4.0, 1000.0);
        forward = product(&translation(-x0, -y0), &forward);
        Self {
            inverse: inverse(&forward),
            bend,
            middle,
            half: (ink.width() / 2.0).max(1.0),
            size: (width.round() as usize, height.round() as usize),
        }
    }

    /// Maps a mask to the crop; what lies outside the mask is 0.
    pub(super) fn apply(&self, mask: &Plane) -> Plane {
        let mut out = Plane::new(self.size.0, self.size.1, 0.0);
        let m = &self.inverse;
        for (y, row) in out.data.chunks_exact_mut(self.size.0).enumerate() {
            let v = y as f32 + 0.5;
            for (x, sample) in row.iter_mut().enumerate() {
                let u = x as f32 + 0.5;
                let scale = 1.0 / (m[6] * u + m[7] * v + m[8]).max(1e-3);
                let source_x = (m[0] * u + m[1] * v + m[2]) * scale;
                let source_y = (m[3] * u + m[4] * v + m[5]) * scale;
                let t = (source_x - self.middle) / self.half;
                *sample = mask.sample(source_x, source_y + self.bend * (1.0 - t * t).max(-1.0));
            }
        }
        out
    }
}

/// The rotation in radians, limited so that a long line does not climb out of its crop.
fn angle(dice: &mut Dice, options: &WarpOptions, ink: &Area) -> f32 {
    let far = dice.fault(&options.far_rotation);
    let degrees = far.or_else(|| dice.fault(&options.rotation)).unwrap_or(0.0);
    let most = (0.7 * ink.height() / ink.width().max(1.0)).atan();
    degrees.to_radians().min(most) * dice.sign()
}

/// Corners moved by `strength` line heights: a tilt that is linear in x and y.
pub(super) fn perspective(dice: &mut Dice, strength: f32, ink: &Area) -> Matrix {
    let reach = strength.min(0.6);
    let along = dice.range(-1.0, 1.0) * reach / ink.width().max(ink.height());
    let across = dice.range(-1.0, 1.0) * reach * 0.6 / ink.width().max(ink.height());
    [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, along, across, 1.0]
}

/// The margins of the crop in pixels; negative ones cut into the text.
fn crop(dice: &mut Dice, options: &WarpOptions, layout: &Layout, least: Margins) -> Margins {
    let cap = layout.cap;
    let draw = dice.unit();
    let mut side = |inner: f32| {
        let margin = if draw < options.tight_share {
            dice.range(-inner, 0.06)
        } else if draw < options.tight_share + options.loose_share {
            dice.range(0.1, options.air)
        } else {
            dice.range(0.02, 0.25)
        };
        margin * cap
    };
    let cut = options.cut;
    let drawn = Margins { left: side(0.0), top: side(cut), right: side(0.0), bottom: side(cut) };
    // A neighbour line is asked to be cut, so its side has exactly what it needs.
    let fit = |least: f32, drawn: f32| if least > 0.0 { least } else { drawn };
    Margins {
        left: fit(least.left, drawn.left),
        top: fit(least.top, drawn.top),
        right: fit(least.right, drawn.right),
        bottom: fit(least.bottom, drawn.bottom),
    }
}

/// Where a map takes a point.
pub(super) fn point_of(m: &Matrix, [x, y]: [f32; 2]) -> [f32; 2] {
    let w = (m[6] * x + m[7] * y + m[8]).max(1e-3);
    [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w]
}

/// The corners of a box after a map: clockwise from the box's top left.
pub(super) fn corners_of(m: &Matrix, area: &Area) -> [[f32; 2]; 4] {
    [[area.x0, area.y0], [area.x1, area.y0], [area.x1, area.y1], [area.x0, area.y1]].map(|corner| point_of(m, corner))
}

/// The bounds of a box after a map.
pub(super) fn image_of(m: &Matrix, area: &Area) -> Area {
    let mut out = Area { x0: f32::MAX, y0: f32::MAX, x1: f32::MIN, y1: f32::MIN };
    for [u, v] in corners_of(m, area) {
        out = Area { x0: out.x0.min(u), y0: out.y0.min(v), x1: out.x1.max(u), y1: out.y1.max(v) };
    }
    out
}

/// A shift.
pub(super) fn translation(x: f32, y: f32) -> Matrix {
    [1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0]
}

/// A turn by an angle in radians.
pub(super) fn rotation(angle: f32) -> Matrix {
    let (sin, cos) = angle.sin_cos();
    [cos, -sin, 0.0, sin, cos, 0.0, 0.0, 0.0, 1.0]
}

/// The map `b`, then the map `a`.
pub(super) fn product(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|i| (0..3).map(|k| a[i / 3 * 3 + k] * b[k * 3 + i % 3]).sum())
}

/// The map back.
pub(super) fn inverse(m: &Matrix) -> Matrix {
    let minor = |a: usize, b: usize, c: usize, d: usize| m[a] * m[d] - m[b] * m[c];
    let adjugate = [
        minor(4, 5, 7, 8),
        -minor(1, 2, 7, 8),
        minor(1, 2, 4, 5),
        -minor(3, 5, 6, 8),
        minor(0, 2, 6, 8),
        -minor(0, 2, 3, 5),
        minor(3, 4, 6, 7),
        -minor(0, 1, 6, 7),
        minor(0, 1, 3, 4),
    ];
    let det = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
    adjugate.map(|value| value / det)
}

//! Sets a text in a face: a mask of ink coverage and where its ink lies.

use super::assets::Face;
use super::dice::Dice;
use super::options::LayoutOptions;
use super::plane::{Area, Plane};
use ab_glyph::{Font, GlyphId, OutlinedGlyph, PxScale, point};

/// How a line is set. Lengths in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Cap height.
    pub(super) cap: f32,
    /// Factor of the width.
    pub(super) stretch: f32,
    /// Extra space between letters.
    pub(super) gap: f32,
    /// Factor of the word space.
    pub(super) word: f32,
    /// Tangent of the slant; applied by the warp.
    pub(super) slant: f32,
}

impl Setting {
    /// Draws the setting of a line of `length` characters.
    pub(super) fn draw(dice: &mut Dice, options: &LayoutOptions, cap: f32, length: usize) -> Self {
        let far = dice.style(&options.far_stretch);
        let stretch = far.or_else(|| dice.style(&options.stretch)).unwrap_or(1.0);
        let wide = dice.style(&options.wide_letters).filter(|_| length <= 20);
        let loose = wide.or_else(|| dice.style(&options.loose_letters));
        // Long lines are never letter-spaced far: they would outgrow any label.
        let loose = loose.map(|gap| if length > 24 { gap * 0.3 } else { gap });
        let gap = match loose {
            Some(gap) => gap,
            None => -dice.style(&options.tight_letters).unwrap_or(0.0),
        };
        // Loose letters need wider word spaces, or words could not be told apart.
        let word = dice.style(&options.word_space).unwrap_or(1.0).max(1.0 + gap * 2.0);
        let slant = dice.style(&options.slant);
        let slant = slant.or_else(|| dice.style(&options.back_slant).map(|slant| -slant));
        Self { cap, stretch, gap: gap * cap, word, slant: slant.unwrap_or(0.0) }
    }
}

/// A line of outlines before it is drawn.
pub(super) struct Outlines {
    glyphs: Vec<OutlinedGlyph>,
    /// The ink's box, with the baseline at y 0.
    pub(super) ink: Area,
}

/// Places the glyphs of a text along a baseline at y 0, starting at x 0.
pub(super) fn outlines(face: &Face, text: &str, setting: &Setting) -> Outlines {
    let height = setting.cap / face.cap_ratio;
    let scale = PxScale { x: height * setting.stretch, y: height };
    let per_unit = scale.x / face.font.height_unscaled();
    let (mut x, mut last): (f32, Option<GlyphId>) = (0.0, None);
    let mut glyphs = Vec::with_capacity(text.len());
    for c in text.chars() {
        let id = face.font.glyph_id(c);
        if let Some(last) = last {
            x += face.font.kern_unscaled(last, id) * per_unit;
        }
        let advance = face.font.h_advance_unscaled(id) * per_unit;
        if c == ' ' {
            // Some faces have a hairline space that nobody could see.
            x += advance.max(0.22 * setting.cap * setting.stretch) * setting.word + setting.gap;
        } else {
            let glyph = id.with_scale_and_position(scale, point(x, 0.0));
            glyphs.extend(face.font.outline_glyph(glyph));
            // Marks without an advance belong to the cell before them.
            x += advance + if advance > 0.0 { setting.gap } else { 0.0 };
        }
        last = Some(id);
    }
    Outlines { ink: bounds(&glyphs), glyphs }
}

fn bounds(glyphs: &[OutlinedGlyph]) -> Area {
    let start = Area { x0: f32::MAX, y0: f32::MAX, x1: f32::MIN, y1: f32::MIN };
    let area = glyphs.iter().map(OutlinedGlyph::px_bounds).fold(start, |area, b| Area {
        x0: area.x0.min(b.min.x),
        y0: area.y0.min(b.min.y),
        x1: area.x1.max(b.max.x),
        y1: area.y1.max(b.max.y),
    });
    if area.x1 > area.x0 { area } else { Area { x0: 0.0, y0: -8.0, x1: 8.0, y1: 0.0 } }
}

/// A drawn line.
pub(super) struct Layout {
    /// Ink coverage 0..1.
    pub(super) mask: Plane,
    /// The text's ink in the mask.
    pub(super) ink: Area,
    /// The boxes of the glyphs in the mask.
    pub(super) glyphs: Vec<Area>,
    /// Cap height in pixels.
    pub(super) cap: f32,
    /// Where the plane's corner lies relative to the pen's origin.
    pub(super) origin: (f32, f32),
}

impl Layout {
    /// Draws outlines on a plane with `pad` pixels of room on every side.
    pub(super) fn new(outlines: &Outlines, cap: f32, pad: f32) -> Self {
        let ink = outlines.ink;
        let pad = pad.ceil();
        let origin = (ink.x0.floor() - pad, ink.y0.floor() - pad);
        let width = (ink.x1 - origin.0 + pad).ceil() as usize;
        let height = (ink.y1 - origin.1 + pad).ceil() as usize;
        let mut layout = Self {
            mask: Plane::new(width, height, 0.0),
            ink: shifted(&ink, origin),
            glyphs: Vec::with_capacity(outlines.glyphs.len()),
            cap,
            origin,
        };
        for glyph in &outlines.glyphs {
            let b = glyph.px_bounds();
            let area = Area { x0: b.min.x, y0: b.min.y, x1: b.max.x, y1: b.max.y };
            layout.glyphs.push(shifted(&area, origin));
        }
        stamp(&mut layout.mask, outlines, origin);
        layout
    }

    /// Draws more outlines on the mask, moved by `dx`, `dy` from this line's pen origin.
    pub(super) fn stamp(&mut self, outlines: &Outlines, dx: f32, dy: f32) {
        let origin = (self.origin.0 - dx.round(), self.origin.1 - dy.round());
        stamp(&mut self.mask, outlines, origin);
    }

    /// A mask of other outlines on a plane of the same size and origin.
    pub(super) fn twin(&self, outlines: &Outlines) -> Plane {
        let mut mask = Plane::new(self.mask.width, self.mask.height, 0.0);
        stamp(&mut mask, outlines, self.origin);
        mask
    }
}

fn shifted(area: &Area, origin: (f32, f32)) -> Area {
    Area { x0: area.x0 - origin.0, y0: area.y0 - origin.1, x1: area.x1 - origin.0, y1: area.y1 - origin.1 }
}

/// Draws glyphs on a plane whose corner lies at `origin`; what is outside is cut.
fn stamp(mask: &mut Plane, outlines: &Outlines, origin: (f32, f32)) {
    let (width, height) = (mask.width as i32, mask.height as i32);
    for glyph in &outlines.glyphs {
        let bounds = glyph.px_bounds();
        let (left, top) = ((bounds.min.x - origin.0) as i32, (bounds.min.y - origin.1) as i32);
        let right = left + bounds.width() as i32;
        let below = top + bounds.height() as i32;
        if right < 0 || below < 0 || left >= width || top >= height {
            continue;
        }
        glyph.draw(|x, y, coverage| {
            let (x, y) = (left + x as i32, top + y as i32);
            if x >= 0 && y >= 0 && x < width && y < height {
                let sample = &mut mask.data[(y * width + x) as usize];
                *sample = sample.max(coverage.min(1.0));
            }
        });
    }
}

//! A label: lines of text set below one another, printed and lit together.

use super::super::assets::Face;
use super::super::dice::Dice;
use super::super::layout::{self, Layout, Setting};
use super::super::options::{Options, Span};
use super::super::paint::{self, Masks};
use super::super::plane::{Area, Plane};
use super::super::renderer::{Chosen, LEAST_WORK_CAP, Renderer, spare};
use super::super::tone::Tones;
use super::super::{optics, scenario, strokes};

/// Heights of a capital in the picture, in pixels; with descenders that is text up to 120 pixels high.
const CAP_PX: Span = Span { low: 12.0, high: 92.0 };

/// The smallest capital that a line is set in to fit its label, in pixels.
const LEAST_CAP_PX: f32 = 11.0;

/// The most lines of a label.
const LINES_MAX: usize = 4;

/// The most of a picture's width and height that a label's text takes.
const FILL: f32 = 0.8;

/// Share of the labels with a printed frame.
const FRAMED_SHARE: f32 = 0.15;

/// A label seen from straight above, at its size in the picture.
pub(super) struct Label {
    /// Grey levels.
    pub(super) image: Plane,
    /// The ink of each line in the image, and its text.
    pub(super) lines: Vec<(Area, String)>,
    /// What it is printed with.
    pub(super) tones: Tones,
}

/// A line before the label is put together.
struct Row {
    layout: Layout,
    text: String,
}

impl Renderer {
    /// A label for a picture of `size`; none where its texts do not fit.
    pub(super) fn label(&self, dice: &mut Dice, size: (f32, f32)) -> Option<Label> {
        let scenario = dice.weighted(&scenario::table(&self.options().scenarios));
        let mut options = scenario.adjusted(self.options());
        let severity = if dice.chance(options.clean_share) { 0.0 } else { dice.unit().powf(options.severity_skew) };
        dice.set_severity(severity);
        let count = dice.int(1, LINES_MAX);
        // Half of the height is between the lines.
        let cap = dice.log_span(&CAP_PX).min(FILL * size.1 / (1.5 * count as f32)).max(CAP_PX.low);
        let work = (LEAST_WORK_CAP / cap).max(1.0);
        let first = self.choose(dice, scenario);
        let face = first.face;
        let mut first = Some(first);
        spare(&mut options, face);
        let mut rows = Vec::new();
        for _ in 0..count {
            let Chosen { face: own, kind, text } = first.take().unwrap_or_else(|| self.choose(dice, scenario));
            let face = if face.suits(kind, &text) { face } else { own };
            let scale = if dice.chance(0.3) { dice.range(0.75, 1.3) } else { 1.0 };
            let cap = (cap * scale).max(CAP_PX.low) * work;
            let width = FILL * size.0 * work;
            rows.extend(row(dice, &options, (face, text), (cap, width, LEAST_CAP_PX * work)));
        }
        if rows.is_empty() {
            return None;
        }
        let (mask, inks) = stack(dice, &rows, cap * work);
        let masks = Masks { ink: mask, ghost: None, cap: cap * work };
        let (mut image, tones) = paint::paint(dice, &options, &masks, scenario);
        optics::expose(dice, &options.optics, &mut image, cap * work);
        let wide = image.width as f32;
        let image = optics::resample(image, 1.0 / work);
        let share = image.width as f32 / wide;
        let scaled = |a: Area| Area { x0: a.x0 * share, y0: a.y0 * share, x1: a.x1 * share, y1: a.y1 * share };
        let lines = inks.into_iter().map(scaled).zip(rows.into_iter().map(|row| row.text)).collect();
        Some(Label { image, lines, tones })
    }
}

/// A line of at most `width` pixels, set smaller where it must be; none where it would be smaller than `least`.
fn row(
    dice: &mut Dice,
    options: &Options,
    (face, text): (&Face, String),
    (cap, width, least): (f32, f32, f32),
) -> Option<Row> {
    let mut setting = Setting::draw(dice, &options.layout, cap, text.chars().count());
    let mut outlines = layout::outlines(face, &text, &setting);
    let factor = (width / outlines.ink.width()).min(1.0);
    if setting.cap * factor < least {
        return None;
    }
    if factor < 1.0 {
        setting.cap *= factor;
        setting.gap *= factor;
        outlines = layout::outlines(face, &text, &setting);
    }
    let mut layout = Layout::new(&outlines, setting.cap, 0.1 * setting.cap);
    strokes::wear(dice, &options.strokes, &mut layout);
    Some(Row { layout, text })
}

/// Sets rows below one another; the mask of the label, and where each row's ink lies.
fn stack(dice: &mut Dice, rows: &[Row], cap: f32) -> (Plane, Vec<Area>) {
    let margin = dice.range(0.3, 1.2) * cap;
    let gap = dice.range(0.35, 1.0) * cap;
    let centred = dice.chance(0.3);
    let widest = rows.iter().map(|row| row.layout.ink.width()).fold(0.0, f32::max);
    let tall: f32 = rows.iter().map(|row| row.layout.ink.height() + gap).sum::<f32>() - gap;
    let mut mask = Plane::new((widest + 2.0 * margin) as usize, (tall + 2.0 * margin) as usize, 0.0);
    let mut y = margin;
    let mut inks = Vec::new();
    for Row { layout: Layout { mask: row, ink, .. }, .. } in rows {
        let x = if centred { margin + (widest - ink.width()) / 2.0 } else { margin };
        // Whole pixels, so that the strokes keep their edges.
        let (dx, dy) = ((x - ink.x0).round(), (y - ink.y0).round());
        raise(&mut mask, row, (dx as isize, dy as isize));
        inks.push(Area { x0: ink.x0 + dx, y0: ink.y0 + dy, x1: ink.x1 + dx, y1: ink.y1 + dy });
        y += ink.height() + gap;
    }
    if dice.chance(FRAMED_SHARE) {
        frame(&mut mask, 0.25 * margin, (0.06 * cap).max(1.0));
    }
    (mask, inks)
}

/// Raises the samples of `mask` to those of `other`, moved by whole pixels; what is outside is cut.
fn raise(mask: &mut Plane, other: &Plane, (dx, dy): (isize, isize)) {
    for (y, row) in (dy..).zip(other.data.chunks_exact(other.width)) {
        if y < 0 || y >= mask.height as isize {
            continue;
        }
        let target = &mut mask.data[y as usize * mask.width..][..mask.width];
        for (x, sample) in (dx..).zip(row) {
            if let Some(target) = usize::try_from(x).ok().and_then(|x| target.get_mut(x)) {
                *target = target.max(*sample);
            }
        }
    }
}

/// A printed frame, `inset` pixels from the label's edge.
fn frame(mask: &mut Plane, inset: f32, thick: f32) {
    let (x1, y1) = (mask.width as f32 - inset, mask.height as f32 - inset);
    let whole = Area { x0: inset, y0: inset, x1, y1 };
    for side in [
        Area { y1: inset + thick, ..whole },
        Area { y0: y1 - thick, ..whole },
        Area { x1: inset + thick, ..whole },
        Area { x0: x1 - thick, ..whole },
    ] {
        mask.fill(&side, 1.0);
    }
}

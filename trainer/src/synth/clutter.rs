//! What stands around a line in its crop: neighbouring lines, rules and boxes.

use super::assets::Face;
use super::dice::Dice;
use super::layout::{self, Layout, Setting};
use super::options::LayoutOptions;
use super::plane::Area;

/// The least margin, in pixels, that each side of the crop needs to show the clutter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Margins {
    /// Left.
    pub(super) left: f32,
    /// Top.
    pub(super) top: f32,
    /// Right.
    pub(super) right: f32,
    /// Bottom.
    pub(super) bottom: f32,
}

/// Room that clutter needs around the ink, in cap heights.
pub(super) const ROOM: f32 = 0.9;

/// Draws rules, a frame and cut neighbour lines around the text.
pub(super) fn surround(
    dice: &mut Dice,
    options: &LayoutOptions,
    layout: &mut Layout,
    (face, setting, words): (&Face, &Setting, &[String]),
) -> Margins {
    let mut margins = Margins::default();
    if let Some(thickness) = dice.style(&options.frame) {
        frame(dice, layout, thickness, &mut margins);
        return margins;
    }
    rules(dice, options, layout, &mut margins);
    // A neighbour's ends must not touch the text, so the gap is kept clear.
    if let Some(peek) = dice.style(&options.line_above) {
        let gap = dice.range(0.1, 0.3) * layout.cap;
        let text = neighbour(dice, words, face, setting);
        let shift = layout.ink.y0 + layout.origin.1 - gap - text.ink.y1;
        let start = dice.range(-1.0, 1.0) * layout.cap;
        layout.stamp(&text, start, shift);
        margins.top = margins.top.max(gap + peek * layout.cap);
    }
    if let Some(peek) = dice.style(&options.line_below) {
        let gap = dice.range(0.1, 0.3) * layout.cap;
        let text = neighbour(dice, words, face, setting);
        let shift = layout.ink.y1 + layout.origin.1 + gap - text.ink.y0;
        let start = dice.range(-1.0, 1.0) * layout.cap;
        layout.stamp(&text, start, shift);
        margins.bottom = margins.bottom.max(gap + peek * layout.cap);
    }
    margins
}

/// Outlines of some words in the same face.
fn neighbour(dice: &mut Dice, words: &[String], face: &Face, setting: &Setting) -> layout::Outlines {
    let count = dice.int(1, 3);
    let text = (0..count).map(|_| dice.pick(words).as_str()).collect::<Vec<_>>().join(" ");
    let text = if dice.chance(0.4) { text.to_uppercase() } else { text };
    let text: String = text.chars().filter(|c| face.draws(&c.to_string())).collect();
    let text = if text.trim().is_empty() { "08".to_owned() } else { text };
    layout::outlines(face, &text, setting)
}

fn rules(dice: &mut Dice, options: &LayoutOptions, layout: &mut Layout, margins: &mut Margins) {
    let (ink, cap, width) = (layout.ink, layout.cap, layout.mask.width as f32);
    let full = dice.chance(0.5);
    let (x0, x1) = if full { (0.0, width) } else { (ink.x0, ink.x1) };
    if let Some(thickness) = dice.style(&options.rule_below) {
        let gap = dice.range(0.06, 0.22) * cap;
        let y0 = ink.y1 + gap;
        layout.mask.fill(&Area { x0, y0, x1, y1: y0 + line(thickness, cap) }, 1.0);
        margins.bottom = gap + thickness * cap * dice.range(0.5, 2.5);
    }
    if let Some(thickness) = dice.style(&options.rule_above) {
        let gap = dice.range(0.08, 0.25) * cap;
        let y1 = ink.y0 - gap;
        layout.mask.fill(&Area { x0, y0: y1 - line(thickness, cap), x1, y1 }, 1.0);
        margins.top = gap + thickness * cap * dice.range(0.5, 2.5);
    }
    if let Some(thickness) = dice.style(&options.side_rule) {
        // Far enough from the text that it cannot be taken for an "l" or a "|".
        let gap = dice.range(0.28, 0.5) * cap;
        let (height, thick) = (layout.mask.height as f32, line(thickness, cap));
        let right = dice.chance(0.5);
        let x0 = if right { ink.x1 + gap } else { ink.x0 - gap - thick };
        layout.mask.fill(&Area { x0, y0: 0.0, x1: x0 + thick, y1: height }, 1.0);
        let side = if right { &mut margins.right } else { &mut margins.left };
        *side = gap + thick * 1.3;
    }
}

fn frame(dice: &mut Dice, layout: &mut Layout, thickness: f32, margins: &mut Margins) {
    let (ink, cap) = (layout.ink, layout.cap);
    let thick = line(thickness, cap);
    let (gap_x, gap_y) = (dice.range(0.28, 0.5) * cap, dice.range(0.15, 0.35) * cap);
    let (left, right) = (ink.x0 - gap_x - thick, ink.x1 + gap_x);
    let (top, bottom) = (ink.y0 - gap_y - thick, ink.y1 + gap_y);
    let sides = [
        Area { x0: left, y0: top, x1: right + thick, y1: top + thick },
        Area { x0: left, y0: bottom, x1: right + thick, y1: bottom + thick },
        Area { x0: left, y0: top, x1: left + thick, y1: bottom },
        Area { x0: right, y0: top, x1: right + thick, y1: bottom },
    ];
    for side in &sides {
        layout.mask.fill(side, 1.0);
    }
    if dice.chance(0.6) {
        let (x, y) = (gap_x + thick * 1.5, gap_y + thick * 1.5);
        *margins = Margins { left: x, top: y, right: x, bottom: y };
    }
}

/// A rule's thickness in whole pixels.
fn line(thickness: f32, cap: f32) -> f32 {
    (thickness * cap).round().max(1.0)
}

//! Scenarios: choices that go together in the world. A scenario picks the fonts
//! and the texts, and multiplies the chances of the faults that belong to it, so
//! that a chance set to zero in the options stays zero everywhere.

use super::corpus::{GENERAL, Kind};
use super::options::{Fault, Options, Scenarios};

/// A correlated choice of fonts, texts, ground and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    /// Laser print on white.
    CleanPrint,
    /// Wire markers and tape labels.
    Label,
    /// Thermal receipts.
    Receipt,
    /// Faxed and scanned forms.
    Form,
    /// Embossed cards and plates.
    Embossed,
    /// Segment displays.
    Segment,
    /// Signs and packages.
    Sign,
    /// Lines of books and papers.
    Book,
    /// Industrial dot printing.
    Inkjet,
    /// Any font, any text, any ground.
    Mixed,
}

/// Scenarios with the weights of the options.
pub(super) fn table(weights: &Scenarios) -> [(Scenario, f32); 10] {
    [
        (Scenario::CleanPrint, weights.clean_print),
        (Scenario::Label, weights.label),
        (Scenario::Receipt, weights.receipt),
        (Scenario::Form, weights.form),
        (Scenario::Embossed, weights.embossed),
        (Scenario::Segment, weights.segment),
        (Scenario::Sign, weights.sign),
        (Scenario::Book, weights.book),
        (Scenario::Inkjet, weights.inkjet),
        (Scenario::Mixed, weights.mixed),
    ]
}

impl Scenario {
    /// Font categories with their weights. Any other category counts as "sans".
    pub(super) fn categories(self) -> &'static [(&'static str, f32)] {
        match self {
            Self::CleanPrint => &[("sans", 5.0), ("serif", 3.0), ("mono", 2.0), ("condensed", 2.0)],
            Self::Label => &[
                ("sans", 4.0),
                ("condensed", 4.0),
                ("mono", 4.0),
                ("stencil", 0.4),
                ("ocr", 0.8),
                ("typewriter", 0.4),
                ("display", 0.3),
            ],
            Self::Receipt => &[("mono", 5.0), ("dotmatrix", 2.0), ("condensed", 1.5), ("sans", 2.0)],
            Self::Form => &[("sans", 4.0), ("serif", 4.0), ("typewriter", 2.0), ("mono", 1.0)],
            Self::Embossed => &[("ocr", 5.0), ("sans", 1.0), ("mono", 1.5), ("serif", 0.5)],
            Self::Segment => &[("segment", 1.0)],
            Self::Sign => &[
                ("display", 4.0),
                ("sans", 4.0),
                ("serif", 3.0),
                ("condensed", 2.0),
                ("casual", 1.5),
                ("stencil", 0.7),
            ],
            Self::Book => &[("serif", 6.0), ("sans", 2.0), ("typewriter", 1.5), ("mono", 0.5)],
            Self::Inkjet => &[("dotmatrix", 4.0), ("mono", 1.0), ("condensed", 1.0)],
            Self::Mixed => &[
                ("sans", 3.0),
                ("serif", 3.0),
                ("mono", 2.0),
                ("condensed", 2.0),
                ("stencil", 0.7),
                ("ocr", 1.0),
                ("segment", 0.3),
                ("dotmatrix", 0.8),
                ("typewriter", 1.0),
                ("display", 1.5),
                ("casual", 1.0),
            ],
        }
    }

    /// Kinds of text with their weights.
    pub(super) fn kinds(self) -> &'static [(Kind, f32)] {
        match self {
            Self::CleanPrint | Self::Mixed => &GENERAL,
            Self::Label => &[
                (Kind::Marker, 12.0),
                (Kind::Part, 7.0),
                (Kind::Number, 3.0),
                (Kind::Unit, 3.0),
                (Kind::Serial, 1.5),
                (Kind::Lot, 1.5),
                (Kind::Word, 3.0),
                (Kind::Random, 1.0),
                (Kind::Doubled, 1.0),
            ],
            Self::Receipt => &[
                (Kind::Receipt, 8.0),
                (Kind::Price, 7.0),
                (Kind::Date, 3.0),
                (Kind::Phrase, 3.0),
                (Kind::Address, 2.0),
                (Kind::Number, 3.0),
                (Kind::Word, 3.0),
                (Kind::Phone, 1.0),
                (Kind::Random, 0.7),
            ],
            Self::Form => &[
                (Kind::Caption, 6.0),
                (Kind::Phrase, 5.0),
                (Kind::Word, 5.0),
                (Kind::Date, 2.0),
                (Kind::Phone, 2.0),
                (Kind::Address, 2.0),
                (Kind::Number, 2.0),
                (Kind::Sentence, 2.0),
                (Kind::Web, 1.0),
                (Kind::Random, 0.5),
            ],
            Self::Embossed => &[
                (Kind::Card, 10.0),
                (Kind::Number, 2.0),
                (Kind::Phrase, 1.0),
                (Kind::Date, 1.0),
                (Kind::Serial, 1.0),
                (Kind::Part, 1.0),
            ],
            Self::Segment => &[(Kind::Reading, 8.0), (Kind::Number, 2.0)],
            Self::Sign => &[
                (Kind::Word, 12.0),
                (Kind::Phrase, 5.0),
                (Kind::Price, 1.5),
                (Kind::Number, 1.5),
                (Kind::Percent, 0.7),
                (Kind::Phone, 0.7),
                (Kind::Web, 1.0),
                (Kind::Random, 0.7),
            ],
            Self::Book => &[(Kind::Sentence, 10.0), (Kind::Phrase, 2.0), (Kind::Word, 1.0)],
            Self::Inkjet => &[
                (Kind::Date, 5.0),
                (Kind::Lot, 5.0),
                (Kind::Serial, 2.0),
                (Kind::Part, 2.0),
                (Kind::Price, 1.0),
                (Kind::Unit, 1.0),
                (Kind::Random, 1.0),
            ],
        }
    }

    /// The options of this scenario: the base with its own chances multiplied.
    pub(super) fn adjusted(self, base: &Options) -> Options {
        let mut options = base.clone();
        if self != Self::Segment {
            options.strokes.ghost.chance = 0.0;
        }
        match self {
            Self::CleanPrint => clean_print(&mut options),
            Self::Label => label(&mut options),
            Self::Receipt => receipt(&mut options),
            Self::Form | Self::Book => scan(&mut options, self == Self::Form),
            Self::Embossed => embossed(&mut options),
            Self::Segment => segment(&mut options),
            Self::Sign => sign(&mut options),
            Self::Inkjet => times(&mut options.strokes.dots, 12.0),
            Self::Mixed => {}
        }
        options
    }
}

fn times(fault: &mut Fault, factor: f32) {
    fault.chance = (fault.chance * factor).min(1.0);
}

fn clean_print(options: &mut Options) {
    options.paint.light_on_dark *= 0.6;
    options.clean_share = (options.clean_share * 4.0).min(0.9);
    times(&mut options.paint.texture, 0.4);
    times(&mut options.strokes.stencil, 0.0);
    times(&mut options.strokes.outline, 0.0);
}

fn label(options: &mut Options) {
    options.paint.light_on_dark *= 0.35;
    times(&mut options.layout.loose_letters, 1.8);
    times(&mut options.layout.wide_letters, 4.0);
    times(&mut options.layout.far_stretch, 2.5);
    times(&mut options.warp.rotation, 1.6);
    times(&mut options.warp.perspective, 1.6);
    times(&mut options.warp.arc, 1.8);
    times(&mut options.optics.blur, 1.8);
    times(&mut options.paint.gradient, 2.2);
    times(&mut options.paint.faint, 1.5);
    times(&mut options.strokes.columns, 1.3);
}

fn receipt(options: &mut Options) {
    options.paint.light_on_dark *= 0.12;
    times(&mut options.layout.line_above, 2.0);
    times(&mut options.layout.line_below, 2.0);
    times(&mut options.layout.rule_below, 1.3);
    times(&mut options.layout.stretch, 1.3);
    times(&mut options.strokes.bold, 1.5);
    times(&mut options.strokes.columns, 3.0);
    times(&mut options.strokes.specks, 2.0);
    times(&mut options.sensor.bilevel, 5.0);
    times(&mut options.warp.rotation, 0.6);
    times(&mut options.warp.perspective, 0.3);
}

fn scan(options: &mut Options, form: bool) {
    options.paint.light_on_dark *= 0.12;
    times(&mut options.layout.loose_letters, 0.6);
    times(&mut options.layout.wide_letters, 0.5);
    times(&mut options.layout.stretch, 0.6);
    times(&mut options.layout.far_stretch, 0.2);
    times(&mut options.strokes.bold, 1.4);
    times(&mut options.strokes.rough, 2.0);
    times(&mut options.strokes.stencil, 0.0);
    times(&mut options.strokes.outline, 0.0);
    times(&mut options.warp.rotation, 0.5);
    times(&mut options.warp.perspective, 0.15);
    times(&mut options.sensor.bilevel, 6.0);
    times(&mut options.sensor.salt, 2.0);
    times(&mut options.paint.texture, 0.4);
    let around = if form { 3.0 } else { 1.0 };
    times(&mut options.layout.rule_below, around * 1.3);
    times(&mut options.layout.rule_above, around);
    times(&mut options.layout.side_rule, around);
    times(&mut options.layout.frame, around);
    times(&mut options.paint.halftone, around);
}

fn embossed(options: &mut Options) {
    times(&mut options.strokes.relief, 30.0);
    times(&mut options.strokes.dots, 0.0);
    times(&mut options.strokes.stencil, 0.0);
    times(&mut options.strokes.outline, 0.3);
    times(&mut options.paint.texture, 1.6);
    times(&mut options.paint.gradient, 1.5);
    times(&mut options.layout.slant, 0.2);
    times(&mut options.layout.loose_letters, 1.8);
    times(&mut options.sensor.bilevel, 0.0);
    times(&mut options.strokes.specks, 0.4);
    times(&mut options.optics.blur, 0.5);
    times(&mut options.optics.motion, 0.4);
    times(&mut options.optics.defocus, 0.4);
    times(&mut options.optics.low_resolution, 0.3);
    times(&mut options.paint.dark, 0.5);
    times(&mut options.strokes.bold, 0.4);
}

fn segment(options: &mut Options) {
    times(&mut options.strokes.ghost, 2.0);
    times(&mut options.strokes.dots, 0.0);
    times(&mut options.strokes.stencil, 0.0);
    times(&mut options.strokes.outline, 0.0);
    times(&mut options.strokes.relief, 0.0);
    times(&mut options.paint.dark, 7.0);
    times(&mut options.paint.faint, 3.0);
    times(&mut options.paint.reflection, 15.0);
    times(&mut options.paint.gradient, 1.6);
    times(&mut options.warp.perspective, 1.6);
    times(&mut options.layout.wide_letters, 0.3);
    times(&mut options.layout.line_above, 0.2);
    times(&mut options.layout.line_below, 0.2);
    times(&mut options.layout.frame, 4.0);
    times(&mut options.sensor.bilevel, 0.2);
}

fn sign(options: &mut Options) {
    options.paint.light_on_dark = (options.paint.light_on_dark * 1.6).min(1.0);
    times(&mut options.warp.perspective, 1.8);
    times(&mut options.warp.arc, 3.0);
    times(&mut options.warp.far_rotation, 2.5);
    times(&mut options.paint.texture, 1.3);
    times(&mut options.strokes.shadow, 3.0);
    times(&mut options.strokes.outline, 2.0);
    times(&mut options.sensor.bilevel, 0.2);
}

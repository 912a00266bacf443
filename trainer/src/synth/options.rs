//! Every probability and range of the renderer, settable from a TOML table.
//! Lengths are in cap heights (the height of an "H") unless a comment says
//! otherwise, so that a fault looks alike at every text size.

use serde::{Deserialize, Serialize};

/// A chance per line and a range of strengths.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// Probability, 0 to 1, at a middling severity and before a scenario's factor.
    pub chance: f32,
    /// Strength when mild.
    pub low: f32,
    /// Strength at its worst.
    pub high: f32,
}

/// A range.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Span {
    /// Lower bound.
    pub low: f32,
    /// Upper bound.
    pub high: f32,
}

const fn fault(chance: f32, low: f32, high: f32) -> Fault {
    Fault { chance, low, high }
}

/// Declares a group of settings with their defaults, all of them deserialisable.
macro_rules! settings {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $field:ident: $kind:ty = $value:expr,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name { $($(#[$note])* pub $field: $kind,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }
    };
}

settings! {
    /// All settings of a renderer.
    Options {
        /// Share of lines that are nearly clean: black on white, resampled only. Clean
        /// print has four times as many, which makes 12 % of all lines.
        clean_share: f32 = 0.085,
        /// Share of lines of random characters, on top of those of the scenarios' tables;
        /// segment displays have none.
        random_share: f32 = 0.05,
        /// Severity is a uniform draw to this power: above 1 skews to mild.
        severity_skew: f32 = 1.6,
        /// Height of a capital in the finished crop, in pixels, log-uniform.
        cap_height: Span = Span { low: 10.0, high: 50.0 },
        /// Most columns of a crop before the text is set smaller, in pixels.
        max_width: f32 = 1500.0,
        /// Weights of the scenarios.
        scenarios: Scenarios = Scenarios::default(),
        /// Spacing, shape, and what stands around the line.
        layout: LayoutOptions = LayoutOptions::default(),
        /// Faults of the printed strokes.
        strokes: StrokeOptions = StrokeOptions::default(),
        /// Geometry and crop.
        warp: WarpOptions = WarpOptions::default(),
        /// Levels, ground and light.
        paint: PaintOptions = PaintOptions::default(),
        /// Lens and sampling.
        optics: OpticsOptions = OpticsOptions::default(),
        /// Sensor, binarisation and compression.
        sensor: SensorOptions = SensorOptions::default(),
    }
}

settings! {
    /// Relative weights of the scenarios.
    Scenarios {
        /// Laser print on white.
        clean_print: f32 = 14.0,
        /// Wire markers and tape labels.
        label: f32 = 20.0,
        /// Thermal receipts.
        receipt: f32 = 14.0,
        /// Faxed and scanned forms.
        form: f32 = 13.0,
        /// Embossed cards and plates.
        embossed: f32 = 7.0,
        /// Segment displays.
        segment: f32 = 6.0,
        /// Signs and packages.
        sign: f32 = 18.0,
        /// Lines of books and papers.
        book: f32 = 6.0,
        /// Industrial dot printing.
        inkjet: f32 = 5.0,
        /// Any font, any text, any ground.
        mixed: f32 = 10.0,
    }
}

settings! {
    /// Spacing, shape, and what stands around the line.
    LayoutOptions {
        /// Extra space between letters.
        loose_letters: Fault = fault(0.22, 0.05, 0.45),
        /// Very wide letter spacing, as on wire markers.
        wide_letters: Fault = fault(0.05, 0.45, 0.9),
        /// Letters set tighter than the font asks.
        tight_letters: Fault = fault(0.08, 0.01, 0.06),
        /// Factor of the word space.
        word_space: Fault = fault(0.3, 0.65, 3.0),
        /// Shear of an upright font, as the tangent of the angle.
        slant: Fault = fault(0.14, 0.08, 0.32),
        /// Backward shear.
        back_slant: Fault = fault(0.03, 0.04, 0.18),
        /// Factor of the width.
        stretch: Fault = fault(0.5, 0.7, 1.4),
        /// Extreme factor of the width.
        far_stretch: Fault = fault(0.06, 0.6, 1.6),
        /// Another line cut by the crop above; how much of it is seen.
        line_above: Fault = fault(0.08, 0.04, 0.3),
        /// Another line cut by the crop below; how much of it is seen.
        line_below: Fault = fault(0.08, 0.04, 0.3),
        /// Underline or ruled line below; its thickness.
        rule_below: Fault = fault(0.06, 0.03, 0.12),
        /// Ruled line above; its thickness.
        rule_above: Fault = fault(0.03, 0.03, 0.12),
        /// Table line at the left or right end; its thickness.
        side_rule: Fault = fault(0.03, 0.04, 0.14),
        /// Box around the text; its thickness.
        frame: Fault = fault(0.03, 0.03, 0.1),
    }
}

settings! {
    /// Faults of the printed strokes.
    StrokeOptions {
        /// Thickening.
        bold: Fault = fault(0.16, 0.01, 0.05),
        /// Thinning.
        thin: Fault = fault(0.08, 0.005, 0.03),
        /// Pitch of a dot grid that any font is sampled by.
        dots: Fault = fault(0.025, 0.085, 0.115),
        /// Width of stencil breaks.
        stencil: Fault = fault(0.025, 0.05, 0.1),
        /// Outlined letters; width of the outline.
        outline: Fault = fault(0.03, 0.035, 0.08),
        /// Offset of a drop shadow.
        shadow: Fault = fault(0.05, 0.03, 0.14),
        /// Share of ink lost in specks.
        specks: Fault = fault(0.08, 0.04, 0.28),
        /// Depth of vertical faded streaks, 0 to 1.
        columns: Fault = fault(0.06, 0.2, 0.85),
        /// Depth of horizontal faded streaks, 0 to 1.
        rows: Fault = fault(0.05, 0.2, 0.7),
        /// Roughness of the edges.
        rough: Fault = fault(0.08, 0.1, 0.5),
        /// Strength of embossing, in grey levels.
        relief: Fault = fault(0.03, 55.0, 150.0),
        /// Visibility of unlit segments, 0 to 1 (segment displays only).
        ghost: Fault = fault(0.3, 0.03, 0.14),
    }
}

settings! {
    /// Geometry and crop.
    WarpOptions {
        /// Rotation either way, in degrees.
        rotation: Fault = fault(0.35, 0.3, 4.0),
        /// Strong rotation either way, in degrees.
        far_rotation: Fault = fault(0.05, 4.0, 8.0),
        /// Shift of the corners, in line heights.
        perspective: Fault = fault(0.2, 0.03, 0.2),
        /// Sag of a curved baseline.
        arc: Fault = fault(0.06, 0.05, 0.3),
        /// Share of crops that touch or cut the text.
        tight_share: f32 = 0.3,
        /// Share of crops with much air.
        loose_share: f32 = 0.2,
        /// Most that a tight crop cuts at the top or bottom.
        cut: f32 = 0.06,
        /// Widest margin of a loose crop.
        air: f32 = 0.6,
    }
}

settings! {
    /// Levels, ground and light.
    PaintOptions {
        /// Share of lines with light text on a dark ground, before a scenario's factor:
        /// print has few and signs have many, which makes a third of all lines.
        light_on_dark: f32 = 0.58,
        /// Contrast of faint text, in grey levels.
        faint: Fault = fault(0.1, 60.0, 15.0),
        /// Ground texture, as a share of the contrast.
        texture: Fault = fault(0.4, 0.03, 0.4),
        /// Halftone or dither pattern of the ground, as a share of the contrast.
        halftone: Fault = fault(0.03, 0.1, 0.45),
        /// Uneven light: loss at the dark end, 0 to 1.
        gradient: Fault = fault(0.25, 0.1, 0.6),
        /// Loss at the corners, 0 to 1.
        vignette: Fault = fault(0.06, 0.1, 0.5),
        /// Depth of a shadow edge, 0 to 1.
        cast_shadow: Fault = fault(0.06, 0.15, 0.55),
        /// Strength of a glare spot, 0 to 1.
        glare: Fault = fault(0.05, 0.15, 0.6),
        /// Strength of reflections over the line, 0 to 1.
        reflection: Fault = fault(0.02, 0.1, 0.45),
        /// Exposure factor of a dark picture.
        dark: Fault = fault(0.06, 0.6, 0.25),
    }
}

settings! {
    /// Lens and sampling.
    OpticsOptions {
        /// Gaussian deviation.
        blur: Fault = fault(0.35, 0.015, 0.095),
        /// Length of a motion blur.
        motion: Fault = fault(0.06, 0.05, 0.28),
        /// Radius of a defocus disc.
        defocus: Fault = fault(0.06, 0.03, 0.15),
        /// Sharpening halo, 0 to 1.
        sharpen: Fault = fault(0.08, 0.3, 1.5),
        /// Least cap height after further loss of resolution, in pixels.
        low_resolution: Fault = fault(0.06, 12.0, 8.5),
    }
}

settings! {
    /// Sensor, binarisation and compression.
    SensorOptions {
        /// Gaussian noise, as a share of the contrast.
        noise: Fault = fault(0.3, 0.01, 0.16),
        /// Shot noise: photons that white stands for.
        shot: Fault = fault(0.1, 2000.0, 120.0),
        /// JPEG quality.
        jpeg: Fault = fault(0.35, 90.0, 15.0),
        /// Binarisation: noise before the threshold, as a share of the contrast.
        bilevel: Fault = fault(0.05, 0.0, 0.35),
        /// Share of pixels struck by salt and pepper.
        salt: Fault = fault(0.04, 0.002, 0.03),
    }
}

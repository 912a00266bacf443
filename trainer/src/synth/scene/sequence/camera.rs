//! What a camera makes of what it sees, frame by frame: focus, exposure, glare, noise.

use std::f32::consts::TAU;

use super::super::super::dice::{Dice, Noise};
use super::super::super::options::Span;
use super::super::super::plane::Plane;
use labelcam::image::Gray;

/// The share of a frame's time in which the shutter is open.
const OPEN: Span = Span { low: 0.05, high: 0.7 };

/// Blur of a picture in focus, in pixels (standard deviation).
const FOCUS_PX: Span = Span { low: 0.3, high: 0.9 };

/// Share of the sequences in which the camera loses its focus for a while, the pixels of blur at its worst, and how long it
/// takes, in shares of the sequence.
const HUNT: (f32, Span, Span) = (0.35, Span { low: 1.0, high: 4.0 }, Span { low: 0.08, high: 0.35 });

/// Noise, as a share of the contrast of the faintest label.
const NOISE: Span = Span { low: 0.004, high: 0.07 };

/// How much the exposure goes up and down, as a factor to either side.
const SWING: Span = Span { low: 0.01, high: 0.3 };

/// Share of the sequences with a glare spot that passes, and its levels.
const GLARE: (f32, Span) = (0.2, Span { low: 40.0, high: 160.0 });

/// Quality of the JPEG pictures.
const QUALITY: Span = Span { low: 60.0, high: 95.0 };

/// Something that comes, is strongest at a time in frames, and goes.
struct Passing {
    strength: f32,
    at: f32,
    /// Frames from its middle to where little is left.
    long: f32,
}

impl Passing {
    fn at(&self, time: f32) -> f32 {
        let away = (time - self.at) / self.long;
        self.strength * (-2.0 * away * away).exp()
    }
}

/// A bright spot that moves across the picture.
struct Glare {
    levels: f32,
    start: (f32, f32),
    /// Pixels a frame.
    speed: (f32, f32),
    radii: (f32, f32),
}

/// A camera.
pub(super) struct Camera {
    /// The share of a frame's time in which the shutter is open.
    pub(super) open: f32,
    /// Quality of its JPEG pictures.
    pub(super) quality: u8,
    focus: f32,
    hunt: Option<Passing>,
    swing: (f32, f32, f32),
    glare: Option<Glare>,
    noise: f32,
    seed: u64,
}

impl Camera {
    pub(super) fn draw(dice: &mut Dice, (width, height): (f32, f32), (frames, contrast): (f32, f32)) -> Self {
        let hunt = dice.chance(HUNT.0).then(|| Passing {
            strength: dice.log_span(&HUNT.1),
            at: dice.range(0.0, frames),
            long: frames * dice.log_span(&HUNT.2),
        });
        let glare = dice.chance(GLARE.0).then(|| Glare {
            levels: dice.log_span(&GLARE.1),
            start: (dice.range(0.0, width), dice.range(0.0, height)),
            speed: (dice.range(-0.5, 0.5) * width / frames, dice.range(-0.5, 0.5) * height / frames),
            radii: (width * dice.range(0.02, 0.12), height * dice.range(0.02, 0.12)),
        });
        Self {
            open: dice.log_span(&OPEN),
            quality: dice.range(QUALITY.low, QUALITY.high) as u8,
            focus: dice.range(FOCUS_PX.low, FOCUS_PX.high),
            hunt,
            swing: (dice.log_span(&SWING), dice.range(0.3, 1.5) * frames, dice.range(0.0, TAU)),
            glare,
            noise: dice.log_span(&NOISE) * contrast.clamp(20.0, 160.0),
            seed: dice.noise().bits(),
        }
    }

    /// The picture of what is seen in frame `number`.
    pub(super) fn take(&self, mut frame: Plane, number: usize) -> Gray {
        let time = number as f32;
        if let Some(glare) = &self.glare {
            glare.add(&mut frame, time);
        }
        frame.blur(self.focus + self.hunt.as_ref().map_or(0.0, |hunt| hunt.at(time)));
        let (swing, period, phase) = self.swing;
        let gain = 1.0 + swing * (TAU * time / period + phase).sin();
        let mut noise = Noise::new(self.seed ^ (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let pixel = |&sample: &f32| (sample * gain + self.noise * noise.gauss() + 0.5) as u8;
        let pixels = frame.data.iter().map(pixel).collect();
        Gray { width: frame.width, height: frame.height, pixels }
    }
}

impl Glare {
    /// Adds the spot to what is seen.
    fn add(&self, frame: &mut Plane, time: f32) {
        let (x, y) = (self.start.0 + self.speed.0 * time, self.start.1 + self.speed.1 * time);
        let width = frame.width;
        for (row_at, row) in frame.data.chunks_exact_mut(width).enumerate() {
            let dy = (row_at as f32 - y) / self.radii.1;
            for (at, sample) in row.iter_mut().enumerate() {
                let dx = (at as f32 - x) / self.radii.0;
                let distance = dx * dx + dy * dy;
                if distance < 6.0 {
                    *sample += self.levels * (-distance).exp();
                }
            }
        }
    }
}

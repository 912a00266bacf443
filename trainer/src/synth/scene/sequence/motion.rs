//! How the view moves: a mounted camera, one that is held, or labels on a belt.

use std::f32::consts::TAU;

use super::super::super::dice::Dice;
use super::super::super::options::Span;
use super::super::super::warp::{self, Matrix};

/// Who moves, and how often.
const KINDS: [(Kind, f32); 3] = [(Kind::Mounted, 0.35), (Kind::Held, 0.4), (Kind::Belt, 0.25)];

/// How far a mounted camera shakes, in pixels.
const SHAKE_PX: Span = Span { low: 0.05, high: 0.8 };

/// How far a hand moves the picture to either side, in pixels.
const SWAY_PX: Span = Span { low: 2.0, high: 45.0 };

/// Frames in which a hand moves to and fro.
const PERIOD_FRAMES: Span = Span { low: 14.0, high: 70.0 };

/// How far a hand turns the picture, in degrees.
const TURN_DEGREES: f32 = 3.5;

/// How much nearer or farther a hand comes, as a share of the distance.
const NEARER: f32 = 0.07;

/// How far a belt moves in a frame, in pixels.
const SPEED_PX: Span = Span { low: 1.0, high: 14.0 };

/// What is drawn of the world beyond each border of the picture, in pixels.
const AROUND_PX: f32 = 30.0;

#[derive(Clone, Copy)]
enum Kind {
    Mounted,
    Held,
    Belt,
}

/// A wave over time, in frames.
struct Wave {
    reach: f32,
    period: f32,
    phase: f32,
}

impl Wave {
    fn draw(dice: &mut Dice, reach: f32, period: f32) -> Self {
        Self { reach, period: period * dice.range(0.7, 1.4), phase: dice.range(0.0, TAU) }
    }

    /// A base wave with a smaller and faster one on it.
    fn at(&self, time: f32) -> f32 {
        let angle = TAU * time / self.period + self.phase;
        self.reach * (0.8 * angle.sin() + 0.2 * (2.7 * angle).sin())
    }
}

/// The view of the world over time.
pub(super) struct Motion {
    /// Size of the picture.
    size: (f32, f32),
    /// The world's size beyond that of the picture.
    beyond: (f32, f32),
    /// Pixels a frame.
    speed: (f32, f32),
    /// The frame in the middle, when the world's middle is in the picture's.
    middle: f32,
    x: Wave,
    y: Wave,
    turn: Wave,
    nearer: Wave,
}

impl Motion {
    pub(super) fn draw(dice: &mut Dice, size: (f32, f32), frames: f32) -> Self {
        let kind = dice.weighted(&KINDS);
        let sway = dice.log_span(&match kind {
            Kind::Held => SWAY_PX,
            Kind::Mounted | Kind::Belt => SHAKE_PX,
        });
        let period = dice.log_span(&PERIOD_FRAMES);
        let held = match kind {
            // Whoever moves far also turns far.
            Kind::Held => (sway / SWAY_PX.high).sqrt(),
            Kind::Mounted | Kind::Belt => 0.0,
        };
        let speed = match kind {
            Kind::Belt => dice.log_span(&SPEED_PX) * dice.sign(),
            Kind::Mounted | Kind::Held => 0.0,
        };
        let speed = if dice.chance(0.7) { (speed, 0.0) } else { (0.0, speed) };
        let beyond = |speed: f32| 2.0 * AROUND_PX + speed.abs() * frames;
        Self {
            size,
            beyond: (beyond(speed.0), beyond(speed.1)),
            speed,
            middle: frames / 2.0,
            x: Wave::draw(dice, sway, period),
            y: Wave::draw(dice, sway, period),
            turn: Wave::draw(dice, held * TURN_DEGREES.to_radians(), period),
            nearer: Wave::draw(dice, held * NEARER, period),
        }
    }

    /// Columns and rows of the world.
    pub(super) fn world(&self) -> (f32, f32) {
        ((self.size.0 + self.beyond.0).floor(), (self.size.1 + self.beyond.1).floor())
    }

    /// The map from the world to the picture at a time in frames.
    pub(super) fn view(&self, time: f32) -> Matrix {
        let (wide, high) = self.world();
        let since = time - self.middle;
        let x = self.size.0 / 2.0 + self.x.at(time) + self.speed.0 * since;
        let y = self.size.1 / 2.0 + self.y.at(time) + self.speed.1 * since;
        let scale = 1.0 + self.nearer.at(time);
        let to_middle = warp::translation(-wide / 2.0, -high / 2.0);
        let scaled = warp::product(&[scale, 0.0, 0.0, 0.0, scale, 0.0, 0.0, 0.0, 1.0], &to_middle);
        let turned = warp::product(&warp::rotation(self.turn.at(time)), &scaled);
        warp::product(&warp::translation(x, y), &turned)
    }
}

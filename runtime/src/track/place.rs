//! Where a line is, how it moves, and how far another place is from it.

use std::time::Duration;

use crate::lines::Quad;

/// A line's height differs by this factor at most from one frame to the next in which it is found.
const HEIGHTS_MAX: f32 = 1.7;

/// Its direction differs by this at most, in radians, upside down or not; more where it is short, whose corners tell less.
const ANGLES_MAX: f32 = 0.3;

/// A motion is believed for so long after it was seen last.
const MOTION_MAX: Duration = Duration::from_millis(500);

/// A place that may move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) quad: Quad,
    /// When it was there.
    seen: Duration,
    /// Pixels a second.
    velocity: Option<[f32; 2]>,
}

impl Place {
    pub(super) fn new(quad: Quad, now: Duration) -> Self {
        Self { quad, seen: now, velocity: None }
    }

    /// Moves on to where the line is now.
    pub(super) fn follow(&mut self, quad: Quad, now: Duration) {
        let time = now.saturating_sub(self.seen).as_secs_f32();
        if time > 0.0 {
            let moved = shift(&self.quad, &quad).map(|pixels| pixels / time);
            // Half of the old motion steadies what corners that jitter would make of it.
            let steady = |old: [f32; 2]| std::array::from_fn(|axis| (old[axis] + moved[axis]) / 2.0);
            self.velocity = Some(self.velocity.map_or(moved, steady));
        }
        (self.quad, self.seen) = (quad, now);
    }

    /// How far a line lies from where this one is expected, in heights: from where its motion takes it or, as it may have
    /// stopped, from where it was. None for a line that differs too much in height or direction.
    pub(super) fn distance(&self, quad: &Quad, now: Duration) -> Option<f32> {
        let (least, most) = (self.quad.height().min(quad.height()), self.quad.height().max(quad.height()));
        let short = most / self.quad.width().min(quad.width()).max(1.0);
        if most > HEIGHTS_MAX * least || self.quad.slant_to(quad).abs() > ANGLES_MAX * (1.0 + short) {
            return None;
        }
        let time = now.saturating_sub(self.seen).min(MOTION_MAX).as_secs_f32();
        let expected = self.velocity.map_or([0.0; 2], |velocity| velocity.map(|pixels| pixels * time));
        let [x, y] = shift(&self.quad, quad);
        let miss = (x - expected[0]).hypot(y - expected[1]).min(x.hypot(y));
        Some(miss / most)
    }
}

/// How a line moved from one place to another, in pixels: the least of what its ends and its middle moved, since what is
/// found of a line may be longer or shorter at an end.
fn shift(from: &Quad, to: &Quad) -> [f32; 2] {
    let upside_down = (to.angle() - from.angle()).cos() < 0.0;
    let to = if upside_down { to.turned() } else { *to };
    let moved = |from: [f32; 2], to: [f32; 2]| [to[0] - from[0], to[1] - from[1]];
    let ends = [(0, 3), (1, 2)].map(|corners| moved(middle(from, corners), middle(&to, corners)));
    let length = |[x, y]: &[f32; 2]| x.hypot(*y);
    let least = |a: [f32; 2], b: [f32; 2]| if length(&b) < length(&a) { b } else { a };
    ends.into_iter().fold(moved(from.centre(), to.centre()), least)
}

/// The middle between two corners.
fn middle(quad: &Quad, (one, other): (usize, usize)) -> [f32; 2] {
    std::array::from_fn(|axis| (quad.0[one][axis] + quad.0[other][axis]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32, width: f32) -> Quad {
        Quad([[x, y], [x + width, y], [x + width, y + 20.0], [x, y + 20.0]])
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_line_is_expected_where_its_motion_takes_it_or_where_it_was() {
        let mut place = Place::new(at(0.0, 0.0, 100.0), ms(0));
        place.follow(at(10.0, 0.0, 100.0), ms(100));
        let miss = |x: f32| place.distance(&at(x, 0.0, 100.0), ms(200)).unwrap();
        assert!(miss(20.0) < 1e-3 && miss(10.0) < 1e-3, "{} {}", miss(20.0), miss(10.0));
        assert!((miss(40.0) - 1.0).abs() < 1e-3, "{}", miss(40.0));
    }

    #[test]
    fn a_line_that_is_found_shorter_has_not_moved() {
        let place = Place::new(at(0.0, 0.0, 100.0), ms(0));
        assert!(place.distance(&at(0.0, 0.0, 60.0), ms(100)).unwrap() < 1e-3);
        assert!(place.distance(&at(40.0, 0.0, 60.0), ms(100)).unwrap() < 1e-3);
    }

    #[test]
    fn a_line_upside_down_is_at_the_same_place_and_one_across_is_not() {
        let quad = at(30.0, 10.0, 100.0);
        let place = Place::new(quad, ms(0));
        assert!(place.distance(&quad.turned(), ms(10)).unwrap() < 1e-3);
        let [a, b, c, d] = quad.0;
        assert_eq!(place.distance(&Quad([b, c, d, a]), ms(10)), None);
    }

    #[test]
    fn a_line_of_another_height_is_another() {
        let place = Place::new(at(0.0, 0.0, 100.0), ms(0));
        let high = Quad([[0.0, 0.0], [100.0, 0.0], [100.0, 40.0], [0.0, 40.0]]);
        assert_eq!(place.distance(&high, ms(10)), None);
    }
}

//! The box along a direction that holds some points: what a line's corners are made of.

use super::quad::Quad;

/// How far something reaches along a direction (u) and across it (v), in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) cos: f32,
    sin: f32,
    pub(super) u0: f32,
    pub(super) u1: f32,
    pub(super) v0: f32,
    pub(super) v1: f32,
}

impl Extent {
    /// Of nothing yet, along an angle in radians.
    pub(super) fn along(angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self { cos, sin, u0: f32::MAX, u1: f32::MIN, v0: f32::MAX, v1: f32::MIN }
    }

    /// How far along and across a point lies.
    pub(super) fn flat(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [x * self.cos + y * self.sin, y * self.cos - x * self.sin]
    }

    /// The point that lies so far along and across.
    pub(super) fn point(&self, u: f32, v: f32) -> [f32; 2] {
        [u * self.cos - v * self.sin, u * self.sin + v * self.cos]
    }

    /// Extends to points.
    pub(super) fn add(&mut self, points: [[f32; 2]; 4]) {
        for [u, v] in points.map(|point| self.flat(point)) {
            self.u0 = self.u0.min(u);
            self.u1 = self.u1.max(u);
            self.v0 = self.v0.min(v);
            self.v1 = self.v1.max(v);
        }
    }

    /// The corners, with `room` pixels around.
    pub(super) fn quad(&self, room: f32) -> Quad {
        let (u0, u1, v0, v1) = (self.u0 - room, self.u1 + room, self.v0 - room, self.v1 + room);
        Quad([self.point(u0, v0), self.point(u1, v0), self.point(u1, v1), self.point(u0, v1)])
    }
}

//! Connected pieces of dark and of light, from runs of equal pixels.
//!
//! One pass from the top joins each run with those of the row above that it touches, corners included; a forest of
//! provisional pieces is merged on the way. Runs of a piece are chained, so that its outline can be gone through later.

use super::threshold::{NEITHER, Thresholds};
use crate::image::Gray;

/// The end of a chain of runs.
const NONE: u32 = u32::MAX;

/// Pieces of less are noise, in pixels.
const AREA_MIN: u32 = 3;

/// Pixels of one class next to one another in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// First column.
    pub(super) start: u32,
    /// The column behind the last.
    pub(super) end: u32,
    /// Row.
    pub(super) row: u32,
    /// The next run of the same piece.
    next: u32,
    /// The provisional piece.
    piece: u32,
    class: u8,
}

/// A connected piece, in pixels of its level of the pyramid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Component {
    /// First column.
    pub(super) x0: u32,
    /// First row.
    pub(super) y0: u32,
    /// The column behind the last.
    pub(super) x1: u32,
    /// The row behind the last.
    pub(super) y1: u32,
    /// Pixels.
    pub(super) area: u32,
    /// Runs: a row through a letter has as many as it crosses strokes.
    pub(super) runs: u32,
    /// `DARK` or `LIGHT`.
    pub(super) class: u8,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Component {
    pub(super) fn width(&self) -> f32 {
        (self.x1 - self.x0) as f32
    }

    pub(super) fn height(&self) -> f32 {
        (self.y1 - self.y0) as f32
    }

    pub(super) fn centre(&self) -> (f32, f32) {
        ((self.x0 + self.x1) as f32 / 2.0, (self.y0 + self.y1) as f32 / 2.0)
    }
}

/// The pieces of a picture, with the buffers that they are found in.
#[derive(Debug, Default)]
pub(super) struct Components {
    /// Pieces that may belong to text, by their left edge.
    pub(super) list: Vec<Component>,
    runs: Vec<Run>,
    pieces: Vec<Component>,
    parents: Vec<u32>,
    classes: Vec<u8>,
}

impl Components {
    /// Finds the pieces of a measured picture that are at most `height_max` pixels high and `width_max` wide.
    pub(super) fn find(&mut self, image: &Gray, thresholds: &mut Thresholds, (width_max, height_max): (f32, f32)) {
        self.runs.clear();
        self.pieces.clear();
        self.parents.clear();
        self.classes.resize(image.width, NEITHER);
        let mut above = 0..0;
        for y in 0..image.height {
            thresholds.classes(y, image.row(y), &mut self.classes);
            let here = self.runs.len();
            runs(&self.classes, y as u32, &mut self.runs);
            self.join(above, here);
            above = here..self.runs.len();
        }
        self.list.clear();
        let roots = self.pieces.iter().zip(&self.parents).zip(0..).filter(|((_, parent), at)| *parent == at);
        let pieces = roots.map(|((piece, _), _)| *piece);
        let fits = |p: &Component| p.area >= AREA_MIN && p.height() <= height_max && p.width() <= width_max;
        self.list.extend(pieces.filter(fits));
        self.list.sort_unstable_by_key(|piece| (piece.x0, piece.y0, piece.x1, piece.y1, piece.class));
    }

    /// The runs of a piece.
    pub(super) fn runs(&self, piece: &Component) -> impl Iterator<Item = &Run> {
        let run = |at: u32| self.runs.get(at as usize);
        std::iter::successors(run(piece.first), move |last| run(last.next))
    }

    /// Gives the runs from `here` on to the pieces of the row above that they touch, or to new ones.
    fn join(&mut self, above: std::ops::Range<usize>, here: usize) {
        let mut from = above.start;
        for at in here..self.runs.len() {
            let run = self.runs[at];
            // A run above that ends before this one begins touches no later one either.
            while from < above.end && self.runs[from].end < run.start {
                from += 1;
            }
            let mut piece = NONE;
            let mut near = from;
            while near < above.end && self.runs[near].start <= run.end {
                if self.runs[near].class == run.class {
                    let root = self.root(self.runs[near].piece);
                    piece = if piece == NONE { root } else { self.merged(piece, root) };
                }
                near += 1;
            }
            self.add(at as u32, piece);
        }
    }

    /// Adds a run to a piece, or to a new one.
    fn add(&mut self, at: u32, piece: u32) {
        let run = self.runs[at as usize];
        let alone = Component {
            x0: run.start,
            y0: run.row,
            x1: run.end,
            y1: run.row + 1,
            area: run.end - run.start,
            runs: 1,
            class: run.class,
            first: at,
            last: at,
        };
        if piece == NONE {
            self.runs[at as usize].piece = self.pieces.len() as u32;
            self.parents.push(self.pieces.len() as u32);
            self.pieces.push(alone);
            return;
        }
        self.runs[at as usize].piece = piece;
        self.absorb(piece, &alone);
    }

    /// Makes one piece of two roots; gives its root.
    fn merged(&mut self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parents[child as usize] = root;
        let piece = self.pieces[child as usize];
        self.absorb(root, &piece);
        root
    }

    fn absorb(&mut self, root: u32, other: &Component) {
        let piece = &mut self.pieces[root as usize];
        self.runs[piece.last as usize].next = other.first;
        piece.x0 = piece.x0.min(other.x0);
        piece.y0 = piece.y0.min(other.y0);
        piece.x1 = piece.x1.max(other.x1);
        piece.y1 = piece.y1.max(other.y1);
        piece.area += other.area;
        piece.runs += other.runs;
        piece.last = other.last;
    }

    fn root(&mut self, mut piece: u32) -> u32 {
        while self.parents[piece as usize] != piece {
            let above = self.parents[self.parents[piece as usize] as usize];
            self.parents[piece as usize] = above;
            piece = above;
        }
        piece
    }
}

/// Appends the runs of a row of classes.
fn runs(classes: &[u8], row: u32, out: &mut Vec<Run>) {
    let mut start = 0;
    while start < classes.len() {
        let class = classes[start];
        let end = start + same(&classes[start..], class);
        if class != NEITHER {
            out.push(Run { start: start as u32, end: end as u32, row, next: NONE, piece: NONE, class });
        }
        start = end;
    }
}

/// How many bytes from the start are `class`; eight are compared at a time.
fn same(bytes: &[u8], class: u8) -> usize {
    let splat = u64::from_ne_bytes([class; 8]);
    let mut at = 0;
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        if word != splat {
            return at + ((word ^ splat).trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + bytes[at..].iter().take_while(|&&byte| byte == class).count()
}

//! Which characters of two readings are the same ones: the alignment of least edit distance.

use std::iter;
use std::ops::Range;

use super::{LENGTH_MAX, Voted};

/// Cells of the table of distances between all beginnings of two readings.
const CELLS: usize = (LENGTH_MAX + 1) * (LENGTH_MAX + 1);

/// The last step of the way to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A character of each.
    Both,
    /// One that only the pivot has.
    Pivot,
    /// One that only the other has.
    Other,
}

/// For each character of the pivot, where the other reading stands.
#[derive(Debug, Clone)]
pub(super) struct Alignment {
    /// How many of the other's characters stand before, and whether the next one is the counterpart.
    places: heapless::Vec<(u16, bool), LENGTH_MAX>,
    /// Characters of the other.
    length: u16,
}

impl Alignment {
    /// The other's character that stands where the pivot's character `at` does.
    pub(super) fn matched(&self, at: usize) -> Option<usize> {
        let (before, matched) = *self.places.get(at)?;
        matched.then_some(usize::from(before))
    }

    /// The other's characters between the pivot's characters `at - 1` and `at`.
    pub(super) fn inserted(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |last| self.places[last].0 + u16::from(self.places[last].1));
        let end = self.places.get(at).map_or(self.length, |place| place.0);
        usize::from(start)..usize::from(end)
    }
}

/// Aligns a reading to the pivot. Of alignments of the same distance, one that has characters side by side from the end.
pub(super) fn align(pivot: &[Voted], other: &[Voted]) -> Alignment {
    let steps = steps(pivot, other);
    let mut alignment = Alignment { places: heapless::Vec::new(), length: narrow(other.len()) };
    let (mut i, mut j) = (pivot.len(), other.len());
    // From the end; whatever is left of the pivot at the other's beginning has no counterpart.
    while i > 0 {
        let step = steps[i * (other.len() + 1) + j];
        (i, j) = (i - usize::from(step != Step::Other), j - usize::from(step != Step::Pivot));
        if step != Step::Other {
            let place = (narrow(j), step == Step::Both);
            alignment.places.push(place).expect("a reading has at most LENGTH_MAX characters");
        }
    }
    alignment.places.reverse();
    alignment
}

/// The last step to each pair of beginnings, row after row of the pivot's.
fn steps(pivot: &[Voted], other: &[Voted]) -> heapless::Vec<Step, CELLS> {
    let mut steps: heapless::Vec<Step, CELLS> =
        iter::once(Step::Both).chain(other.iter().map(|_| Step::Other)).collect();
    // The distances of the pivot's beginning so far to every beginning of the other.
    let mut row: heapless::Vec<u16, { LENGTH_MAX + 1 }> = (0..=narrow(other.len())).collect();
    for one in pivot {
        let mut diagonal = row[0];
        row[0] += 1;
        push(&mut steps, Step::Pivot);
        for (at, another) in other.iter().enumerate() {
            let both = diagonal + u16::from(one.character != another.character);
            let (only_pivot, only_other) = (row[at + 1] + 1, row[at] + 1);
            diagonal = row[at + 1];
            row[at + 1] = both.min(only_pivot).min(only_other);
            push(
                &mut steps,
                match row[at + 1] {
                    least if least == both => Step::Both,
                    least if least == only_pivot => Step::Pivot,
                    _ => Step::Other,
                },
            );
        }
    }
    steps
}

fn push(steps: &mut heapless::Vec<Step, CELLS>, step: Step) {
    steps.push(step).expect("readings have at most LENGTH_MAX characters");
}

fn narrow(count: usize) -> u16 {
    u16::try_from(count).expect("a reading has at most LENGTH_MAX characters")
}

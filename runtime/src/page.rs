//! Reads whole pictures: every line that was found, the right way up.
//!
//! A line's shape does not tell whether it is upside down, and its reading does. Lines are read as they lie; the lines of
//! a label whose readings are doubtful are read upside down as well, and the label decides ([`upright`]). Who acts on a
//! reading asks which of them stand: [`PageReader::standing`].

mod again;
mod doubt;
#[cfg(test)]
mod tests;
mod upright;
mod whole;

use crate::evaluate::Reader;
use crate::image::Gray;
use crate::lines::{FoundLine, Quad, labels, rectify};
use crate::recognizer::{ReadError, Reading};
use again::Again;
pub use doubt::Doubt;

/// Readings of less confidence are no text: what was found is a pattern, or print that is too small or too blurred.
pub const CONFIDENCE_MIN: f32 = 0.4;

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLine {
    /// Where it is: clockwise from the top left of its text, the right way up.
    pub quad: Quad,
    /// What it says. Its characters lie in pixels along the quad's top, from its first corner.
    pub reading: Reading,
    /// The label that it is of: lines of the picture with the same number are of one.
    pub label: usize,
}

/// What was read of a picture.
#[derive(Debug, Default)]
pub struct Page {
    /// The lines in reading order.
    pub lines: Vec<PageLine>,
    /// Found lines that are left out because nothing was read, or with less than [`CONFIDENCE_MIN`].
    pub doubtful: usize,
    /// Found lines that a gate kept from being read.
    pub stopped: usize,
    /// Found lines that cannot be read at all, with the reason.
    pub unread: Vec<(Quad, ReadError)>,
}

/// Reads whole pictures.
#[derive(Debug, Clone, Copy)]
pub struct PageReader<'a> {
    /// What lines are read with.
    pub reader: Reader<'a>,
    /// Whether labels may lie upside down. Where they never do, numbers such as 1689 need no second look.
    pub upside_down: bool,
}

impl<'a> PageReader<'a> {
    /// Reads labels either way up.
    #[must_use]
    pub fn new(reader: Reader<'a>) -> Self {
        Self { reader, upside_down: true }
    }

    /// Reads the lines that were found in a picture.
    ///
    /// They keep their order, but for labels that are upside down: their lines are read from the label's own top.
    #[must_use]
    pub fn read(&self, image: &Gray, found: &[FoundLine]) -> Page {
        self.read_passing(image, found, &mut |_| true)
    }

    /// Reads the lines that were found in a picture and whose cut-out picture `passes`.
    pub fn read_passing(&self, image: &Gray, found: &[FoundLine], passes: &mut dyn FnMut(&Gray) -> bool) -> Page {
        let labels = labels(found);
        let mut slots: Vec<Option<PageLine>> = found.iter().map(|_| None).collect();
        let mut page = Page::default();
        for first in (0..found.len()).filter(|&at| labels[at] == at) {
            let members: Vec<usize> = (first..found.len()).filter(|&at| labels[at] == first).collect();
            let cuts: Vec<_> =
                members.into_iter().filter_map(|at| cut(image, (at, found[at].quad), passes, &mut page)).collect();
            let lines = self.label(image, &cuts, &mut page.unread);
            for (at, line) in cuts.iter().map(|&(at, ..)| at).zip(lines) {
                slots[at] = line.map(|(quad, reading)| PageLine { quad, reading, label: first });
            }
        }
        let read = slots.into_iter().flatten();
        let (kept, left_out): (Vec<_>, Vec<_>) = read.partition(|line| is_text(&line.reading));
        page.lines = kept;
        page.doubtful = left_out.len();
        page
    }

    /// Reads the lines of a label, the right way up, from its own top; none for a line that cannot be read.
    fn label(&self, image: &Gray, cuts: &[Cut], unread: &mut Vec<(Quad, ReadError)>) -> Vec<Option<Read>> {
        let mut lines = Vec::new();
        for &(_, quad, ref cut) in cuts {
            match self.reader.line(cut) {
                Ok(reading) => lines.push(Some((quad, reading))),
                Err(error) => {
                    unread.push((quad, error));
                    lines.push(None);
                }
            }
        }
        if !self.upside_down || !upright::is_doubtful(&confidences(&lines)) {
            return lines;
        }
        let upside_down = |&(_, quad, _): &Cut| {
            let quad = quad.turned();
            Some((quad, self.reader.line(&rectify(image, &quad).ok()?).ok()?))
        };
        let turned: Vec<_> = cuts.iter().rev().map(upside_down).collect();
        if upright::is_upside_down(&confidences(&lines), &confidences(&turned)) { turned } else { lines }
    }

    /// The readings of a picture's lines as far as they stand: each is all of its line, as far as what is around it tells,
    /// and says the same when it is looked at again in other ways. The confidences are the least of all looks. A line of
    /// which `is_known` says so stands as it is.
    ///
    /// Costs about three more readings a line; less where something else tells already.
    pub fn standing(
        &self,
        image: &Gray,
        lines: &[PageLine],
        is_known: &dyn Fn(&PageLine) -> bool,
    ) -> Vec<Result<Reading, Doubt>> {
        let again = Again::new(self, image, lines);
        let standing = |at: usize| {
            if is_known(&lines[at]) {
                return Ok(lines[at].reading.clone());
            }
            if whole::is_whole(image, lines, at) { again.confirmed(at) } else { Err(Doubt::Part) }
        };
        (0..lines.len()).map(standing).collect()
    }
}

/// Whether a reading is worth reporting.
fn is_text(reading: &Reading) -> bool {
    !reading.text.trim().is_empty() && reading.confidence >= CONFIDENCE_MIN
}

/// A found line that was cut out: its number, its place and its picture.
type Cut = (usize, Quad, Gray);

/// A line that was read, and where it is.
type Read = (Quad, Reading);

/// Cuts a found line out; none, and counted, where that is not possible or a gate stops it.
fn cut(image: &Gray, (at, quad): (usize, Quad), passes: &mut dyn FnMut(&Gray) -> bool, page: &mut Page) -> Option<Cut> {
    match rectify(image, &quad) {
        Ok(cut) if passes(&cut) => return Some((at, quad, cut)),
        Ok(_) => page.stopped += 1,
        Err(error) => page.unread.push((quad, error.into())),
    }
    None
}

/// The confidences of what was read; that there is nothing to read counts for nothing.
fn confidences(lines: &[Option<Read>]) -> Vec<f32> {
    lines.iter().flatten().map(|(_, reading)| confidence(reading)).collect()
}

fn confidence(reading: &Reading) -> f32 {
    if reading.text.trim().is_empty() { 0.0 } else { reading.confidence }
}

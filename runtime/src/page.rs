//! Reads whole pictures: every line that was found, the right way up.
//!
//! A line's shape does not tell whether it is upside down, and its reading does. Lines are read as they lie; the lines of
//! a label whose readings are doubtful are read upside down as well, and the label decides ([`upright`]). Who must not take
//! a part of a line for all of it asks [`whole`].

pub mod upright;
pub mod whole;

use crate::evaluate::Reader;
use crate::image::Gray;
use crate::lines::{FoundLine, Quad, labels, rectify};
use crate::recognizer::{ReadError, Reading};

/// Readings of less confidence are no text: what was found is a pattern, or print that is too small or too blurred.
pub const CONFIDENCE_MIN: f32 = 0.4;

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLine {
    /// Where it is: clockwise from the top left of its text, the right way up.
    pub quad: Quad,
    /// What it says. Its characters lie in pixels along the quad's top, from its first corner.
    pub reading: Reading,
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

/// Reads the lines that were found in a picture.
///
/// They keep their order, but for labels that are upside down: their lines are read from the label's own top.
#[must_use]
pub fn read(reader: &Reader, image: &Gray, found: &[FoundLine]) -> Page {
    read_passing(reader, image, found, &mut |_| true)
}

/// Reads the lines that were found in a picture and whose cut-out picture `passes`.
pub fn read_passing(reader: &Reader, image: &Gray, found: &[FoundLine], passes: &mut dyn FnMut(&Gray) -> bool) -> Page {
    let labels = labels(found);
    let mut slots: Vec<Option<PageLine>> = found.iter().map(|_| None).collect();
    let mut page = Page::default();
    for first in (0..found.len()).filter(|&at| labels[at] == at) {
        let members: Vec<usize> = (first..found.len()).filter(|&at| labels[at] == first).collect();
        let cuts: Vec<_> =
            members.into_iter().filter_map(|at| cut(image, (at, found[at].quad), passes, &mut page)).collect();
        for (at, line) in cuts.iter().map(|&(at, ..)| at).zip(label(reader, image, &cuts, &mut page.unread)) {
            slots[at] = line;
        }
    }
    let read = slots.into_iter().flatten();
    let (kept, left_out): (Vec<_>, Vec<_>) = read.partition(|line| is_text(&line.reading));
    page.lines = kept;
    page.doubtful = left_out.len();
    page
}

/// Whether a reading is worth reporting.
fn is_text(reading: &Reading) -> bool {
    !reading.text.trim().is_empty() && reading.confidence >= CONFIDENCE_MIN
}

/// A found line that was cut out: its number, its place and its picture.
type Cut = (usize, Quad, Gray);

/// Cuts a found line out; none, and counted, where that is not possible or a gate stops it.
fn cut(image: &Gray, (at, quad): (usize, Quad), passes: &mut dyn FnMut(&Gray) -> bool, page: &mut Page) -> Option<Cut> {
    match rectify(image, &quad) {
        Ok(cut) if passes(&cut) => return Some((at, quad, cut)),
        Ok(_) => page.stopped += 1,
        Err(error) => page.unread.push((quad, error.into())),
    }
    None
}

/// Reads the lines of a label, the right way up, from its own top; none for a line that cannot be read.
fn label(reader: &Reader, image: &Gray, cuts: &[Cut], unread: &mut Vec<(Quad, ReadError)>) -> Vec<Option<PageLine>> {
    let mut lines = Vec::new();
    for &(_, quad, ref cut) in cuts {
        match line(reader, cut, quad) {
            Ok(line) => lines.push(Some(line)),
            Err(error) => {
                unread.push((quad, error));
                lines.push(None);
            }
        }
    }
    if !upright::is_doubtful(&confidences(&lines)) {
        return lines;
    }
    let upside_down = |&(_, quad, _): &Cut| line(reader, &rectify(image, &quad.turned()).ok()?, quad.turned()).ok();
    let turned: Vec<_> = cuts.iter().rev().map(upside_down).collect();
    if upright::is_upside_down(&confidences(&lines), &confidences(&turned)) { turned } else { lines }
}

fn line(reader: &Reader, cut: &Gray, quad: Quad) -> Result<PageLine, ReadError> {
    let reading = reader.line(cut)?;
    Ok(PageLine { quad, reading })
}

/// The confidences of what was read; that there is nothing to read counts for nothing.
fn confidences(lines: &[Option<PageLine>]) -> Vec<f32> {
    let confidence = |line: &PageLine| if line.reading.text.trim().is_empty() { 0.0 } else { line.reading.confidence };
    lines.iter().flatten().map(confidence).collect()
}

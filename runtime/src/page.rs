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
use crate::preprocess::Region;
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
    /// Found lines that cannot be read at all, with the reason.
    pub unread: Vec<(Quad, ReadError)>,
}

/// Reads the lines that were found in a picture.
///
/// They keep their order, but for labels that are upside down: their lines are read from the label's own top.
#[must_use]
pub fn read(reader: &Reader, image: &Gray, found: &[FoundLine]) -> Page {
    let labels = labels(found);
    let mut slots: Vec<Option<PageLine>> = found.iter().map(|_| None).collect();
    let mut page = Page::default();
    for first in (0..found.len()).filter(|&at| labels[at] == at) {
        let members: Vec<usize> = (first..found.len()).filter(|&at| labels[at] == first).collect();
        let quads: Vec<Quad> = members.iter().map(|&at| found[at].quad).collect();
        let lines = label(reader, image, &quads, &mut page.unread);
        for (at, line) in members.into_iter().zip(lines) {
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

/// Reads the lines of a label, the right way up, from its own top; none for a line that cannot be read.
fn label(reader: &Reader, image: &Gray, quads: &[Quad], unread: &mut Vec<(Quad, ReadError)>) -> Vec<Option<PageLine>> {
    let mut lines = Vec::new();
    for &quad in quads {
        match line(reader, image, quad) {
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
    let turned: Vec<_> = quads.iter().rev().map(|quad| line(reader, image, quad.turned()).ok()).collect();
    if upright::is_upside_down(&confidences(&lines), &confidences(&turned)) { turned } else { lines }
}

fn line(reader: &Reader, image: &Gray, quad: Quad) -> Result<PageLine, ReadError> {
    let cut = rectify(image, &quad)?;
    let reading = reader.recognizer.read(&cut, Region::whole(&cut), reader.allow)?;
    Ok(PageLine { quad, reading })
}

/// The confidences of what was read; that there is nothing to read counts for nothing.
fn confidences(lines: &[Option<PageLine>]) -> Vec<f32> {
    let confidence = |line: &PageLine| if line.reading.text.trim().is_empty() { 0.0 } else { line.reading.confidence };
    lines.iter().flatten().map(confidence).collect()
}

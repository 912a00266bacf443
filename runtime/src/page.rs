//! Reads whole pictures: every line that was found, the right way up.
//!
//! A line's shape does not tell whether it is upside down, and its reading does. Lines are read as they lie; the lines of
//! a label whose readings are doubtful are read upside down as well, and the label decides ([`upright`]). Who acts on a
//! reading asks which of them stand: [`PageReader::standing`].
//!
//! Lines are found twice: what was read tells where else text may be ([`Finder::second_choice`]).

mod again;
mod doubt;
mod order;
#[cfg(test)]
mod tests;
mod upright;
mod whole;

use crate::evaluate::Reader;
use crate::image::Gray;
use crate::lines::{Finder, FoundLine, Quad, by_label, rectify};
use crate::recognizer::{ReadError, Reading};
use again::Again;
pub use doubt::Doubt;

/// Readings of less confidence are no text: what was found is a pattern, or print that is too small or too blurred.
pub const CONFIDENCE_MIN: f32 = 0.4;

/// What a reading must be to count as text.
#[derive(Debug, Clone, Copy)]
struct Least {
    confidence: f32,
    characters: usize,
}

/// Of the lines that are found first.
const FIRST: Least = Least { confidence: CONFIDENCE_MIN, characters: 1 };

/// Of the second choice, of which less is text: a lone stroke reads as `/` or `l`.
const SECOND: Least = Least { confidence: 0.6, characters: 2 };

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
    /// The lines in reading order, those of a label that is upside down from its own top.
    pub lines: Vec<PageLine>,
    /// All that was found, the second choice last.
    pub found: Vec<FoundLine>,
    /// Found lines that are left out because nothing was read, or with less than [`CONFIDENCE_MIN`]; of the second choice
    /// also single characters, and what has less than 0.6.
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

    /// Finds the lines of a picture and reads them.
    #[must_use]
    pub fn look(&self, image: &Gray, finder: &mut Finder) -> Page {
        self.look_passing(image, finder, &mut |_| true)
    }

    /// Finds the lines of a picture and reads those whose cut-out picture `passes`.
    pub fn look_passing(&self, image: &Gray, finder: &mut Finder, passes: &mut dyn FnMut(&Gray) -> bool) -> Page {
        let mut page = Page::default();
        self.read(image, finder.find(image), &mut page, (&mut *passes, FIRST));
        let read: Vec<Quad> = page.lines.iter().map(|line| line.quad).collect();
        let second = finder.second_choice(image, &page.found, &read);
        self.read(image, second, &mut page, (passes, SECOND));
        order::arrange(&mut page.lines);
        page
    }

    /// Reads lines that were found, label by label, and adds them to a page where they pass and are sure enough.
    fn read(&self, image: &Gray, found: Vec<FoundLine>, page: &mut Page, (passes, least): Limits) {
        let quads: Vec<Quad> = found.iter().map(|line| line.quad).collect();
        for members in by_label(&quads) {
            let cuts: Vec<Cut> = members.into_iter().filter_map(|at| cut(image, quads[at], passes, page)).collect();
            for (quad, reading) in self.label(image, &cuts, &mut page.unread).into_iter().flatten() {
                if least.is_reached(&reading) {
                    // Labels are told apart once all lines are there.
                    page.lines.push(PageLine { quad, reading, label: 0 });
                } else {
                    page.doubtful += 1;
                }
            }
        }
        page.found.extend(found);
    }

    /// Reads the lines of a label, the right way up; none for a line that cannot be read.
    fn label(&self, image: &Gray, cuts: &[Cut], unread: &mut Vec<(Quad, ReadError)>) -> Vec<Option<Read>> {
        let mut lines = Vec::new();
        for &(quad, ref cut) in cuts {
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
        let upside_down = |&(quad, _): &Cut| {
            let quad = quad.turned();
            Some((quad, self.reader.line(&rectify(image, &quad).ok()?).ok()?))
        };
        let turned: Vec<_> = cuts.iter().map(upside_down).collect();
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

impl Least {
    fn is_reached(self, reading: &Reading) -> bool {
        reading.text.trim().chars().count() >= self.characters && reading.confidence >= self.confidence
    }
}

/// Which lines are kept: those whose cut-out picture passes, and whose reading is this at least.
type Limits<'a> = (&'a mut dyn FnMut(&Gray) -> bool, Least);

/// A found line that was cut out: its place and its picture.
type Cut = (Quad, Gray);

/// A line that was read, and where it is.
type Read = (Quad, Reading);

/// Cuts a found line out; none, and counted, where that is not possible or a gate stops it.
fn cut(image: &Gray, quad: Quad, passes: &mut dyn FnMut(&Gray) -> bool, page: &mut Page) -> Option<Cut> {
    match rectify(image, &quad) {
        Ok(cut) if passes(&cut) => return Some((quad, cut)),
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

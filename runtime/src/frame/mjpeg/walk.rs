//! From marker to marker through a JPEG picture, which may still be arriving.
//!
//! Segments tell their length, so that what they hold, such as a thumbnail with an end of its own, is not looked at.

use super::{SCANS_MAX, SEGMENTS_MAX};

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;
const HUFFMAN_TABLES: u8 = 0xC4;
const PROGRESSIVE_FRAME: u8 = 0xC2;

/// How far a picture was walked over, and what its markers told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    /// The first byte that was not walked over; it may lie beyond what has arrived.
    at: usize,
    /// Whether it lies in the data of a scan.
    in_scan: bool,
    segments: usize,
    /// Width and height, of the first frame header.
    pub(crate) size: Option<(usize, usize)>,
    /// Whether that header is of a progressive picture.
    pub(crate) is_progressive: bool,
    /// Whether there are Huffman tables.
    pub(crate) has_tables: bool,
    /// How many scans have begun.
    pub(crate) scans: usize,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The next marker or segment.
    On,
    /// The end of the bytes, which is not that of the picture.
    More,
    /// The end of the picture: how many bytes it has.
    End(usize),
    /// What cannot be in a picture, or too much of what can.
    Broken(&'static str),
}

impl Default for Walk {
    /// Before the first marker after SOI.
    fn default() -> Self {
        Self { at: 2, in_scan: false, segments: 0, size: None, is_progressive: false, has_tables: false, scans: 0 }
    }
}

impl Walk {
    /// Goes on over `bytes`, which begin with the picture's SOI and are those of the last step, or more.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Step {
        if self.in_scan && !self.leave_scan(bytes) {
            return Step::More;
        }
        while bytes.get(self.at) == Some(&0xFF) && bytes.get(self.at + 1) == Some(&0xFF) {
            self.at += 1;
        }
        match bytes.get(self.at..) {
            None | Some([] | [0xFF]) => Step::More,
            Some([0xFF, END_OF_IMAGE, ..]) => Step::End(self.at + 2),
            Some([0xFF, 0x01 | 0xD0..=0xD7, ..]) => {
                self.at += 2;
                self.count()
            }
            Some([0xFF, 0x00 | START_OF_IMAGE, ..]) => Step::Broken("it is cut off, and another follows"),
            Some([0xFF, marker, rest @ ..]) => self.segment(*marker, rest),
            Some(_) => Step::Broken("there is no marker where one must be"),
        }
    }

    /// Walks to the marker that ends the scan's data; false where it has not arrived.
    fn leave_scan(&mut self, bytes: &[u8]) -> bool {
        while let Some(found) = bytes[self.at.min(bytes.len())..].iter().position(|&byte| byte == 0xFF) {
            self.at += found;
            match bytes.get(self.at + 1) {
                None => return false,
                // A byte 0xFF of the data has a zero behind it; restart markers are within the data.
                Some(0x00 | 0xD0..=0xD7) => self.at += 2,
                Some(0xFF) => self.at += 1,
                Some(_) => {
                    self.in_scan = false;
                    return true;
                }
            }
        }
        self.at = self.at.max(bytes.len());
        false
    }

    /// A segment: `rest` follows its marker, with its length in the first two bytes.
    fn segment(&mut self, marker: u8, rest: &[u8]) -> Step {
        let &[high, low, ref content @ ..] = rest else { return Step::More };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 {
            return Step::Broken("a segment has an impossible length");
        }
        match marker {
            HUFFMAN_TABLES => self.has_tables = true,
            // All frame headers; DHT, JPG and DAC lie between their numbers.
            0xC0..=0xCF if !matches!(marker, 0xC8 | 0xCC) => {
                let &[_precision, h1, h0, w1, w0, ..] = content else { return Step::More };
                let [width, height] = [[w1, w0], [h1, h0]].map(|size| usize::from(u16::from_be_bytes(size)));
                if self.size.is_none() {
                    self.size = Some((width, height));
                    self.is_progressive = marker == PROGRESSIVE_FRAME;
                }
            }
            START_OF_SCAN => {
                self.scans += 1;
                self.in_scan = true;
            }
            _ => {}
        }
        self.at += 2 + length;
        self.count()
    }

    fn count(&mut self) -> Step {
        self.segments += 1;
        match () {
            () if self.scans > SCANS_MAX => Step::Broken("it has too many scans"),
            () if self.segments > SEGMENTS_MAX => Step::Broken("it has too many segments"),
            () => Step::On,
        }
    }
}

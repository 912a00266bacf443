//! JPEG pictures out of a stream of bytes that has nothing between them, and nothing that tells their lengths.

use crate::frame::mjpeg::{self, Step, Walk};

/// How many bytes are asked for at a time: what a pipe holds.
const CHUNK_BYTES: usize = 64 << 10;

/// The most bytes of a picture: above any that a camera makes, and what a stream without an end can cost at the most.
pub(super) const PICTURE_BYTES_MAX: usize = 16 << 20;

/// Bytes that arrived, and how far they were looked at.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    bytes: Vec<u8>,
    /// The bytes from here to `end` belong to no picture that was taken out; those before and after have no meaning.
    start: usize,
    end: usize,
    /// Within the picture at `start`; none while the start of one is looked for.
    walk: Option<Walk>,
    /// Whether anything was left out since the last piece.
    lost: bool,
}

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A whole picture.
    Picture,
    /// Nothing of use: bytes that are no picture, or a damaged one, up to the next.
    Damaged,
}

impl Splitter {
    /// Room for the bytes that arrive next.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.start == self.end || self.bytes.len() < self.end + CHUNK_BYTES {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.bytes.len() < self.end + CHUNK_BYTES {
            // Twice what is there, so that a large picture is not moved for each chunk of it.
            self.bytes.resize((2 * self.end).max(4 * CHUNK_BYTES) + CHUNK_BYTES, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// Takes in the first `count` bytes of the room.
    pub(super) fn filled(&mut self, count: usize) {
        self.end += count;
    }

    /// Takes out the next piece, a picture into `picture`; none where more bytes are needed first.
    pub(super) fn next(&mut self, picture: &mut Vec<u8>) -> Option<Piece> {
        loop {
            let Some(walk) = &mut self.walk else {
                self.find_start()?;
                if std::mem::take(&mut self.lost) {
                    return Some(Piece::Damaged);
                }
                continue;
            };
            let arrived = &self.bytes[self.start..self.end];
            match walk.step(arrived) {
                Step::On => {}
                Step::More if arrived.len() <= PICTURE_BYTES_MAX => return None,
                Step::More | Step::Broken(_) => {
                    // Look for the next start behind this one.
                    self.walk = None;
                    self.start += 2;
                    self.lost = true;
                }
                Step::End(end) => {
                    picture.clear();
                    picture.extend_from_slice(&arrived[..end]);
                    self.walk = None;
                    self.start += end;
                    return Some(if mjpeg::check(picture).is_ok() { Piece::Picture } else { Piece::Damaged });
                }
            }
        }
    }

    /// Whether a picture has begun and not ended, or something was lost that no picture followed.
    pub(super) fn is_within(&self) -> bool {
        self.walk.is_some() || self.lost
    }

    /// Moves to the start of a picture; none where there is none yet.
    fn find_start(&mut self) -> Option<()> {
        let bytes = &self.bytes[self.start..self.end];
        let found = bytes.windows(mjpeg::START.len()).position(|window| window == mjpeg::START);
        // The last two bytes may be the beginning of a start.
        let skipped = found.unwrap_or(bytes.len().saturating_sub(mjpeg::START.len() - 1));
        // Zeros are what pictures are padded with.
        self.lost |= bytes[..skipped].iter().any(|&byte| byte != 0);
        self.start += skipped;
        found?;
        self.walk = Some(Walk::default());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mjpeg::SCANS_MAX;
    use crate::frame::samples::jpeg;

    /// What a splitter makes of bytes that arrive `step` at a time: the pictures, and how often something was lost.
    fn split(bytes: &[u8], step: usize) -> (Vec<Vec<u8>>, usize) {
        let mut splitter = Splitter::default();
        let (mut pictures, mut damaged, mut picture) = (Vec::new(), 0, Vec::new());
        for part in bytes.chunks(step) {
            splitter.room()[..part.len()].copy_from_slice(part);
            splitter.filled(part.len());
            while let Some(piece) = splitter.next(&mut picture) {
                match piece {
                    Piece::Picture => pictures.push(picture.clone()),
                    Piece::Damaged => damaged += 1,
                }
            }
        }
        (pictures, damaged)
    }

    /// The picture with an APP1 segment that holds another whole one.
    fn with_thumbnail(picture: &[u8], inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len() + 2).unwrap().to_be_bytes();
        [&picture[..2], &[0xFF, 0xE1], &length, inner, &picture[2..]].concat()
    }

    #[test]
    fn pictures_are_split_wherever_the_bytes_are_cut() {
        let pictures = [jpeg(40, 24, 10), with_thumbnail(&jpeg(64, 32, 90), &jpeg(16, 8, 5)), jpeg(8, 8, 200)];
        for step in [1, 2, 3, 7, 64, 1000, 1 << 16] {
            assert_eq!(split(&pictures.concat(), step), (pictures.to_vec(), 0), "{step} bytes at a time");
        }
    }

    #[test]
    fn zeros_between_pictures_are_padding() {
        let picture = jpeg(40, 24, 10);
        let stream = [&picture[..], &[0; 700], &picture, &[0, 0], &picture].concat();
        assert_eq!(split(&stream, 100).0.len(), 3);
        assert_eq!(split(&stream, 100).1, 0);
    }

    #[test]
    fn after_garbage_the_next_picture_is_found_and_the_loss_counted_once() {
        let picture = jpeg(40, 24, 10);
        let garbage = b"\xff\xff\xd8 this is none \xff\xd9 \xff\xd8 nor this";
        for step in [1, 5, 1000] {
            let stream = [garbage, &picture[..], garbage, &picture].concat();
            assert_eq!(split(&stream, step), (vec![picture.clone(); 2], 2), "{step} bytes at a time");
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_is_lost_and_the_next_is_not() {
        let picture = jpeg(64, 64, 10);
        for missing in [1, 2, 3, 50] {
            let stream = [&picture[..picture.len() - missing], &picture].concat();
            assert_eq!(split(&stream, 50), (vec![picture.clone()], 1), "{missing} bytes are missing");
        }
    }

    #[test]
    fn a_picture_without_end_costs_no_more_than_the_bound() {
        let picture = jpeg(40, 24, 10);
        let endless = [&picture[..picture.len() - 2], &vec![0x55; PICTURE_BYTES_MAX + (1 << 20)]].concat();
        let mut splitter = Splitter::default();
        let mut taken = Vec::new();
        let mut damaged = 0;
        for part in endless.chunks(CHUNK_BYTES).chain([&picture[..]]) {
            splitter.room()[..part.len()].copy_from_slice(part);
            splitter.filled(part.len());
            while let Some(piece) = splitter.next(&mut taken) {
                damaged += usize::from(piece == Piece::Damaged);
            }
            assert!(splitter.bytes.len() <= 3 * PICTURE_BYTES_MAX);
        }
        assert_eq!((damaged, &taken), (1, &picture));
    }

    #[test]
    fn a_picture_of_very_many_scans_is_damaged() {
        let picture = jpeg(40, 24, 10);
        let scan = picture.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
        let scans = picture[scan..picture.len() - 2].repeat(SCANS_MAX + 1);
        let (pictures, damaged) = split(&[&picture[..scan], &scans, &[0xFF, 0xD9], &picture].concat(), 1000);
        assert_eq!((pictures, damaged), (vec![picture], 1));
    }
}

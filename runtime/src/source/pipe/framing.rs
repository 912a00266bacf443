//! Frames out of a stream of bytes: of one size, or JPEG pictures.

use std::mem;

use super::super::Delivery;
use super::super::split::{Piece, Splitter};
use crate::frame::{Layout, PixelFormat, RawFrame};

/// What has arrived and was not taken out.
pub(super) enum Framing {
    Raw { layout: Layout, bytes: Vec<u8>, arrived: usize },
    Jpeg { layout: Layout, splitter: Splitter },
}

impl Framing {
    pub(super) fn new(layout: Layout) -> Self {
        match layout.format {
            PixelFormat::Mjpeg => Self::Jpeg { layout, splitter: Splitter::default() },
            _ => Self::Raw { layout, bytes: vec![0; layout.bytes()], arrived: 0 },
        }
    }

    /// Room for the bytes that arrive next; never empty once [`take`](Self::take) has given none.
    pub(super) fn room(&mut self) -> &mut [u8] {
        match self {
            Self::Raw { bytes, arrived, .. } => &mut bytes[*arrived..],
            Self::Jpeg { splitter, .. } => splitter.room(),
        }
    }

    /// Takes in the first `count` bytes of the room.
    pub(super) fn filled(&mut self, count: usize) {
        match self {
            Self::Raw { arrived, .. } => *arrived += count,
            Self::Jpeg { splitter, .. } => splitter.filled(count),
        }
    }

    /// Takes out the next frame; none where more bytes are needed first.
    pub(super) fn take(&mut self, frame: &mut RawFrame) -> Option<Delivery> {
        match self {
            Self::Raw { bytes, arrived, .. } if *arrived < bytes.len() => None,
            Self::Raw { layout, bytes, arrived } => {
                mem::swap(bytes, &mut frame.bytes);
                bytes.resize(layout.bytes(), 0);
                *arrived = 0;
                frame.layout = *layout;
                Some(Delivery::Frame { skipped: 0 })
            }
            Self::Jpeg { layout, splitter } => {
                frame.layout = *layout;
                Some(match splitter.next(&mut frame.bytes)? {
                    Piece::Picture => Delivery::Frame { skipped: 0 },
                    Piece::Damaged => Delivery::Damaged,
                })
            }
        }
    }

    /// Whether a frame has begun and not ended.
    pub(super) fn is_within(&self) -> bool {
        match self {
            Self::Raw { arrived, .. } => *arrived > 0,
            Self::Jpeg { splitter, .. } => splitter.is_within(),
        }
    }

    /// Forgets what has arrived.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Raw { arrived, .. } => *arrived = 0,
            Self::Jpeg { splitter, .. } => *splitter = Splitter::default(),
        }
    }
}

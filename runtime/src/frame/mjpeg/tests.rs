use proptest::prelude::*;

use super::*;
use crate::frame::samples::{jpeg, without_tables};
use crate::frame::{Layout, PixelFormat, RawFrame, to_jpeg};
use crate::image;

fn decoded(bytes: &[u8]) -> Result<Gray, FrameError> {
    let mut grey = Gray::filled(0, 0, 0);
    decode(bytes, &mut grey).map(|()| grey)
}

#[track_caller]
fn refused(bytes: &[u8], part: &str) {
    let error = decoded(bytes).expect_err(part).to_string();
    assert!(error.contains(part), "{error}");
}

/// Where the data of the first scan begins.
fn scan_data(picture: &[u8]) -> usize {
    let marker = picture.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
    marker + 2 + usize::from(u16::from_be_bytes([picture[marker + 2], picture[marker + 3]]))
}

/// Where the frame header has its height and width.
fn sizes(picture: &[u8]) -> usize {
    picture.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap() + 5
}

#[test]
fn luma_alone_is_the_luma_of_the_colours() {
    // The sizes: whole blocks, and cut ones.
    for (width, height) in [(64, 48), (61, 43), (8, 8), (3, 130)] {
        let picture = jpeg(width, height, 17);
        let grey = decoded(&picture).unwrap();
        let colours = image::decode(&picture).unwrap();
        assert_eq!((grey.width, grey.height), (width, height));
        // To R, G, B and back: two roundings, and what is clipped where no such colour is.
        let far = grey.pixels.iter().zip(&colours.pixels).filter(|(one, other)| one.abs_diff(**other) > 2).count();
        assert!(far * 50 <= grey.pixels.len(), "{width}x{height}: {far} of {} differ", grey.pixels.len());
    }
}

#[test]
fn a_frame_without_huffman_tables_decodes_to_the_same_pixels() {
    let picture = jpeg(64, 48, 3);
    let bare = without_tables(&picture);
    assert_eq!(picture.len() - bare.len(), tables::segment().len() + 3 * 4, "the encoder has a segment for each table");
    assert_eq!(decoded(&bare).unwrap(), decoded(&picture).unwrap());
    let layout = Layout::packed(PixelFormat::Mjpeg, 0, 0);
    let file = to_jpeg(&RawFrame { bytes: bare, layout, ..RawFrame::empty() }).unwrap();
    assert_eq!(image::decode(&file).unwrap(), image::decode(&picture).unwrap());
}

#[test]
fn the_tables_are_put_in_only_where_there_are_none() {
    let picture = jpeg(64, 48, 3);
    assert!(matches!(with_tables(&picture).unwrap(), Cow::Borrowed(whole) if whole == picture));
    let bare = without_tables(&picture);
    assert_eq!(with_tables(&with_tables(&bare).unwrap()).unwrap().len(), bare.len() + 420);
}

#[test]
fn zeros_behind_a_frame_are_padding() {
    let picture = jpeg(64, 48, 3);
    let padded = [&picture[..], &[0; 1000]].concat();
    check(&padded).unwrap();
    assert_eq!(decoded(&padded).unwrap(), decoded(&picture).unwrap());
}

#[test]
fn what_follows_the_end_is_not_looked_at() {
    let picture = jpeg(64, 48, 3);
    assert_eq!(decoded(&[&picture[..], &jpeg(8, 8, 0)].concat()).unwrap(), decoded(&picture).unwrap());
}

#[test]
fn a_frame_that_is_cut_off_anywhere_is_refused() {
    for picture in [jpeg(160, 120, 3), without_tables(&jpeg(160, 120, 3))] {
        for end in (0..picture.len()).step_by(13).chain([picture.len() - 1, picture.len() - 2]) {
            assert!(decoded(&picture[..end]).is_err(), "{end} of {} bytes", picture.len());
            assert!(check(&picture[..end]).is_err(), "{end} of {} bytes", picture.len());
        }
    }
}

#[test]
fn a_frame_that_lost_a_part_of_its_scan_is_refused_though_it_has_an_end() {
    let picture = jpeg(160, 120, 3);
    let data = scan_data(&picture);
    let length = picture.len() - END.len() - data;
    for kept in [0, length / 4, length / 2, length * 7 / 8, length - 64] {
        let cut = [&picture[..data + kept], &END].concat();
        check(&cut).unwrap();
        assert!(decoded(&cut).is_err(), "{kept} of {length} bytes");
    }
}

#[test]
fn a_last_row_of_few_bytes_is_whole() {
    // Plain blocks have a byte or two: the reader has looked at the end before their row begins.
    for (width, height) in [(8, 8), (8, 160), (16, 64)] {
        let pixels = vec![90; width * height * 3];
        let layout = Layout::packed(PixelFormat::Rgb24, width, height);
        let picture = to_jpeg(&RawFrame { bytes: pixels, layout, ..RawFrame::empty() }).unwrap();
        let grey = decoded(&picture).unwrap();
        assert!(grey.pixels.iter().all(|&value| value.abs_diff(90) <= 1), "{width}x{height}");
    }
}

#[test]
fn what_is_no_jpeg_is_refused() {
    refused(&[], "does not begin");
    refused(&[0; 4096], "does not begin");
    refused(&[0xFF; 4096], "does not begin");
    refused(&[&START[..], &[0xFF; 4096]].concat(), "its end is missing");
    refused(&[&START[..], &[0xD9; 4096]].concat(), "4 bytes and needs 125");
    assert!(matches!(check(&jpeg(8, 8, 0)[..100]), Err(FrameError::TooShort { found: 100, needed: 125, .. })));
}

#[test]
fn sizes_are_refused_by_the_header_alone() {
    let picture = jpeg(64, 48, 3);
    let at = sizes(&picture);
    for (size, columns, rows) in [([0xFF; 4], 65535, 65535), ([0, 0, 0, 9], 9, 0), ([0, 9, 0, 0], 0, 9)] {
        let mut other = picture.clone();
        other[at..at + 4].copy_from_slice(&size);
        assert_eq!(check(&other), Err(FrameError::Size { width: columns, height: rows }));
        assert_eq!(decoded(&other), Err(FrameError::Size { width: columns, height: rows }));
    }
}

#[test]
fn a_frame_of_fewer_bytes_than_its_blocks_have_bits_is_cut_off() {
    let mut picture = jpeg(64, 48, 3);
    let (at, found) = (sizes(&picture), picture.len());
    picture[at..at + 4].copy_from_slice(&[0x10, 0, 0x20, 0]);
    let cut_off = FrameError::TooShort { format: PixelFormat::Mjpeg, found, needed: 65536 };
    assert_eq!((check(&picture), decoded(&picture)), (Err(cut_off.clone()), Err(cut_off)));
}

#[test]
fn very_many_scans_or_segments_are_refused() {
    let picture = jpeg(64, 48, 3);
    let scan = scan_data(&picture) - 14;
    assert_eq!(picture[scan..scan + 2], [0xFF, 0xDA]);
    let scans = picture[scan..picture.len() - 2].repeat(SCANS_MAX + 1);
    refused(&[&picture[..scan], &scans, &END].concat(), "too many scans");
    let comments = [0xFF, 0xFE, 0, 2].repeat(SEGMENTS_MAX + 1);
    refused(&[&picture[..2], &comments, &picture[2..]].concat(), "too many segments");
}

#[test]
fn a_progressive_frame_of_very_many_scans_is_refused() {
    let picture = jpeg(64, 48, 3);
    let mut progressive = picture.clone();
    progressive[sizes(&picture) - 4] = 0xC2;
    let scan = scan_data(&picture) - 14;
    // Scans that refine nothing, over and over.
    let empty = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0x10];
    let hostile = [&progressive[..scan], &empty.repeat(5000), &END].concat();
    refused(&hostile, "too many scans");
}

#[test]
fn the_size_is_told_without_decoding() {
    assert_eq!(size(&jpeg(61, 43, 0)), Ok((61, 43)));
}

proptest! {
    #[test]
    fn damaged_frames_are_decoded_or_refused_and_nothing_else(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        bare in any::<bool>(),
    ) {
        let mut picture = jpeg(40, 24, 5);
        if bare {
            picture = without_tables(&picture);
        }
        for (place, value) in places {
            let at = place.index(picture.len());
            picture[at] = value;
        }
        let mut grey = Gray::filled(0, 0, 0);
        if decode(&picture, &mut grey).is_ok() {
            prop_assert_eq!(grey.pixels.len(), grey.width * grey.height);
        }
    }

    #[test]
    fn walking_does_not_depend_on_how_the_bytes_arrive(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let picture = jpeg(40, 24, 5);
        let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(picture.len())).chain([picture.len()]).collect();
        ends.sort_unstable();
        let mut walk = Walk::default();
        let mut last = Step::More;
        for end in ends {
            last = loop {
                match walk.step(&picture[..end]) {
                    Step::On => {}
                    step => break step,
                }
            };
        }
        prop_assert_eq!(last, Step::End(picture.len()));
        prop_assert_eq!((walk.size, walk.has_tables, walk.scans), (Some((40, 24)), true, 1));
    }
}

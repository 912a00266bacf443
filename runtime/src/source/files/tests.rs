use std::fs;

use super::*;
use crate::frame::samples::jpeg;

/// Longer than any test may take: reached only where it fails.
const LONG: Duration = Duration::from_mins(1);

fn png(value: u8) -> Vec<u8> {
    let mut bytes = io::Cursor::new(Vec::new());
    ::image::GrayImage::from_pixel(4, 2, ::image::Luma([value]))
        .write_to(&mut bytes, ::image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// All of a path, as fast as it is read.
fn all(path: &Path, repeat: bool) -> Files {
    open(&FilesOptions { path: path.to_owned(), rate: 0.0, repeat }).unwrap()
}

/// The first value of each of the next frames, none for a damaged one, until the end or `count`.
fn values(source: &mut Files, count: usize) -> Vec<Option<u8>> {
    let mut frame = RawFrame::empty();
    let mut one = || match source.next(&mut frame, LONG).unwrap() {
        Delivery::Frame { .. } => Some(Some(frame.bytes[0])),
        Delivery::Damaged => Some(None),
        Delivery::NotDue => panic!("nothing is waited for"),
        Delivery::End => None,
    };
    std::iter::from_fn(&mut one).take(count).collect()
}

#[test]
fn pictures_of_a_folder_come_by_name_and_a_bad_one_is_passed() {
    let folder =
        folder(&[("b.png", &png(2)), ("a.png", &png(1)), ("c.png", b"none"), ("d.png", &png(4)), ("e.txt", b"")]);
    let mut source = all(folder.path(), false);
    assert!(source.is_lossless() && !source.settles());
    assert_eq!(values(&mut source, 10), [Some(1), Some(2), None, Some(4)]);
}

#[test]
fn repeating_begins_again() {
    let folder = folder(&[("a.png", &png(1)), ("b.png", &png(2))]);
    assert_eq!(values(&mut all(folder.path(), true), 5), [1, 2, 1, 2, 1].map(Some));
    assert_eq!(values(&mut all(&folder.path().join("b.png"), true), 3), [2, 2, 2].map(Some));
}

#[test]
fn a_picture_has_its_own_layout() {
    let folder = folder(&[("a.png", &png(1))]);
    let mut frame = RawFrame::empty();
    all(folder.path(), false).next(&mut frame, LONG).unwrap();
    assert_eq!((frame.layout, frame.bytes), (Layout::packed(PixelFormat::Grey, 4, 2), vec![1; 8]));
}

#[test]
fn the_frames_of_a_recording_follow_one_another() {
    let pictures = [jpeg(32, 16, 1), jpeg(48, 24, 2)];
    let folder =
        folder(&[("a.MJPEG", &[&pictures[0], b"garbage".as_slice(), &pictures[1], &pictures[0][..200]].concat())]);
    let path = folder.path().join("a.MJPEG");
    for repeat in [false, true] {
        let mut source = all(&path, repeat);
        let mut frame = RawFrame::empty();
        let mut next = || (source.next(&mut frame, LONG).unwrap(), frame.bytes.clone());
        assert_eq!(next(), (Delivery::Frame { skipped: 0 }, pictures[0].clone()));
        assert_eq!(next().0, Delivery::Damaged);
        assert_eq!(next(), (Delivery::Frame { skipped: 0 }, pictures[1].clone()));
        assert_eq!(next().0, Delivery::Damaged);
        assert_eq!(next().0, if repeat { Delivery::Frame { skipped: 0 } } else { Delivery::End });
    }
}

#[test]
fn what_has_no_frame_is_not_read_for_ever() {
    let folder = folder(&[("a.png", b"none"), ("b.png", b"none"), ("c.mjpg", b""), ("d.mjpg", b"none")]);
    for name in ["", "c.mjpg", "d.mjpg"] {
        let mut source = all(&folder.path().join(name), true);
        let mut next = || source.next(&mut RawFrame::empty(), LONG);
        let last = std::iter::repeat_with(&mut next).take(10).find(|next| !matches!(next, Ok(Delivery::Damaged)));
        assert!(matches!(last, Some(Err(SourceError::NoUsableFormat { .. }))), "{name}: {last:?}");
    }
}

#[test]
fn with_a_rate_a_frame_is_taken_when_it_is_due() {
    let folder = folder(&[("a.png", &png(1))]);
    let options = FilesOptions { path: folder.path().to_owned(), rate: 1000.0, repeat: true };
    let mut source = open(&options).unwrap();
    assert!(!source.is_lossless());
    let mut frame = RawFrame::empty();
    let mut times = vec![];
    while times.len() < 5 {
        if source.next(&mut frame, LONG).unwrap() != Delivery::NotDue {
            assert!(frame.captured <= clock::monotonic());
            times.push(frame.captured);
        }
    }
    let apart = |pair: &[Duration]| pair[1].saturating_sub(pair[0]);
    assert!(times.windows(2).all(|pair| apart(pair) >= Duration::from_millis(1)), "{times:?}");
    // The next frame after a slow one is not due for 1000 s.
    let mut source = open(&FilesOptions { rate: 0.001, ..options }).unwrap();
    source.next(&mut frame, LONG).unwrap();
    assert_eq!(source.next(&mut frame, Duration::from_millis(1)).unwrap(), Delivery::NotDue);
}

#[test]
fn what_is_not_there_is_named() {
    let folder = folder(&[]);
    for name in ["none", "none.mjpeg"] {
        let options = FilesOptions { path: folder.path().join(name), ..FilesOptions::default() };
        let error = open(&options).map(|_| ()).unwrap_err();
        assert!(matches!(&error, SourceError::NotFound { .. }) && error.to_string().contains(name), "{error}");
    }
    let options = FilesOptions { path: folder.path().to_owned(), ..FilesOptions::default() };
    let error = open(&options).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("no pictures"), "{error}");
}

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::thread;

use rustix::fs::{CWD, mkfifoat};

use super::*;
use crate::frame::PixelFormat;
use crate::frame::samples::jpeg;

/// Longer than any test may take: reached only where it fails.
const LONG: Duration = Duration::from_mins(1);

/// A FIFO in a folder of its own.
struct Fifo {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Fifo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        Self { path, _folder: folder }
    }

    /// Opens it for writing; there must be a reader.
    fn writer(&self) -> File {
        File::options().write(true).open(&self.path).unwrap()
    }

    fn opener(&self, format: PixelFormat) -> Opener {
        opener(PipeOptions { path: self.path.clone(), format, width: 4, height: 2, ..PipeOptions::default() })
    }
}

/// The bytes of the next frame.
fn next(source: &mut dyn FrameSource) -> Result<Vec<u8>, SourceError> {
    let mut frame = RawFrame::empty();
    match source.next(&mut frame, LONG)? {
        Delivery::Frame { skipped: 0 } => Ok(frame.bytes),
        delivery => panic!("{delivery:?}"),
    }
}

/// Standard input, with another pipe in its place.
fn input(format: PixelFormat) -> (Pipe, io::PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    let mut inlet = Inlet::new(PipeOptions { format, width: 4, height: 2, ..PipeOptions::default() });
    inlet.file = Some(reader.into());
    (Pipe(Arc::new(Mutex::new(inlet))), writer)
}

#[test]
fn raw_frames_of_standard_input_follow_one_another_to_its_end() {
    let (mut source, mut writer) = input(PixelFormat::Grey);
    writer.write_all(&[[1; 8], [2; 8]].concat()).unwrap();
    drop(writer);
    assert_eq!(next(&mut source).unwrap(), [1; 8]);
    assert_eq!(next(&mut source).unwrap(), [2; 8]);
    for _ in 0..2 {
        assert_eq!(source.next(&mut RawFrame::empty(), LONG).unwrap(), Delivery::End);
    }
}

#[test]
fn a_frame_that_the_end_cuts_off_is_damaged() {
    for format in [PixelFormat::Grey, PixelFormat::Mjpeg] {
        let (mut source, mut writer) = input(format);
        writer.write_all(&jpeg(16, 16, 0)[..7]).unwrap();
        drop(writer);
        let mut frame = RawFrame::empty();
        assert_eq!(source.next(&mut frame, LONG).unwrap(), Delivery::Damaged, "{format}");
        assert_eq!(source.next(&mut frame, LONG).unwrap(), Delivery::End, "{format}");
    }
}

#[test]
fn after_a_timeout_within_a_frame_its_rest_still_fits() {
    let fifo = Fifo::new();
    let mut open = fifo.opener(PixelFormat::Grey);
    let mut source = open().unwrap();
    let mut writer = fifo.writer();
    writer.write_all(&[1, 1, 1]).unwrap();
    // The first three bytes are read, and then no more come.
    while source.next(&mut RawFrame::empty(), Duration::from_millis(1)).is_ok() {}
    let error = source.next(&mut RawFrame::empty(), Duration::from_millis(1)).unwrap_err();
    assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
    // As capture does: closed and opened again.
    drop(source);
    let mut source = open().unwrap();
    writer.write_all(&[[1; 5].as_slice(), &[2; 8]].concat()).unwrap();
    assert_eq!(next(source.as_mut()).unwrap(), [1; 8]);
    assert_eq!(next(source.as_mut()).unwrap(), [2; 8]);
}

#[test]
fn a_writer_is_waited_for_without_an_end_of_patience_or_of_the_processor() {
    let fifo = Fifo::new();
    let mut source = fifo.opener(PixelFormat::Grey)().unwrap();
    // Nobody has opened it for writing: neither an end nor a loss.
    let error = source.next(&mut RawFrame::empty(), Duration::from_millis(1)).unwrap_err();
    assert!(matches!(&error, SourceError::Timeout { name, .. } if name.ends_with("frames")), "{error}");
    thread::scope(|scope| {
        scope.spawn(|| fifo.writer().write_all(&[7; 8]).unwrap());
        assert_eq!(next(source.as_mut()).unwrap(), [7; 8]);
    });
}

#[test]
fn a_writer_that_goes_is_a_loss_and_the_next_one_loses_nothing() {
    let fifo = Fifo::new();
    let mut open = fifo.opener(PixelFormat::Grey);
    let mut source = open().unwrap();
    // The last writer leaves in the middle of a frame.
    fifo.writer().write_all(&[[1; 8].as_slice(), &[2; 3]].concat()).unwrap();
    assert_eq!(next(source.as_mut()).unwrap(), [1; 8]);
    let error = next(source.as_mut()).unwrap_err();
    assert!(error.to_string().contains("its writer has closed it"), "{error}");
    // Another comes, writes and goes before it is opened again.
    fifo.writer().write_all(&[3; 16]).unwrap();
    drop(source);
    let mut source = open().unwrap();
    assert_eq!(next(source.as_mut()).unwrap(), [3; 8]);
    assert_eq!(next(source.as_mut()).unwrap(), [3; 8]);
    // A third comes after that.
    thread::scope(|scope| {
        scope.spawn(|| fifo.writer().write_all(&[4; 8]).unwrap());
        assert_eq!(next(source.as_mut()).unwrap(), [4; 8]);
    });
    assert!(matches!(next(source.as_mut()), Err(SourceError::Lost { .. })));
    let mut source = open().unwrap();
    // Opened again, it waits: the end that it has seen is not one for ever.
    let error = source.next(&mut RawFrame::empty(), Duration::from_millis(1)).unwrap_err();
    assert!(matches!(error, SourceError::Timeout { .. }), "{error}");
}

#[test]
fn jpeg_frames_are_found_again_after_garbage() {
    let fifo = Fifo::new();
    let mut source = fifo.opener(PixelFormat::Mjpeg)().unwrap();
    let pictures = [jpeg(32, 16, 1), jpeg(48, 24, 2), jpeg(16, 8, 3)];
    let stream = [&pictures[0], &pictures[1], b"garbage".as_slice(), &pictures[2]].concat();
    fifo.writer().write_all(&stream).unwrap();
    assert_eq!(next(source.as_mut()).unwrap(), pictures[0]);
    assert_eq!(next(source.as_mut()).unwrap(), pictures[1]);
    assert_eq!(source.next(&mut RawFrame::empty(), LONG).unwrap(), Delivery::Damaged);
    assert_eq!(next(source.as_mut()).unwrap(), pictures[2]);
}

#[test]
fn buffers_are_exchanged_and_not_made() {
    let (mut source, mut writer) = input(PixelFormat::Grey);
    let mut frame = RawFrame::empty();
    let mut addresses = std::collections::BTreeSet::new();
    for number in 0..10 {
        writer.write_all(&[number; 8]).unwrap();
        source.next(&mut frame, LONG).unwrap();
        assert_eq!(frame.bytes, [number; 8]);
        addresses.insert(frame.bytes.as_ptr());
    }
    assert_eq!(addresses.len(), 2);
}

#[test]
fn what_is_no_fifo_is_named_with_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames.mjpeg");
    std::fs::write(&file, jpeg(8, 8, 0)).unwrap();
    let cases = [(folder.path().join("none"), "mkfifo"), (file, "a FIFO"), ("/dev/null".into(), "a FIFO")];
    for (path, part) in cases {
        let Err(error) = opener(PipeOptions { path, ..PipeOptions::default() })() else { panic!("it opens: {part}") };
        assert!(error.to_string().contains(part), "{error}");
    }
}

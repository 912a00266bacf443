//! A stream of any bytes is split into JPEG pictures without a panic: each is whole, they come in the order of the stream,
//! and what is left out is counted no more often than there are bytes.
//!
//! The splitter is reached through a recording, a file of JPEG frames; that of a pipe is the same.

#![no_main]

use std::env;
use std::fs;
use std::process;
use std::time::Duration;

use labelcam::frame::{RawFrame, mjpeg};
use labelcam::source::{Delivery, FilesOptions, SourceOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let path = env::temp_dir().join(format!("labelcam-fuzz-{}.mjpeg", process::id()));
    fs::write(&path, data).expect("the temporary folder can be written to");
    let options = FilesOptions { path, rate: 0.0, repeat: false };
    let mut source = SourceOptions::Files(options).opener()().expect("the file is there");
    let mut frame = RawFrame::empty();
    let mut rest = data;
    for _ in 0..=data.len() {
        match source.next(&mut frame, Duration::MAX).expect("the file can be read") {
            Delivery::Frame { .. } => {
                mjpeg::check(&frame.bytes).expect("only whole pictures are delivered");
                let at = rest.windows(frame.bytes.len()).position(|window| window == frame.bytes);
                rest = &rest[at.expect("it is in the rest of the stream") + frame.bytes.len()..];
            }
            Delivery::Damaged => {}
            Delivery::End => return,
            Delivery::NotDue => unreachable!("every frame is due"),
        }
    }
    panic!("more came of it than it has bytes");
});

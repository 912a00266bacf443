//! A frame of any bytes is decoded or refused: no panic, in bounded time and memory, and a picture that has as many
//! pixels as it says.
//!
//! What begins with 0xFF is a JPEG frame, as a camera or a pipe may deliver it. Before any other payload come four bytes:
//! format, width, height, and what the stride has beyond a row, with a sign.

#![no_main]

use labelcam::frame::{self, Layout, PixelFormat, RawFrame, mjpeg};
use labelcam::image::Gray;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: labelcam_fuzz::allow_guarded_panics(),
    |data: &[u8]| match data {
        [0xFF, ..] => jpeg(data),
        [format, width, height, pad, payload @ ..] => {
            let packed = Layout::packed(PixelFormat::RAW[usize::from(*format) % 7], (*width).into(), (*height).into());
            let stride = packed.stride.saturating_add_signed(pad.cast_signed().into());
            raw(&RawFrame { bytes: payload.to_vec(), layout: Layout { stride, ..packed }, ..RawFrame::empty() });
        }
        _ => {}
    }
);

fn raw(frame: &RawFrame) {
    let mut grey = Gray::filled(0, 0, 0);
    let decoded = frame::decode(frame, &mut grey);
    if decoded.is_ok() {
        assert_eq!((grey.width, grey.height), (frame.layout.width, frame.layout.height));
        assert_eq!(grey.pixels.len(), grey.width * grey.height);
    }
    assert_eq!(decoded.is_ok(), frame::to_jpeg(frame).is_ok());
}

fn jpeg(bytes: &[u8]) {
    let mut grey = Gray::filled(0, 0, 0);
    let decoded = mjpeg::decode(bytes, &mut grey);
    if decoded.is_ok() {
        assert_eq!(mjpeg::size(bytes), Ok((grey.width, grey.height)));
        assert_eq!(grey.pixels.len(), grey.width * grey.height);
    }
    let checked = mjpeg::check(bytes);
    let with_tables = mjpeg::with_tables(bytes);
    assert_eq!(checked.is_ok(), with_tables.is_ok());
    if let Ok(whole) = with_tables {
        // Once more changes nothing.
        assert_eq!(mjpeg::with_tables(&whole).as_deref(), Ok(&*whole));
    }
}

use super::*;
use crate::image::{self, Gray};

/// A frame of this layout whose bytes all differ from their neighbours.
fn frame(layout: Layout) -> RawFrame {
    let bytes = (0..layout.bytes()).map(|at| (at * 37 % 251).to_le_bytes()[0]).collect();
    RawFrame { bytes, layout, ..RawFrame::empty() }
}

fn decoded(frame: &RawFrame) -> Result<Gray, FrameError> {
    let mut grey = Gray::filled(3, 3, 9);
    decode(frame, &mut grey).map(|()| grey)
}

#[test]
fn every_format_takes_its_luma_from_where_it_lies() {
    let layout = |format| Layout::packed(format, 2, 2);
    let cases: [(PixelFormat, &[u8], [u8; 4]); 7] = [
        (PixelFormat::Yuyv, &[1, 90, 2, 91, 3, 92, 4, 93], [1, 2, 3, 4]),
        (PixelFormat::Nv12, &[1, 2, 3, 4, 90, 91], [1, 2, 3, 4]),
        (PixelFormat::Yuv420, &[1, 2, 3, 4, 90, 91], [1, 2, 3, 4]),
        (PixelFormat::Grey, &[1, 2, 3, 4], [1, 2, 3, 4]),
        (PixelFormat::Y16, &[90, 1, 91, 2, 92, 3, 93, 4], [1, 2, 3, 4]),
        (PixelFormat::Rgb24, &[255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], [76, 150, 29, 255]),
        (PixelFormat::Bgr24, &[255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], [29, 150, 76, 255]),
    ];
    for (format, bytes, expected) in cases {
        let frame = RawFrame { bytes: bytes.to_vec(), layout: layout(format), ..RawFrame::empty() };
        assert_eq!(frame.bytes.len(), frame.layout.bytes(), "{format}");
        assert_eq!(decoded(&frame).unwrap().pixels, expected, "{format}");
    }
}

#[test]
fn what_pads_rows_is_left_out() {
    for format in PixelFormat::RAW {
        // An odd width has half a pair of pixels in YUYV, and an odd height half a row of chroma.
        for (width, height) in [(6, 4), (7, 5), (1, 1)] {
            let packed = frame(Layout::packed(format, width, height));
            let stride = packed.layout.stride + 5;
            let layout = Layout { stride, ..packed.layout };
            let mut padded = RawFrame { bytes: vec![0xEE; layout.bytes()], layout, ..packed.clone() };
            for (row, to) in packed.bytes.chunks(packed.layout.stride).zip(padded.bytes.chunks_mut(stride)).take(height)
            {
                to[..row.len()].copy_from_slice(row);
            }
            assert_eq!(decoded(&padded).unwrap(), decoded(&packed).unwrap(), "{format} {width}x{height}");
            padded.bytes.truncate(layout.bytes_min());
            assert_eq!(decoded(&padded).unwrap(), decoded(&packed).unwrap(), "{format}, without its last padding");
        }
    }
}

#[test]
fn a_frame_that_is_cut_off_is_refused_with_both_counts() {
    for format in PixelFormat::RAW {
        let mut frame = frame(Layout::packed(format, 8, 6));
        let needed = frame.layout.bytes_min();
        frame.bytes.truncate(needed - 1);
        assert_eq!(decoded(&frame), Err(FrameError::TooShort { format, found: needed - 1, needed }));
        assert!(to_jpeg(&frame).is_err());
    }
}

#[test]
fn layouts_that_cannot_be_are_refused() {
    for format in PixelFormat::RAW {
        let layout = Layout::packed(format, 8, 6);
        let refused = |layout: Layout| decoded(&RawFrame { bytes: vec![0; 1000], layout, ..RawFrame::empty() });
        assert!(matches!(refused(Layout { width: 0, ..layout }), Err(FrameError::Size { width: 0, height: 6 })));
        assert!(matches!(refused(Layout { height: 0, ..layout }), Err(FrameError::Size { .. })));
        assert!(matches!(refused(Layout::packed(format, 1 << 20, 33)), Err(FrameError::Size { .. })));
        assert!(matches!(refused(Layout::packed(format, usize::MAX, 2)), Err(FrameError::Size { .. })));
        assert!(matches!(refused(Layout { stride: layout.stride - 1, ..layout }), Err(FrameError::Stride { .. })));
        assert!(matches!(refused(Layout { stride: usize::MAX, ..layout }), Err(FrameError::TooShort { .. })));
    }
}

#[test]
fn luma_is_that_of_bt601_within_one() {
    let steps = || (0..=255u8).step_by(5);
    for red in steps() {
        for green in steps() {
            let row: Vec<u8> = steps().flat_map(|blue| [red, green, blue]).collect();
            let layout = Layout::packed(PixelFormat::Rgb24, row.len() / 3, 1);
            let grey = decoded(&RawFrame { bytes: row, layout, ..RawFrame::empty() }).unwrap();
            for (blue, found) in steps().zip(grey.pixels) {
                let [r, g, b] = [red, green, blue].map(f32::from);
                assert!((image::luma(r, g, b) - f32::from(found)).abs() <= 0.51, "{red} {green} {blue}: {found}");
            }
        }
    }
}

#[test]
fn the_picture_keeps_its_memory() {
    for format in PixelFormat::RAW {
        let frame = frame(Layout::packed(format, 64, 48));
        let mut grey = Gray::filled(64, 48, 0);
        let before = (grey.pixels.as_ptr(), grey.pixels.capacity());
        for _ in 0..3 {
            decode(&frame, &mut grey).unwrap();
        }
        assert_eq!((grey.pixels.as_ptr(), grey.pixels.capacity()), before, "{format}");
    }
}

/// A frame of two plain halves, in a format with chroma of these Y, U, V or R, G, B.
fn halves(format: PixelFormat) -> RawFrame {
    let layout = Layout::packed(format, 32, 16);
    // Left orange, right blue, in both systems.
    let [left, right]: [[u8; 3]; 2] = match format {
        PixelFormat::Rgb24 => [[230, 120, 30], [20, 40, 200]],
        PixelFormat::Bgr24 => [[30, 120, 230], [200, 40, 20]],
        _ => [[143, 64, 190], [52, 211, 105]],
    };
    let of = |x: usize, half: usize| if x < half { left } else { right };
    let bytes: Vec<u8> = match format {
        PixelFormat::Yuyv => (0..16 * 16)
            .flat_map(|pair| {
                let [y, u, v] = of(pair % 16, 8);
                [y, u, y, v]
            })
            .collect(),
        PixelFormat::Nv12 => {
            let luma = (0..512).map(|at| of(at % 32, 16)[0]);
            luma.chain((0..128).flat_map(|at| [1, 2].map(|c| of(at % 16, 8)[c]))).collect()
        }
        PixelFormat::Yuv420 => {
            let luma = (0..512).map(|at| of(at % 32, 16)[0]);
            luma.chain([1, 2].into_iter().flat_map(|c| (0..128).map(move |at| of(at % 16, 8)[c]))).collect()
        }
        _ => (0..512).flat_map(|at| of(at % 32, 16)).collect(),
    };
    assert_eq!(bytes.len(), layout.bytes(), "{format}");
    RawFrame { bytes, layout, ..RawFrame::empty() }
}

#[test]
fn snapshots_have_the_colours_of_the_frame() {
    for format in [PixelFormat::Yuyv, PixelFormat::Nv12, PixelFormat::Yuv420, PixelFormat::Rgb24, PixelFormat::Bgr24] {
        let file = to_jpeg(&halves(format)).unwrap();
        let picture = ::image::load_from_memory(&file).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (32, 16));
        for (x, expected) in [(5, [230u8, 120, 30]), (27, [20, 40, 200])] {
            let found = picture.get_pixel(x, 8).0;
            let near = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) <= 6);
            assert!(near, "{format}: {found:?} and not {expected:?}");
        }
    }
}

#[test]
fn snapshots_are_read_as_the_frame_was() {
    for format in PixelFormat::RAW {
        let frame = if matches!(format, PixelFormat::Grey | PixelFormat::Y16) {
            let layout = Layout::packed(format, 32, 16);
            RawFrame { bytes: vec![77; layout.bytes()], layout, ..RawFrame::empty() }
        } else {
            halves(format)
        };
        let saved = image::decode(&to_jpeg(&frame).unwrap()).unwrap();
        let live = decoded(&frame).unwrap();
        assert_eq!((saved.width, saved.height), (live.width, live.height));
        let worst = saved.pixels.iter().zip(&live.pixels).map(|(saved, live)| saved.abs_diff(*live)).max();
        assert!(worst <= Some(6), "{format}: {worst:?}");
    }
}

//! A picture file of any bytes is decoded or refused: no panic, in bounded time and memory, and with as many pixels as it
//! says, no more than are allowed.

#![no_main]

use labelcam::image::{self, MAX_PIXELS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: labelcam_fuzz::allow_guarded_panics(),
    |data: &[u8]| if let Ok(grey) = image::decode(data) {
        assert_eq!(grey.pixels.len(), grey.width * grey.height);
        assert!(grey.pixels.len() as u64 <= MAX_PIXELS);
    }
);

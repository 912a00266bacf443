//! A connection of any bytes gets a proper answer or none: no panic, no waiting, and nothing without the token where there
//! is one.
//!
//! What begins with `!` is sent to an address that other machines reach, which has a token.

#![no_main]

use std::sync::Arc;
use std::time::Duration;

use labelcam::output::http::{HttpOptions, serve_bytes};
use labelcam::output::{Health, Sources};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "0123456789abcdef";

fuzz_target!(|data: &[u8]| {
    let (options, bytes) = match data {
        [b'!', bytes @ ..] => {
            let listen = "192.0.2.1:80".parse().expect("it is an address");
            (HttpOptions { listen, token: Some(TOKEN.to_owned()), ..HttpOptions::default() }, bytes)
        }
        _ => (HttpOptions::default(), data),
    };
    let health = Arc::new(Health::new(Duration::ZERO));
    let sources = Sources { health, snapshot: Arc::default(), metrics: Vec::new() };
    let answer = serve_bytes(&options, sources, bytes).expect("the options are right");
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."));
    // In an address it may be written with percent signs.
    if options.token.is_some() && !has(bytes, TOKEN) && !has(bytes, "%") {
        assert!(!has(&answer, " 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    }
});

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

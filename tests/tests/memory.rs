//! What the program holds in memory: boards have little, and share it with a camera and a network.
#![cfg(target_os = "linux")]

use serde_json::Value;

use crate::cli;

/// Mebibytes in 40 MB, the most that reading lines with the shipped model may hold, the program itself included.
const PEAK_MAX_MIB: f64 = 40e6 / 1024.0 / 1024.0;

#[test]
fn reading_lines_of_many_widths_with_the_shipped_model_stays_within_40_mb() {
    let samples = cli::root().join("samples");
    let output = cli::stdout(["bench", "--seconds", "0.2", "--json", &samples.to_string_lossy()]);
    let measured: Value = serde_json::from_str(&output).unwrap();
    let peak = measured["peak_rss_mib"].as_f64().expect("Linux tells the peak");
    // Below a mebibyte not even the model would be there.
    assert!((1.0..=PEAK_MAX_MIB).contains(&peak), "{peak} MiB, at most {PEAK_MAX_MIB:.1}");
}

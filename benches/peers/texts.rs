//! How many lines other engines read with the same text as labelcam, from the same model file.
//!
//!     scripts/onnxruntime.sh
//!     labelcam-train synth --validation --first 100000 --lines 10000 --out lines
//!     cargo run --release -p labelcam-benches --example peer_texts -- models/labels-en-int8.onnx lines

#![expect(clippy::unwrap_used, reason = "a measurement may panic")]

use std::path::PathBuf;

use clap::Parser;

#[path = "../../quantize/tests/all/alike.rs"]
mod alike;
#[path = "../../trainer/tests/all/peers.rs"]
mod peers;

/// Read lines with labelcam and with other engines, and count equal texts.
#[derive(Debug, Parser)]
struct Args {
    /// A model file, float or int8.
    model: PathBuf,
    /// Folders of lines.
    #[arg(required = true)]
    sets: Vec<PathBuf>,
    /// Engines to compare with: onnxruntime, opencv.
    #[arg(long, value_delimiter = ',', default_value = "onnxruntime,opencv")]
    engines: Vec<String>,
}

fn main() {
    let args = Args::parse();
    for engine in &args.engines {
        let (same, lines) = alike::alike(engine, &args.model, &args.sets);
        eprintln!("{engine}: the same text for {same} of {lines} lines");
    }
}

//! `labelcam-quantize`: makes int8 models.

use std::process::ExitCode;

use clap::Parser;
use labelcam::recognizer::silence_guarded_panics;
use labelcam_quantize::cmd::{Args, run};

fn main() -> ExitCode {
    silence_guarded_panics();
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("labelcam-quantize: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! `labelcam`: reads labels.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use labelcam::cmd::{Cli, run};
use labelcam::recognizer::silence_guarded_panics;

fn main() -> ExitCode {
    silence_guarded_panics();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has enough of it: `labelcam read … | head` is no failure.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("labelcam: {error:#}");
            ExitCode::FAILURE
        }
    }
}

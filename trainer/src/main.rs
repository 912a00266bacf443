//! `labelcam-train`: renders lines, trains networks, exports them.

use std::process::ExitCode;

use clap::Parser;
use labelcam_trainer::cmd::{Cli, run};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("labelcam-train: {error:#}");
            ExitCode::FAILURE
        }
    }
}

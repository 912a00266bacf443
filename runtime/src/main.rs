//! `labelcam`: reads labels.
//!
//! It exits with 0, with 1 after an error, with 2 for arguments that it does not know (as clap has it), and with
//! [`LIMITS_MISSED`] where all went well but a limit that the user set does not hold.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use labelcam::cmd::{Cli, Verdict, run};
use labelcam::heap::Heap;
use labelcam::recognizer::silence_guarded_panics;

#[global_allocator]
static HEAP: Heap = Heap;

/// The exit code of a limit that does not hold, so that a script can tell it from a comparison that failed.
const LIMITS_MISSED: u8 = 3;

fn main() -> ExitCode {
    silence_guarded_panics();
    match run(Cli::parse()) {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::LimitsMissed) => ExitCode::from(LIMITS_MISSED),
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

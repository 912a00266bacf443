//! The commands, one file each.

mod bench;
mod eval;
mod inspect;
mod model;
mod read;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Read printed text lines.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, help_expected = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Read(read::Args),
    Eval(eval::Args),
    Inspect(inspect::Args),
    Bench(bench::Args),
}

/// Runs the command that was asked for.
///
/// # Errors
/// What the command could not do, with the fix.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Read(args) => read::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Bench(args) => bench::run(&args),
    }
}

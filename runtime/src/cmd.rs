//! The commands, one file each.

mod bench;
mod cameras;
mod compare;
mod config;
mod eval;
mod evaluation;
mod inspect;
mod model;
mod read;
mod run;
mod snapshot;

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
    Run(run::Args),
    Config(config::Args),
    Read(read::Args),
    Eval(eval::Args),
    Compare(compare::Args),
    Inspect(inspect::Args),
    Bench(bench::Args),
    Cameras(cameras::Args),
    Snapshot(snapshot::Args),
}

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// With nothing more to say.
    Done,
    /// With a limit that does not hold: a result, and no fault of the command.
    LimitsMissed,
}

/// Runs the command that was asked for.
///
/// # Errors
/// What the command could not do, with the fix.
pub fn run(cli: Cli) -> Result<Verdict> {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Read(args) => read::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Compare(args) => return compare::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Cameras(args) => cameras::run(&args),
        Command::Snapshot(args) => snapshot::run(&args),
    }
    .map(|()| Verdict::Done)
}

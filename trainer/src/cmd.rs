//! The commands, one file each.

mod eval;
mod export;
mod synth;
mod train;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::config::Config;

/// Train CRNN+CTC line recognizers and export them to ONNX.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, help_expected = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(train::Args),
    Eval(eval::Args),
    Export(export::Args),
    Synth(synth::Args),
}

/// Runs the command that was asked for.
///
/// # Errors
/// What the command could not do, with the fix.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Train(args) => train::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Synth(args) => synth::run(&args),
    }
}

/// Reads a configuration file, or takes the defaults where none is named.
fn read_config(path: Option<&Path>) -> Result<Config> {
    let Some(path) = path else { return Ok(Config::default()) };
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
    Config::from_toml(&text).with_context(|| format!("in the configuration {}", path.display()))
}

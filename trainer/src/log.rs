//! The run's log: one JSON object a line, appended, each flushed before training goes on.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use labelcam::metrics::Tally;
use serde_json::{Value, json};

/// An open log.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
}

/// How some updates went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// Their mean loss.
    pub loss: f64,
    /// The norm of the last one's gradient, before it was scaled down.
    pub norm: f64,
    /// The learning rate of the last one.
    pub rate: f64,
    /// Their pace.
    pub lines_per_second: f64,
}

impl Log {
    /// Opens a log to append to, making it where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn append(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot open the log {}", path.display()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Records how updates went.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn update(&mut self, step: usize, update: &Update) -> Result<()> {
        let Update { loss, norm, rate, lines_per_second } = update;
        self.write(&json!({
            "step": step, "loss": loss, "gradient-norm": norm, "rate": rate, "lines-per-second": lines_per_second,
        }))
    }

    /// Records a validation, as fractions from 0 to 1.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn validation(&mut self, step: usize, tally: &Tally) -> Result<()> {
        self.write(&json!({
            "step": step, "lines": tally.lines(), "exact": tally.exact(), "ned": tally.ned(), "cer": tally.cer(),
        }))
    }

    fn write(&mut self, entry: &Value) -> Result<()> {
        writeln!(self.file, "{entry}").with_context(|| format!("cannot write to the log {}", self.path.display()))
    }
}

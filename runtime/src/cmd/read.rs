//! `labelcam read`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;

use super::model::{ModelArgs, allow_list};
use crate::alphabet::AllowList;
use crate::preprocess::Region;
use crate::recognizer::{Reading, Recognizer};
use crate::{dataset, output};

/// Read pictures of single lines, one JSON object a line.
///
/// Example: labelcam read --text samples
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Pictures (JPEG, PNG, BMP), each of one text line, or folders of such.
    #[arg(required = true, value_name = "IMAGE|FOLDER")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Characters that may be read, such as `0-9A-F.`: a hyphen makes a range, a backslash takes what follows as it is.
    #[arg(long, value_name = "CHARS")]
    allow: Option<String>,
    /// Print confidence, text and file for people, not JSON.
    #[arg(long)]
    text: bool,
}

/// A reading of a file.
#[derive(Debug, Serialize)]
struct FileReading<'a> {
    file: &'a Path,
    #[serde(flatten)]
    reading: &'a Reading,
    model: &'a str,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let recognizer = args.model.load()?;
    let allow = allow_list(&recognizer, args.allow.as_deref())?;
    let mut unread = 0;
    for path in &args.paths {
        for file in dataset::files(path)? {
            match read(&recognizer, &file, &allow) {
                Ok(reading) => print(&recognizer, &file, &reading, args.text)?,
                // One bad picture does not keep the others from being read; the exit code tells of it.
                Err(error) => {
                    unread += 1;
                    eprintln!("labelcam: {error:#}");
                }
            }
        }
    }
    match unread {
        0 => Ok(()),
        1 => bail!("1 picture was not read, see above"),
        _ => bail!("{unread} pictures were not read, see above"),
    }
}

fn read(recognizer: &Recognizer, file: &Path, allow: &AllowList) -> Result<Reading> {
    let picture = dataset::picture(file)?;
    let reading = recognizer.read(&picture, Region::whole(&picture), allow);
    reading.map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}

fn print(recognizer: &Recognizer, file: &Path, reading: &Reading, text: bool) -> Result<()> {
    if text {
        return output::line(&format!("{:.2}  {:32}  {}", reading.confidence, reading.text, file.display()));
    }
    output::line(&serde_json::to_string(&FileReading { file, reading, model: recognizer.digest() })?)
}

//! `labelcam read`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::model::{ModelArgs, allow_list};
use crate::evaluate::Reader;
use crate::lexicon::{Lexicon, LexiconOptions};
use crate::lines::{self, Finder, Quad};
use crate::page::PageReader;
use crate::recognizer::{Reading, Recognizer};
use crate::{dataset, output};

/// Read pictures of single lines, or find the lines of whole photographs; one JSON object a line.
///
/// With `--lines auto`, `quad` tells where a line lies: four corners in pixels, clockwise from the top left of its text.
/// The characters then lie along its top, from its first corner. What is found but not read surely enough to be text is
/// left out.
///
/// Example: labelcam read --text samples
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Pictures (JPEG, PNG, BMP), or folders of such.
    #[arg(required = true, value_name = "IMAGE|FOLDER")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
    /// Characters that may be read, such as `0-9A-F.`: a hyphen makes a range, a backslash takes what follows as it is.
    #[arg(long, value_name = "CHARS")]
    allow: Option<String>,
    /// Text file with one word a line: each line is read as the likeliest of the words that are at most 3 edits from what
    /// it reads as without (`raw`); where there is none it stays so, and is marked `unlisted`.
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,
    /// Where the lines are: each picture is one line as a whole, or a photograph with lines anywhere in it.
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = Lines::Whole)]
    lines: Lines,
    /// Print confidence, text and file for people, not JSON.
    #[arg(long)]
    text: bool,
}

/// Where lines are in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Lines {
    /// The picture is one line.
    Whole,
    /// Lines are found: several, turned up to 15 degrees or upside down, 12 to 120 pixels high.
    Auto,
}

/// A reading of a file.
#[derive(Debug, Serialize)]
struct FileReading<'a> {
    file: &'a Path,
    #[serde(flatten)]
    reading: &'a Reading,
    #[serde(skip_serializing_if = "Option::is_none")]
    quad: Option<Quad>,
    model: &'a str,
}

/// What pictures are read with.
struct Run<'a> {
    reader: Reader<'a>,
    finder: Finder,
    /// Photographs without a line.
    empty: usize,
    args: &'a Args,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let recognizer = args.model.load()?;
    let allow = allow_list(&recognizer, args.allow.as_deref())?;
    let lexicon = args.lexicon.as_deref().map(|path| lexicon(&recognizer, path)).transpose()?;
    let reader = Reader { recognizer: &recognizer, allow: &allow, lexicon: lexicon.as_ref() };
    let mut run = Run { reader, finder: Finder::new(lines::Options::default()), empty: 0, args };
    let mut unread = 0;
    for path in &args.paths {
        for file in dataset::files(path)? {
            let done = match args.lines {
                Lines::Whole => run.whole(&file)?,
                Lines::Auto => run.photograph(&file)?,
            };
            unread += usize::from(!done);
        }
    }
    match run.empty {
        0 => {}
        1 => eprintln!("labelcam: 1 picture has no line that can be read"),
        count => eprintln!("labelcam: {count} pictures have no line that can be read"),
    }
    match unread {
        0 => Ok(()),
        1 => bail!("1 picture was not read, see above"),
        _ => bail!("{unread} pictures were not read, see above"),
    }
}

/// The words of a file, those left out that the model cannot read.
fn lexicon(recognizer: &Recognizer, path: &Path) -> Result<Lexicon> {
    let lines = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let options = LexiconOptions { skip_unreadable: true, ..LexiconOptions::default() };
    let lexicon = Lexicon::new(&lines, &recognizer.spec().alphabet, &options)
        .with_context(|| format!("in {}", path.display()))?;
    if lexicon.skipped() > 0 {
        let skipped = lexicon.skipped();
        eprintln!("labelcam: {}: words left out that the model cannot read: {skipped}", path.display());
    }
    Ok(lexicon)
}

impl Run<'_> {
    /// Reads a picture as one line; false where it cannot be read.
    ///
    /// One bad picture does not keep the others from being read; the exit code tells of it.
    fn whole(&self, file: &Path) -> Result<bool> {
        let reading = dataset::picture(file).map_err(anyhow::Error::from).and_then(|picture| {
            self.reader.line(&picture).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
        });
        match reading {
            Ok(reading) => self.print(file, &reading, None).map(|()| true),
            Err(error) => {
                eprintln!("labelcam: {error:#}");
                Ok(false)
            }
        }
    }

    /// Reads the lines that are found in a picture; false where it is no picture, or a line of it cannot be read.
    fn photograph(&mut self, file: &Path) -> Result<bool> {
        let picture = match dataset::picture(file) {
            Ok(picture) => picture,
            Err(error) => {
                eprintln!("labelcam: {:#}", anyhow::Error::from(error));
                return Ok(false);
            }
        };
        let page = PageReader::new(self.reader).look(&picture, &mut self.finder);
        for line in &page.lines {
            self.print(file, &line.reading, Some(line.quad))?;
        }
        for (quad, error) in &page.unread {
            let [x, y] = quad.centre();
            eprintln!("labelcam: {}: the line at {x:.0},{y:.0}: {error}", file.display());
        }
        if page.lines.is_empty() {
            self.empty += 1;
            eprintln!("labelcam: {}: no line that can be read", file.display());
        }
        Ok(page.unread.is_empty())
    }

    fn print(&self, file: &Path, reading: &Reading, quad: Option<Quad>) -> Result<()> {
        if self.args.text {
            return output::line(&format!("{:.2}  {:32}  {}", reading.confidence, reading.text, file.display()));
        }
        let model = self.reader.recognizer.digest();
        output::line(&serde_json::to_string(&FileReading { file, reading, quad, model })?)
    }
}

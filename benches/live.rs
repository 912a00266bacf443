//! The pace of `labelcam run`: how old frames are when they are read, and how many it reads a second.
//!
//!     cargo build --release --workspace --bins
//!     cargo run --release -p labelcam-benches --example live [SECONDS]
//!
//! The program runs on one core (`taskset`), with the shipped model and JPEG frames of 640x480 pixels. First thirty
//! frames a second with one region, whose label changes twice a second, for a minute or SECONDS. Then frames as fast as
//! they are read, every line of each, for a growing number of lines. `LABELCAM` names the program, where it is not the one
//! beside this.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, GrayImage, Luma};
use labelcam::dataset;
use labelcam::stats::quantile;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

/// Rows of a line's region, and of the text in it, as they read best.
const REGION_ROWS: u32 = 30;
const TEXT_ROWS: u32 = 24;

/// The region that shows number `at` of the lines.
fn place(at: u32) -> [u32; 4] {
    [16 + at % 2 * 312, 10 + at / 2 * 40, 304, REGION_ROWS]
}

/// A frame that shows `count` of the lines, from number `first` on.
fn frame(lines: &[GrayImage], first: usize, count: u32) -> Result<Vec<u8>> {
    let mut frame = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([170]));
    for at in 0..count {
        let [x, y, width, height] = place(at);
        let line = &lines[(first + at as usize) % lines.len()];
        let ground = GrayImage::from_pixel(width, height, *line.get_pixel(0, 0));
        imageops::overlay(&mut frame, &ground, x.into(), y.into());
        imageops::overlay(&mut frame, line, (x + 8).into(), (y + (REGION_ROWS - TEXT_ROWS) / 2).into());
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode(&frame, WIDTH, HEIGHT, ExtendedColorType::L8)?;
    Ok(jpeg)
}

/// The plain lines of the tests, all of one height.
fn lines() -> Result<Vec<GrayImage>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/lines");
    let mut lines = Vec::new();
    for entry in dataset::entries(&folder)? {
        let picture = dataset::picture(&entry.path)?;
        let (width, height) = (u32::try_from(picture.width)?, u32::try_from(picture.height)?);
        let line = GrayImage::from_raw(width, height, picture.pixels).context("a picture has its pixels")?;
        let scaled = imageops::resize(&line, TEXT_ROWS * width / height, TEXT_ROWS, FilterType::Triangle);
        lines.extend((scaled.width() < 290).then_some(scaled));
    }
    Ok(lines)
}

/// Writes frames one after the other to a file; each label is shown in `shown` of them.
fn write(path: &Path, (frames, shown): (usize, usize), lines: &[GrayImage], count: u32) -> Result<()> {
    let pictures = (0..lines.len()).map(|first| frame(lines, first, count)).collect::<Result<Vec<_>>>()?;
    let mut file = BufWriter::new(File::create(path)?);
    (0..frames).try_for_each(|at| file.write_all(&pictures[at / shown % pictures.len()]))?;
    Ok(file.flush()?)
}

fn config(frames: &Path, rate: f64, count: u32) -> String {
    let region = |at| format!("[[regions]]\nname = \"{at}\"\nrectangle = {:?}\n", place(at).map(f64::from));
    let source = format!(
        "[files]\npath = \"{}\"\nrate = {rate:?}\n[outputs.http]\nlisten = \"127.0.0.1:0\"\n",
        frames.display()
    );
    source + &(0..count).map(region).collect::<String>()
}

/// Starts the program on one core; the address of its metrics.
fn start(folder: &Path, config: &str) -> Result<(Child, String)> {
    let beside = || -> Result<PathBuf> {
        let here = std::env::current_exe()?;
        Ok(here.ancestors().nth(2).context("examples lie in target/release/examples")?.join("labelcam"))
    };
    let program = std::env::var_os("LABELCAM").map_or_else(beside, |path| Ok(path.into()))?;
    let path = folder.join("labelcam.toml");
    fs::write(&path, config)?;
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program).args(["run", "--config"]).arg(path);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("cannot start taskset")?;
    let mut told = String::new();
    BufReader::new(child.stderr.take().context("it is piped")?).read_line(&mut told)?;
    let address = told.trim().trim_end_matches('/').split("http://").nth(1).context(told.clone())?.to_owned();
    Ok((child, address))
}

/// The value of a metric.
fn metric(address: &str, name: &str) -> Result<f64> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).context(name.to_owned())?;
    Ok(line.parse()?)
}

/// The ages of readings as they are published, and the metrics shortly before the last frames.
fn live(folder: &Path, lines: &[GrayImage], seconds: usize) -> Result<()> {
    let frames = folder.join("live.mjpeg");
    write(&frames, (30 * seconds, 15), lines, 1)?;
    let (mut child, address) = start(folder, &config(&frames, 30.0, 1))?;
    let mut ages = Vec::new();
    let wanted = [
        "labelcam_capture_frames_total",
        "labelcam_capture_frames_dropped_total",
        "labelcam_frames_read_total",
        "labelcam_frame_age_seconds_bucket{le=\"0.1\"}",
        "labelcam_frame_age_seconds_count",
    ];
    let mut metrics = [0.0; 5];
    for line in BufReader::new(child.stdout.take().context("it is piped")?).lines() {
        let event: serde_json::Value = serde_json::from_str(&line?)?;
        if event["event"] == "reading" {
            ages.extend(event["age_ms"].as_f64());
            for (value, name) in metrics.iter_mut().zip(wanted) {
                *value = metric(&address, name)?;
            }
        }
    }
    ensure!(child.wait()?.success(), "the program failed");
    let of = |share| quantile(&ages, share).unwrap_or(f64::NAN);
    eprintln!("30 frames a second for {seconds} s, one region, one core:");
    eprintln!("  frames captured, dropped, read: {}, {}, {}", metrics[0], metrics[1], metrics[2]);
    eprintln!("  frames older than 100 ms when read: {}", metrics[4] - metrics[3]);
    eprintln!(
        "  from frame to published reading: median {:.1} ms, p99 {:.1} ms ({} readings)",
        of(0.5),
        of(0.99),
        ages.len()
    );
    Ok(())
}

/// How many frames a second are read, each with `count` lines.
fn pace(folder: &Path, lines: &[GrayImage], count: u32) -> Result<f64> {
    let frames = folder.join("pace.mjpeg");
    let many = 4000 / (count as usize + 3);
    write(&frames, (many, 5), lines, count)?;
    let everything = config(&frames, 0.0, count) + "[gates]\nunchanged = 0.0\n";
    let (mut child, _) = start(folder, &everything)?;
    let start = Instant::now();
    let events = BufReader::new(child.stdout.take().context("it is piped")?).lines().count();
    ensure!(child.wait()?.success() && events > 0, "the program failed");
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let many = many as f64;
    Ok(many / start.elapsed().as_secs_f64())
}

fn main() -> Result<()> {
    let seconds = std::env::args().nth(1).map_or(Ok(60), |seconds| seconds.parse()).context("SECONDS is a number")?;
    let folder = tempfile::tempdir()?;
    let lines = lines()?;
    live(folder.path(), &lines, seconds)?;
    eprintln!("lines a frame, frames a second:");
    for count in [1, 2, 4, 8, 16] {
        eprintln!("  {count:2} {:7.1}", pace(folder.path(), &lines, count)?);
    }
    Ok(())
}

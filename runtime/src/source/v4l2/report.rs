//! What video devices there are, and what they can do, for people and programs.

use std::path::{Path, PathBuf};

use serde::Serialize;
use v4l::v4l_sys as sys;

use super::controls::{self, Control, Kind};
use super::error::refusal;
use super::ioctl::Node;
use super::modes::{FourCc, Size, Sizes};
use super::nodes;
use crate::frame::PixelFormat;
use crate::source::SourceError;

/// A video device.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its path.
    pub device: PathBuf,
    /// What it calls itself; empty where it cannot be asked.
    pub card: String,
    /// Its driver.
    pub driver: String,
    /// Where it is plugged in.
    pub bus: String,
    /// Links to it that stay the same over starts.
    pub links: Vec<PathBuf>,
    /// Why it cannot be used; none for a camera.
    pub problem: Option<String>,
    /// Its formats.
    pub formats: Vec<FormatReport>,
    /// Its controls.
    pub controls: Vec<ControlReport>,
}

/// A pixel format of a device.
#[derive(Debug, Serialize)]
pub struct FormatReport {
    /// Its four characters.
    pub fourcc: String,
    /// The driver's words for it.
    pub description: String,
    /// What it is called in `formats`; none where it cannot be read.
    pub format: Option<PixelFormat>,
    /// Its sizes.
    pub sizes: Vec<SizeReport>,
}

/// A size of a format, in pixels, or a range of them.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SizeReport {
    /// One size.
    One {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Frames a second that it comes at.
        rates: Vec<f64>,
    },
    /// All sizes of a range: columns and rows each.
    Range {
        /// The smallest.
        from: [u32; 2],
        /// The largest.
        to: [u32; 2],
        /// From one to the next.
        step: [u32; 2],
    },
}

/// A control of a device.
#[derive(Debug, Serialize)]
pub struct ControlReport {
    /// As it is written in `controls`.
    pub name: String,
    /// `number`, `switch`, `menu`, `bits`, or what it is that cannot be set.
    pub kind: &'static str,
    /// The least value.
    pub minimum: i64,
    /// The greatest value.
    pub maximum: i64,
    /// From one value to the next.
    pub step: i64,
    /// The value of a camera that was not touched.
    pub default: i64,
    /// The value now; none where it cannot be read.
    pub value: Option<i64>,
    /// Whether it does nothing now, as another control is automatic.
    pub inactive: bool,
    /// The entries of a menu.
    pub items: Vec<(i64, String)>,
}

/// All video devices, cameras and others.
pub fn survey() -> Vec<Report> {
    // Without a folder of devices there are none.
    let paths = nodes::paths(Path::new(nodes::DEVICES)).unwrap_or_default();
    let failed = |path: PathBuf, error: &SourceError| Report {
        links: nodes::links(&path),
        problem: Some(error.to_string()),
        ..Report::empty(path)
    };
    paths.into_iter().map(|path| report(&path).unwrap_or_else(|error| failed(path, &error))).collect()
}

/// One video device.
///
/// # Errors
/// [`SourceError`], when it cannot be opened or does not answer.
pub fn report(path: &Path) -> Result<Report, SourceError> {
    let (node, capability) = nodes::open(path)?;
    let device = path.display().to_string();
    let problem = nodes::lacks(capability.flags);
    let mut report = Report {
        card: capability.card,
        driver: capability.driver,
        bus: capability.bus,
        links: nodes::links(path),
        problem: problem.map(str::to_owned),
        ..Report::empty(path.to_owned())
    };
    if problem.is_none() {
        report.formats = formats(&node).map_err(|e| refusal(&device, "list the formats of", e))?;
        let listed = controls::list(&node).map_err(|e| refusal(&device, "list the controls of", e))?;
        report.controls = listed.into_iter().map(|control| control_report(&node, control)).collect();
    }
    Ok(report)
}

impl Report {
    /// A device of which only the path is known.
    fn empty(device: PathBuf) -> Self {
        let [card, driver, bus] = [(); 3].map(|()| String::new());
        Self { device, card, driver, bus, links: vec![], problem: None, formats: vec![], controls: vec![] }
    }
}

fn formats(node: &Node) -> std::io::Result<Vec<FormatReport>> {
    let report = |(fourcc, description): (FourCc, String)| {
        let sizes = nodes::sizes(node, fourcc)?.into_iter().map(|sizes| size(node, fourcc, sizes));
        let sizes = sizes.collect::<std::io::Result<_>>()?;
        Ok(FormatReport { fourcc: fourcc.to_string(), description, format: fourcc.format(), sizes })
    };
    nodes::entries(|index| node.format(index))?.into_iter().map(report).collect()
}

fn size(node: &Node, fourcc: FourCc, sizes: Sizes) -> std::io::Result<SizeReport> {
    let pair = |size: Size| [size.width, size.height];
    Ok(match sizes {
        Sizes::One(size) => {
            let rates = nodes::entries(|index| node.rate(fourcc, size, index))?;
            SizeReport::One { width: size.width, height: size.height, rates }
        }
        Sizes::Range(from, to, step) => SizeReport::Range { from: pair(from), to: pair(to), step: pair(step) },
    })
}

fn control_report(node: &Node, control: Control) -> ControlReport {
    let value = control.current(node);
    let kind = match control.kind {
        Kind::Number => "number",
        Kind::Switch => "switch",
        Kind::Menu => "menu",
        Kind::Bits => "bits",
        Kind::Other(kind) => kind,
    };
    let Control { name, minimum, maximum, step, default, items, flags, .. } = control;
    let inactive = flags & sys::V4L2_CTRL_FLAG_INACTIVE != 0;
    ControlReport { name, kind, minimum, maximum, step, default, value, inactive, items }
}

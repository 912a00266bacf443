//! `labelcam cameras`.

use std::path::PathBuf;

use anyhow::Result;

use crate::output;
use crate::source::v4l2::{self, ControlReport, FormatReport, Report, SizeReport};

/// List the cameras, with what they can be set to.
///
/// Shows every video device: names that stay the same over starts, formats with sizes and rates, and
/// controls by the names that the configuration takes. What is no camera comes with the reason.
///
/// Example: labelcam cameras /dev/video0
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Device to list [default: all].
    #[arg(value_name = "DEVICE")]
    device: Option<PathBuf>,
    /// Write one JSON object a device.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<()> {
    let reports = match &args.device {
        Some(path) => vec![v4l2::report(path)?],
        None => v4l2::survey(),
    };
    for report in &reports {
        if args.json {
            output::line(&serde_json::to_string(report)?)?;
        } else {
            describe(report)?;
        }
    }
    if !reports.iter().any(|report| report.problem.is_none()) {
        eprintln!("{}", missing(&reports));
    }
    Ok(())
}

/// What to look for where no camera is.
fn missing(reports: &[Report]) -> String {
    format!(
        "no camera among {} video devices. One on USB: see whether `lsusb` lists it, and whether this user is in the group \
         video (`id`). A camera on a ribbon cable (CSI): frames come from `rpicam-vid` or the maker's program, through the \
         pipe source",
        reports.len()
    )
}

/// A device for people.
fn describe(report: &Report) -> Result<()> {
    let Report { device, card, driver, bus, .. } = report;
    let device = device.display();
    output::line(&if card.is_empty() { format!("{device}") } else { format!("{device}  {card} ({driver}, {bus})") })?;
    for link in &report.links {
        output::line(&format!("  {}", link.display()))?;
    }
    if let Some(problem) = &report.problem {
        output::line(&format!("  not usable: {problem}"))?;
    }
    for format in &report.formats {
        output::line(&format!("  {}", format_line(format)))?;
    }
    for control in &report.controls {
        output::line(&format!("  {}", control_line(control)))?;
    }
    Ok(())
}

fn format_line(report: &FormatReport) -> String {
    let name = report.format.map_or("not read".to_owned(), |format| format.to_string());
    let sizes: Vec<_> = report.sizes.iter().map(size).collect();
    format!("{} ({}, {name}): {}", report.fourcc, report.description, sizes.join(", "))
}

fn size(report: &SizeReport) -> String {
    match report {
        SizeReport::One { width, height, rates } if rates.is_empty() => format!("{width}x{height}"),
        SizeReport::One { width, height, rates } => {
            let rates: Vec<_> = rates.iter().map(|rate| format!("{}", (rate * 100.0).round() / 100.0)).collect();
            format!("{width}x{height} at {}", rates.join("/"))
        }
        SizeReport::Range { from, to, step } => {
            format!("{}x{} to {}x{} in steps of {}x{}", from[0], from[1], to[0], to[1], step[0], step[1])
        }
    }
}

fn control_line(report: &ControlReport) -> String {
    let ControlReport { name, kind, minimum, maximum, step, default, value, inactive, items } = report;
    let Some(value) = value else { return format!("{name}: {kind}") };
    let range = match *kind {
        "menu" => items.iter().map(|(number, item)| format!("{number} {item}")).collect::<Vec<_>>().join(", "),
        "switch" => "true or false".to_owned(),
        _ => format!("{minimum} to {maximum} in steps of {step}"),
    };
    let inactive = if *inactive { ", inactive" } else { "" };
    format!("{name}: {value} (default {default}; {range}{inactive})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::PixelFormat;

    #[test]
    fn a_format_shows_its_name_in_the_configuration_with_sizes_and_rates() {
        let mut report = FormatReport {
            fourcc: "MJPG".to_owned(),
            description: "Motion-JPEG".to_owned(),
            format: Some(PixelFormat::Mjpeg),
            sizes: vec![
                SizeReport::One { width: 640, height: 480, rates: vec![30.0, 7.5] },
                SizeReport::Range { from: [2, 2], to: [8, 6], step: [2, 1] },
            ],
        };
        let sizes = "640x480 at 30/7.5, 2x2 to 8x6 in steps of 2x1";
        assert_eq!(format_line(&report), format!("MJPG (Motion-JPEG, mjpeg): {sizes}"));
        report.format = None;
        assert_eq!(format_line(&report), format!("MJPG (Motion-JPEG, not read): {sizes}"));
    }

    #[test]
    fn a_control_shows_its_value_default_and_range() {
        let mut report = ControlReport {
            name: "gain".to_owned(),
            kind: "number",
            minimum: 0,
            maximum: 255,
            step: 1,
            default: 100,
            value: Some(7),
            inactive: true,
            items: vec![],
        };
        assert_eq!(control_line(&report), "gain: 7 (default 100; 0 to 255 in steps of 1, inactive)");
        report.kind = "menu";
        report.items = vec![(1, "Manual Mode".to_owned())];
        assert_eq!(control_line(&report), "gain: 7 (default 100; 1 Manual Mode, inactive)");
        report.value = None;
        assert_eq!(control_line(&report), "gain: menu");
    }
}

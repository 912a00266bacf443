//! The trade-off between wrong readings and coverage as a picture (SVG).

use std::fmt::Write as _;

use super::sequences::Row;

/// Size of the picture, and the room around the plot for what is written there.
const SIZE: (f64, f64) = (720.0, 440.0);
const ROOM: (f64, f64, f64, f64) = (70.0, 20.0, 20.0, 50.0);

/// Powers of ten of the share of wrong readings that are shown; none at all is drawn at the bottom.
const POWERS: (i32, i32) = (-4, -1);

/// Colours of the curves, told apart by the colour-blind as well (Okabe and Ito 2008).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// The wrong share of what was accepted over the share of the lines that were, a curve for each way to vote.
pub(super) fn svg(rows: &[Row]) -> String {
    let (width, height) = SIZE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    axes(&mut svg);
    let mut votes: Vec<(usize, usize)> = rows.iter().map(|row| (row.agree, row.window)).collect();
    votes.dedup();
    for (at, vote) in votes.into_iter().enumerate() {
        let rows: Vec<&Row> = rows.iter().filter(|row| (row.agree, row.window) == vote).collect();
        curve(&mut svg, &rows, (at, COLOURS[at % COLOURS.len()]));
    }
    svg += "</svg>\n";
    svg
}

/// The place of a coverage from 0 to 1.
fn x(coverage: f64) -> f64 {
    ROOM.0 + (SIZE.0 - ROOM.0 - ROOM.2) * coverage
}

/// The place of a share of wrong readings; none of them is at the bottom.
fn y(wrong: f64) -> f64 {
    let (low, high) = (f64::from(POWERS.0), f64::from(POWERS.1));
    let share = ((wrong.max(1e-9).log10() - low) / (high - low)).clamp(0.0, 1.0);
    ROOM.1 + (SIZE.1 - ROOM.1 - ROOM.3) * (1.0 - share)
}

fn axes(svg: &mut String) {
    let (left, right, bottom) = (x(0.0), x(1.0), y(0.0));
    for power in POWERS.0..=POWERS.1 {
        let at = y(10_f64.powi(power));
        // What is at the bottom may be less.
        let label = if power == POWERS.0 { "none".to_owned() } else { format!("1 in {:.0}", 10_f64.powi(-power)) };
        line(svg, (left, at), (right, at));
        text(svg, (left - 6.0, at + 4.0), "end", &label);
    }
    for tenth in [0_u32, 2, 4, 6, 8, 10] {
        let at = x(f64::from(tenth) / 10.0);
        line(svg, (at, y(1.0)), (at, bottom));
        text(svg, (at, bottom + 18.0), "middle", &format!("{}%", tenth * 10));
    }
    text(svg, ((left + right) / 2.0, bottom + 38.0), "middle", "lines accepted with the right text");
    text(svg, (left + 8.0, y(1.0) + 14.0), "start", "accepted readings that are wrong");
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    // Writing to a string does not fail.
    let _ = writeln!(svg, "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"#ccc\"/>");
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}

/// A way to vote: a point for each least confidence, and a ring around that of the defaults.
#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn curve(svg: &mut String, rows: &[&Row], (at, colour): (usize, &str)) {
    let wrong = |row: &Row| row.accuracy.wrong as f64 / row.accuracy.accepted.max(1) as f64;
    let points: Vec<(f64, f64, &Row)> =
        rows.iter().map(|row| (x(row.accuracy.coverage), y(wrong(row)), *row)).collect();
    let path: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1} {y:.1}")).collect();
    let _ = writeln!(svg, "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>", path.join("L"));
    for (x, y, row) in &points {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"><title>{:.3}</title></circle>",
            row.confidence_min
        );
        if row.default {
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"7\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            );
        }
    }
    let Some((_, _, row)) = points.first() else { return };
    let place = (x(0.0) + 12.0, y(1.0) + 36.0 + 18.0 * at as f64);
    let _ = writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>", place.0, place.1 - 4.0);
    text(svg, (place.0 + 10.0, place.1), "start", &format!("{} of {} readings agree", row.agree, row.window));
}

//! The order of lines that were read.

use super::PageLine;
use crate::lines::{Quad, by_label, sort};

/// Puts lines in reading order and tells which of them are of one label. A label that is upside down is read from its own
/// top: its lines change places among themselves.
pub(super) fn arrange(lines: &mut [PageLine]) {
    sort(lines, |line| line.quad.as_it_lies());
    let quads: Vec<Quad> = lines.iter().map(|line| line.quad.as_it_lies()).collect();
    for (label, members) in by_label(&quads).into_iter().enumerate() {
        let turned = members.iter().filter(|&&at| lines[at].quad.is_upside_down()).count();
        if 2 * turned > members.len() {
            for (&one, &other) in members.iter().zip(members.iter().rev()).take(members.len() / 2) {
                lines.swap(one, other);
            }
        }
        for at in members {
            lines[at].label = label;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognizer::Reading;

    fn line(text: &str, (left, top, width): (f32, f32, f32), upside_down: bool) -> PageLine {
        let quad = Quad([[left, top], [left + width, top], [left + width, top + 20.0], [left, top + 20.0]]);
        let reading = Reading { text: text.to_owned(), ..Reading::default() };
        PageLine { quad: if upside_down { quad.turned() } else { quad }, reading, label: 0 }
    }

    #[test]
    fn lines_are_in_reading_order_and_labels_that_are_upside_down_from_their_own_top() {
        let mut lines = [
            line("last", (300.0, 10.0, 80.0), true),
            line("second", (0.0, 40.0, 90.0), false),
            line("third", (320.0, 70.0, 60.0), true),
            line("middle", (310.0, 40.0, 70.0), true),
            line("first", (0.0, 10.0, 100.0), false),
        ];
        arrange(&mut lines);
        let arranged: Vec<_> = lines.iter().map(|line| (line.reading.text.as_str(), line.label)).collect();
        assert_eq!(arranged, [("first", 0), ("third", 1), ("second", 0), ("middle", 1), ("last", 1)]);
    }

    #[test]
    fn one_line_of_a_label_that_is_read_upside_down_does_not_turn_it() {
        let mut lines = [
            line("third", (0.0, 70.0, 60.0), false),
            line("66", (0.0, 40.0, 70.0), true),
            line("first", (0.0, 10.0, 80.0), false),
        ];
        arrange(&mut lines);
        assert_eq!(lines.map(|line| line.reading.text), ["first", "66", "third"]);
    }
}

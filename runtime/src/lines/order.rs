//! The order in which lines are read, and which of them are of one label.

use super::Quad;

/// Lines whose middles differ by less are side by side, in heights of the smaller.
const SAME_ROW: f32 = 0.5;

/// The widest gap between lines of one label, in heights of the larger.
const LABEL_GAP: f32 = 1.6;

/// Lines of one label differ by this in height at most, as a factor.
const LABEL_HEIGHTS: f32 = 2.5;

/// Lines of one label differ by this in direction at most, in radians.
const LABEL_ANGLES: f32 = 0.12;

/// Puts what lies at `quad` in reading order: rows from the top, each from the left.
pub fn sort<T>(lines: &mut [T], quad: impl Fn(&T) -> Quad) {
    let y = |line: &T| quad(line).centre()[1];
    lines.sort_by(|a, b| y(a).total_cmp(&y(b)));
    let mut start = 0;
    while start < lines.len() {
        let first = quad(&lines[start]);
        let beside = |line: &T| {
            let height = first.height().min(quad(line).height());
            y(line) - first.centre()[1] < SAME_ROW * height
        };
        let end = start + lines[start..].iter().take_while(|line| beside(line)).count();
        // A line is beside itself, unless it has no height.
        let end = end.max(start + 1);
        lines[start..end].sort_by(|a, b| quad(a).centre()[0].total_cmp(&quad(b).centre()[0]));
        start = end;
    }
}

/// The lines of each label, as their places in `lines`: lines near one another, alike in height and direction. Labels come in
/// the order of their first lines.
#[must_use]
pub fn by_label(lines: &[Quad]) -> Vec<Vec<usize>> {
    let labels = labels(lines);
    let firsts = (0..lines.len()).filter(|&at| labels[at] == at);
    firsts.map(|first| (first..lines.len()).filter(|&at| labels[at] == first).collect()).collect()
}

/// The label that each line is of, numbered by its first line.
fn labels(lines: &[Quad]) -> Vec<usize> {
    let mut label: Vec<usize> = (0..lines.len()).collect();
    for at in 0..lines.len() {
        for other in 0..at {
            let (one, another) = (label[at], label[other]);
            if one != another && together(&lines[at], &lines[other]) {
                let (first, last) = (one.min(another), one.max(another));
                label.iter_mut().filter(|label| **label == last).for_each(|label| *label = first);
            }
        }
    }
    label
}

/// Whether two lines are of one label.
pub(super) fn together(a: &Quad, b: &Quad) -> bool {
    let (least, most) = (a.height().min(b.height()), a.height().max(b.height()));
    if most > LABEL_HEIGHTS * least || (a.angle() - b.angle()).abs() > LABEL_ANGLES {
        return false;
    }
    // The way from one middle to the other, along the first line and across it.
    let ([ax, ay], [bx, by]) = (a.centre(), b.centre());
    let (sin, cos) = a.angle().sin_cos();
    let along = ((bx - ax) * cos + (by - ay) * sin).abs() - (a.width() + b.width()) / 2.0;
    let across = ((by - ay) * cos - (bx - ax) * sin).abs() - (a.height() + b.height()) / 2.0;
    along.max(0.0) <= LABEL_GAP * most && across.max(0.0) <= LABEL_GAP * most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f32, y: f32, width: f32, height: f32) -> Quad {
        Quad([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    }

    #[test]
    fn rows_are_read_from_the_top_and_each_from_the_left() {
        let expected = [line(10.0, 12.0, 50.0, 20.0), line(100.0, 8.0, 50.0, 20.0), line(0.0, 40.0, 90.0, 20.0)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            let mut lines = order.map(|at| expected[at]);
            sort(&mut lines, |line| *line);
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn lines_below_one_another_are_of_one_label_and_far_ones_are_not() {
        let lines = [
            line(0.0, 0.0, 100.0, 20.0),
            line(300.0, 4.0, 100.0, 20.0),
            line(0.0, 30.0, 80.0, 18.0),
            line(0.0, 55.0, 90.0, 16.0),
            line(0.0, 160.0, 90.0, 20.0),
        ];
        assert_eq!(labels(&lines), [0, 1, 0, 0, 4]);
        assert!(labels(&[]).is_empty());
    }
}

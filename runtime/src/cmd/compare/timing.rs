//! How long the models take, measured in turns on the same lines, so that whatever else the machine does meets both alike.

use anyhow::Result;
use serde::Serialize;

use super::line::Side;
use super::models::Opened;
use crate::dataset;
use crate::evaluate::{self, Set};
use crate::image::Gray;
use crate::stats::quantile;

/// Timed readings of a line by each model; an odd number, whose median is one of them.
const ROUNDS: usize = 3;

/// Times a line, from grey picture to text, on one thread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Time {
    /// Lines measured.
    pub(super) lines: usize,
    /// Median milliseconds of the float model.
    pub(super) float_ms: Option<f64>,
    /// Median milliseconds of the int8 model.
    pub(super) int8_ms: Option<f64>,
    /// Median over lines of int8 time / float time.
    pub(super) ratio: Option<f64>,
}

/// Measures on up to `count` lines, spread evenly over the sets; none if no line could be read.
pub(super) fn measure(models: &[Opened], sets: &[Set], count: usize) -> Result<Option<Time>> {
    let lines: Vec<_> = sets.iter().flat_map(|set| &set.lines).collect();
    let lines = spread(&lines, count);
    // From narrow to wide: the models keep plans for a few widths only.
    let mut pictures = Vec::new();
    for line in lines {
        pictures.push(dataset::picture(&line.path)?);
    }
    pictures.sort_by_key(|picture| picture.width * 1000 / picture.height.max(1));
    let times: Vec<Vec<f64>> = pictures.iter().filter_map(|picture| of_line(models, picture)).collect();
    Ok(summary(models, &times))
}

/// Every so manieth line, `count` in all.
fn spread<'a>(lines: &[&'a evaluate::Line], count: usize) -> Vec<&'a evaluate::Line> {
    let total = lines.len();
    let count = count.min(total);
    (0..count).map(|at| lines[at * total / count]).collect()
}

/// Milliseconds of each model for a line; none if one cannot read it.
fn of_line(models: &[Opened], picture: &Gray) -> Option<Vec<f64>> {
    // The first reading of a width makes its plan.
    if models.iter().any(|model| model.reader().read(picture).error.is_some()) {
        return None;
    }
    let mut times = vec![Vec::new(); models.len()];
    for round in 0..ROUNDS {
        for turn in 0..models.len() {
            let at = (turn + round) % models.len();
            times[at].push(models[at].reader().read(picture).ms);
        }
    }
    times.iter().map(|times| quantile(times, 0.5)).collect()
}

fn summary(models: &[Opened], times: &[Vec<f64>]) -> Option<Time> {
    let of = |side| models.iter().position(|model| model.side == side);
    let column = |at: usize| times.iter().map(|line| line[at]).collect::<Vec<_>>();
    let median = |side| quantile(&column(of(side)?), 0.5);
    let ratio = || {
        let (float, int8) = (of(Side::Float)?, of(Side::Int8)?);
        quantile(&times.iter().map(|line| line[int8] / line[float]).collect::<Vec<_>>(), 0.5)
    };
    let time = Time { lines: times.len(), float_ms: median(Side::Float), int8_ms: median(Side::Int8), ratio: ratio() };
    (time.lines > 0).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_from_all_sets_evenly() {
        let line = |at: usize| evaluate::Line { file: at.to_string(), path: at.to_string().into(), truth: None };
        let lines: Vec<_> = (0..10).map(line).collect();
        let taken = |count| {
            spread(&lines.iter().collect::<Vec<_>>(), count).iter().map(|line| line.file.clone()).collect::<Vec<_>>()
        };
        assert_eq!(taken(4), ["0", "2", "5", "7"]);
        assert_eq!(taken(99).len(), 10);
        assert!(taken(0).is_empty());
    }
}

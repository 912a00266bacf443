//! Which of the lines seen is which of those that are followed.

use std::time::Duration;

use super::line::Line;
use super::{Seen, TrackOptions};
use crate::metrics::similarity;

/// What a wholly different text counts for, in heights of the line: more than lines of a label are apart, so that a label
/// that moves by a line between two frames keeps its lines.
const TEXT_WEIGHT: f32 = 2.0;

/// A line seen that may be one followed.
struct Pair {
    cost: f32,
    line: usize,
    seen: usize,
}

/// For each line seen, the one followed that it is, if any: pairs of the least cost first, each line once.
pub(super) fn associate(lines: &[Line], seen: &[&Seen], now: Duration, options: &TrackOptions) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (line_at, line) in lines.iter().enumerate() {
        let text = line.text();
        for (seen_at, seen) in seen.iter().enumerate() {
            if let Some(cost) = cost((line, &text), seen, now, options) {
                pairs.push(Pair { cost, line: line_at, seen: seen_at });
            }
        }
    }
    // Stable: of equal costs the line that is followed longest comes first.
    pairs.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let (mut taken, mut found) = (vec![false; lines.len()], vec![None; seen.len()]);
    for Pair { line, seen, .. } in pairs {
        if !taken[line] && found[seen].is_none() {
            (taken[line], found[seen]) = (true, Some(line));
        }
    }
    found
}

/// How unlike a line seen is to one followed; none where it cannot be it.
fn cost((line, text): (&Line, &str), seen: &Seen, now: Duration, options: &TrackOptions) -> Option<f32> {
    if line.region != seen.region {
        return None;
    }
    if line.region.is_some() {
        return Some(0.0);
    }
    let distance = line.place.distance(&seen.quad, now).filter(|distance| *distance <= options.distance_max)?;
    #[expect(clippy::cast_possible_truncation, reason = "a fraction")]
    let similar = similarity(text, &seen.reading.text) as f32;
    Some(distance + TEXT_WEIGHT * (1.0 - similar))
}

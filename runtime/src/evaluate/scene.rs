//! How well lines are found in scenes, and read once found.

use serde::Serialize;

use crate::lines::Quad;

/// The least overlap (shared area over all area) at which a found line is a true one: the usual measure of the field.
pub const OVERLAP_MIN: f32 = 0.5;

/// Running counts over scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SceneScore {
    /// Pictures.
    pub scenes: usize,
    /// True lines.
    pub truths: usize,
    /// Lines found.
    pub found: usize,
    /// True lines among those found.
    pub matched: usize,
    /// Lines reported, once those that nothing was read of are left out.
    pub read: usize,
    /// True lines among those reported.
    pub read_matched: usize,
    /// Of these, lines whose text is exact.
    pub exact: usize,
}

/// What is reported of scenes; fractions from 0 to 1, and 1 of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SceneAccuracy {
    /// Pictures.
    pub scenes: usize,
    /// True lines.
    pub lines: usize,
    /// Fraction of the true lines that are found.
    pub recall: f64,
    /// Fraction of the found lines that are true.
    pub precision: f64,
    /// Fraction of the reported lines that are true.
    pub read_precision: f64,
    /// Fraction of the reported true lines whose text is exact.
    pub exact: f64,
    /// Fraction of all true lines that are reported with their exact text.
    pub end_to_end: f64,
}

impl SceneScore {
    /// Adds the counts of other scenes.
    pub fn merge(&mut self, other: &Self) {
        self.scenes += other.scenes;
        self.truths += other.truths;
        self.found += other.found;
        self.matched += other.matched;
        self.read += other.read;
        self.read_matched += other.read_matched;
        self.exact += other.exact;
    }

    /// The fractions.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of lines")]
    pub fn accuracy(&self) -> SceneAccuracy {
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        SceneAccuracy {
            scenes: self.scenes,
            lines: self.truths,
            recall: share(self.matched, self.truths),
            precision: share(self.matched, self.found),
            read_precision: share(self.read_matched, self.read),
            exact: share(self.exact, self.read_matched),
            end_to_end: share(self.exact, self.truths),
        }
    }
}

/// For each true line, the found one that is it: pairs of at least [`OVERLAP_MIN`], the best first, each line once.
#[must_use]
pub fn matches(truths: &[Quad], found: &[Quad]) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (truth_at, truth) in truths.iter().enumerate() {
        for (at, quad) in found.iter().enumerate() {
            let overlap = truth.overlap(quad);
            if overlap >= OVERLAP_MIN {
                pairs.push((overlap, truth_at, at));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut matches = vec![None; truths.len()];
    for (_, truth, at) in pairs {
        if matches[truth].is_none() && !matches.contains(&Some(at)) {
            matches[truth] = Some(at);
        }
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn box_at(x: f32, width: f32) -> Quad {
        Quad([[x, 0.0], [x + width, 0.0], [x + width, 10.0], [x, 10.0]])
    }

    #[test]
    fn each_line_is_matched_once_and_the_best_first() {
        let truths = [box_at(0.0, 100.0), box_at(200.0, 50.0)];
        let found = [box_at(0.0, 60.0), box_at(2.0, 100.0), box_at(230.0, 50.0)];
        // The last covers 20 of 80: too little.
        assert_eq!(matches(&truths, &found), [Some(1), None]);
        assert_eq!(matches(&truths, &found[..1]), [Some(0), None]);
        assert_eq!(matches(&[truths[0], truths[0]], &found[..2]), [Some(1), Some(0)]);
    }

    #[test]
    fn fractions_are_of_their_own_wholes() {
        let mut score = SceneScore { scenes: 1, truths: 4, found: 3, matched: 2, read: 2, read_matched: 2, exact: 1 };
        score.merge(&SceneScore { scenes: 1, truths: 4, found: 5, matched: 4, read: 3, read_matched: 2, exact: 2 });
        let SceneAccuracy { scenes, lines, recall, precision, read_precision, exact, end_to_end } = score.accuracy();
        assert_eq!((scenes, lines), (2, 8));
        let shares = [recall, precision, read_precision, exact, end_to_end];
        // Quotients of small counts: far more than their rounding.
        let near = |(share, expected): (&f64, f64)| (share - expected).abs() < 1e-9;
        assert!(shares.iter().zip([0.75, 0.75, 0.8, 0.75, 0.375]).all(near), "{shares:?}");
        assert_eq!(SceneScore::default().accuracy().recall.to_bits(), 1f64.to_bits());
    }
}

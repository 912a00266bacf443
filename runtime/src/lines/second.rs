//! The second choice: what else may be text, once it is known what the lines found first say.
//!
//! A pattern that looks more like text than the line that it overlaps hides it, and a line of two or three letters looks
//! hardly like one. To look at all such places costs more readings than it is worth; beside text most of them are text.

use super::distinct::{Candidate, is_same, near};
use super::order::together;
use super::{Finder, FoundLine, Quad, lines};
use crate::image::Gray;

/// The least score of a line beside text: of what scores less, most is a speck or a rule.
pub(super) const SCORE_MIN: f32 = 0.02;

/// What overlaps a place that was tried by more says what was read there, shared area over all area.
const OVERLAP_MAX: f32 = 0.7;

impl Finder {
    /// Further lines of the picture that was searched last, in reading order: where nothing was read, and where lines
    /// like those that were `read` lie beside them, in the direction of these. Places that were `tried` are left out.
    #[must_use]
    pub fn second_choice(&self, image: &Gray, tried: &[FoundLine], read: &[Quad]) -> Vec<FoundLine> {
        let upright: Vec<Quad> = read.iter().map(|quad| quad.as_it_lies()).collect();
        let is_tried = |line: &Candidate| {
            tried.iter().any(|other| near(&line.quad, &other.quad) && line.quad.overlap(&other.quad) > OVERLAP_MAX)
        };
        let is_free = |line: &Candidate| !upright.iter().any(|quad| is_same(quad, &line.quad)) && !is_tried(line);
        let is_likely = |line: &Candidate| {
            line.score >= self.options.score_min || upright.iter().any(|quad| together(quad, &line.quad))
        };
        let candidates = self.candidates.iter().filter(|line| is_likely(line) && is_free(line)).copied().collect();
        let mut found = lines(candidates, image);
        for line in &mut found {
            let mut beside = read.iter().zip(&upright).filter(|(_, quad)| together(quad, &line.quad));
            if beside.any(|(quad, _)| quad.is_upside_down()) {
                line.quad = line.quad.turned();
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, width: f32, height: f32) -> Quad {
        Quad([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    }

    /// What is chosen second of places with these scores.
    fn chosen(candidates: &[(Quad, f32)], tried: &[Quad], read: &[Quad]) -> Vec<Quad> {
        let candidates = candidates.iter().map(|&(quad, score)| Candidate { quad, score, class: 1 }).collect();
        let finder = Finder { candidates, ..Finder::default() };
        let tried: Vec<_> = tried.iter().map(|&quad| FoundLine { quad, score: 1.0 }).collect();
        finder.second_choice(&Gray::filled(400, 300, 0), &tried, read).into_iter().map(|line| line.quad).collect()
    }

    #[test]
    fn a_line_that_is_hidden_by_what_is_no_text_is_chosen() {
        let (pattern, hidden) = (line(50.0, 40.0, 200.0, 60.0), line(60.0, 50.0, 150.0, 30.0));
        let candidates = [(pattern, 0.95), (hidden, 0.9)];
        assert_eq!(chosen(&candidates, &[pattern], &[]), [hidden]);
        assert_eq!(chosen(&candidates, &[pattern], &[pattern]), [], "it is text");
    }

    #[test]
    fn what_hardly_looks_like_text_is_chosen_beside_text_alone() {
        let (text, short) = (line(50.0, 40.0, 200.0, 30.0), line(50.0, 80.0, 40.0, 30.0));
        let far = line(50.0, 220.0, 40.0, 30.0);
        let candidates = [(text, 0.9), (short, 0.05), (far, 0.05)];
        assert_eq!(chosen(&candidates, &[text], &[text]), [short]);
        assert_eq!(chosen(&candidates, &[text], &[]), []);
    }

    #[test]
    fn a_line_of_a_label_that_is_upside_down_is_taken_to_be_so() {
        let (text, short) = (line(50.0, 40.0, 200.0, 30.0), line(50.0, 80.0, 40.0, 30.0));
        assert_eq!(chosen(&[(short, 0.05)], &[text], &[text.turned()]), [short.turned()]);
    }
}

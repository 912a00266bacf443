//! What is to be told of the camera.

use std::mem;

/// What was told of the camera last.
#[derive(Debug, Default)]
pub(super) struct Told {
    is_there: bool,
    problem: Option<String>,
}

/// Something to be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It cannot be had, for this reason; it was there until now, or was not told to be.
    Lost { problem: String, was_there: bool },
    /// Frames are coming.
    There,
}

impl Told {
    /// What is news in a change of capture: why no frames are coming, or none where they are. It counts as told from now
    /// on. Another capture, after a change of the configuration, may begin with what was told of the last one.
    pub(super) fn news(&mut self, problem: Option<String>) -> Option<News> {
        let is_there = problem.is_none();
        if (is_there, &problem) == (self.is_there, &self.problem) {
            return None;
        }
        self.problem.clone_from(&problem);
        let was_there = mem::replace(&mut self.is_there, is_there);
        Some(problem.map_or(News::There, |problem| News::Lost { problem, was_there }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(problem: &str, was_there: bool) -> News {
        News::Lost { problem: problem.to_owned(), was_there }
    }

    #[test]
    fn each_change_is_told_once() {
        let mut told = Told::default();
        let mut news = |problem: &str| told.news((!problem.is_empty()).then(|| problem.to_owned()));
        assert_eq!(news("away"), Some(lost("away", false)));
        assert_eq!(news("away"), None);
        assert_eq!(news("in use"), Some(lost("in use", false)));
        assert_eq!(news(""), Some(News::There));
        assert_eq!(news(""), None);
        assert_eq!(news("in use"), Some(lost("in use", true)));
        assert_eq!(news("cannot start"), Some(lost("cannot start", false)));
        assert_eq!(news(""), Some(News::There));
    }
}

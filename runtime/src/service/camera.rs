//! What is to be told of the camera.

use crate::source::capture::CaptureState;

/// What was told of the camera last.
#[derive(Debug, Default)]
pub(super) struct Told {
    connected: bool,
    problem: Option<String>,
    losses: u64,
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
    /// What is news in a state of capture, in the order in which it happened. It counts as told from now on.
    ///
    /// A loss is told even if all of it lies between two looks at the state: reading a frame may take longer.
    pub(super) fn news(&mut self, state: CaptureState) -> impl Iterator<Item = News> + use<> {
        let CaptureState { connected, problem, losses, .. } = state;
        let is_back = connected && self.connected && losses != self.losses;
        self.losses = losses;
        let missed = problem.clone().filter(|_| is_back).map(|problem| News::Lost { problem, was_there: true });
        let problem = problem.filter(|_| !connected);
        let is_news = missed.is_some() || (connected, &problem) != (self.connected, &self.problem);
        let news = match problem {
            None if connected => Some(News::There),
            Some(problem) => Some(News::Lost { problem, was_there: self.connected }),
            // It is being opened: there is nothing to tell yet.
            None => None,
        };
        let news = news.filter(|_| is_news);
        if let Some(news) = &news {
            self.connected = connected;
            self.problem = match news {
                News::Lost { problem, .. } => Some(problem.clone()),
                News::There => None,
            };
        }
        missed.into_iter().chain(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(told: &mut Told, connected: bool, problem: &str, losses: u64) -> Vec<News> {
        let problem = (!problem.is_empty()).then(|| problem.to_owned());
        told.news(CaptureState { connected, problem, losses, finished: false }).collect()
    }

    fn lost(problem: &str, was_there: bool) -> News {
        News::Lost { problem: problem.to_owned(), was_there }
    }

    #[test]
    fn each_change_is_told_once() {
        let mut last = Told::default();
        assert_eq!(told(&mut last, false, "", 0), [], "it is being opened");
        assert_eq!(told(&mut last, false, "away", 0), [lost("away", false)]);
        assert_eq!(told(&mut last, false, "away", 0), []);
        assert_eq!(told(&mut last, false, "in use", 0), [lost("in use", false)]);
        assert_eq!(told(&mut last, true, "in use", 0), [News::There]);
        assert_eq!(told(&mut last, true, "in use", 0), []);
        assert_eq!(told(&mut last, false, "unplugged", 1), [lost("unplugged", true)]);
        assert_eq!(told(&mut last, true, "unplugged", 1), [News::There]);
    }

    #[test]
    fn a_loss_between_two_looks_is_told() {
        let mut last = Told::default();
        assert_eq!(told(&mut last, true, "", 0), [News::There]);
        assert_eq!(told(&mut last, true, "unplugged", 1), [lost("unplugged", true), News::There]);
        assert_eq!(told(&mut last, true, "unplugged", 1), []);
        assert_eq!(told(&mut last, false, "unplugged", 2), [lost("unplugged", true)]);
        // There again, lost and there once more: nothing was read meanwhile.
        assert_eq!(told(&mut last, true, "silent", 3), [News::There]);
    }

    #[test]
    fn another_capture_counts_anew_and_that_is_no_loss() {
        let mut last = Told::default();
        told(&mut last, true, "unplugged", 3);
        assert_eq!(told(&mut last, true, "", 0), []);
        assert_eq!(told(&mut last, true, "", 0), []);
    }
}

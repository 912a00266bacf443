//! The ring of an output with clients, who come and go and each read at their own pace.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Line, Phase};

/// The last lines, for any number of readers. Writing never waits for one.
#[derive(Debug)]
pub(super) struct Ring {
    lines: Mutex<VecDeque<Line>>,
    news: watch::Sender<News>,
    capacity: usize,
}

/// What readers are woken for.
#[derive(Debug, Clone, Copy)]
struct News {
    /// How many lines were pushed so far.
    pushed: u64,
    phase: Phase,
}

/// What there is for a reader.
#[derive(Debug)]
pub(super) enum Next {
    /// A line.
    Line(Line),
    /// Nothing any more: the ring overtook the reader, or was closed, before it had read everything.
    Outrun,
    /// Nothing any more: it has read everything, and no more will come.
    End,
}

/// A place in a ring.
#[derive(Debug)]
pub(super) struct Reader {
    ring: Arc<Ring>,
    news: watch::Receiver<News>,
    /// How many lines were pushed before the one that comes next.
    at: u64,
}

impl Ring {
    /// An empty ring of `capacity` lines.
    pub(super) fn new(capacity: usize) -> Self {
        let news = watch::Sender::new(News { pushed: 0, phase: Phase::Open });
        Self { lines: Mutex::new(VecDeque::with_capacity(capacity)), news, capacity }
    }

    /// Adds a line, in place of the oldest where the ring is full.
    pub(super) fn push(&self, line: Line) {
        let mut lines = self.lock();
        if lines.len() == self.capacity {
            lines.pop_front();
        }
        lines.push_back(line);
        self.news.send_modify(|news| news.pushed += 1);
    }

    /// Goes on to `phase`, never back.
    pub(super) fn enter(&self, phase: Phase) {
        self.news.send_modify(|news| news.phase = news.phase.max(phase));
    }

    /// Waits until the ring is in `phase`.
    pub(super) async fn reached(&self, phase: Phase) {
        // It cannot fail: the sender lives as long as `self`.
        let _ = self.news.subscribe().wait_for(|news| news.phase >= phase).await;
    }

    /// The last lines, at most `count`, the newest last.
    pub(super) fn last(&self, count: usize) -> Vec<Line> {
        let lines = self.lock();
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
    }

    /// A reader of what comes from now on.
    pub(super) fn reader(self: &Arc<Self>) -> Reader {
        let news = self.news.subscribe();
        let at = news.borrow().pushed;
        Reader { ring: Arc::clone(self), news, at }
    }

    /// A reader that begins with the first line that `is_new`, or with what comes from now on.
    pub(super) fn reader_from(self: &Arc<Self>, is_new: impl Fn(&Line) -> bool) -> Reader {
        // Locked, nothing is pushed between the two looks.
        let lines = self.lock();
        let mut reader = self.reader();
        reader.at -= lines.iter().skip_while(|line| !is_new(line)).count() as u64;
        reader
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Waits for the next line; the same one until [`Self::advance`]. It may be dropped while it waits.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            let news = *self.news.borrow_and_update();
            if news.phase == Phase::Closed && self.at < news.pushed {
                return Next::Outrun;
            }
            if self.at < news.pushed {
                return self.line().map_or(Next::Outrun, Next::Line);
            }
            if news.phase > Phase::Open || self.news.changed().await.is_err() {
                return Next::End;
            }
        }
    }

    /// Goes on to the line after.
    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    /// Waits until the next line is no longer in the ring, or the ring is closed. It may be dropped while it waits.
    pub(super) async fn outrun(&mut self) {
        let reach = self.at + self.ring.capacity as u64;
        // It cannot fail: `self` holds the ring, and the ring the sender.
        let _ = self.news.wait_for(|news| news.pushed > reach || news.phase == Phase::Closed).await;
    }

    /// How many lines there are that it has not read.
    pub(super) fn behind(&self) -> u64 {
        self.news.borrow().pushed - self.at
    }

    /// The line at its place, none when that was overwritten.
    fn line(&self) -> Option<Line> {
        let lines = self.ring.lock();
        // Locked, so that lines and number belong together.
        let first = self.ring.news.borrow().pushed - lines.len() as u64;
        let index = usize::try_from(self.at.checked_sub(first)?).ok()?;
        lines.get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{block_on, line, numbers};
    use super::*;

    fn ids(reader: &mut Reader) -> Vec<u64> {
        let mut ids = Vec::new();
        while let Next::Line(line) = block_on(reader.next()) {
            ids.push(line.id());
            reader.advance();
        }
        ids
    }

    #[test]
    fn a_reader_gets_what_comes_after_it_and_then_the_end() {
        let ring = Arc::new(Ring::new(4));
        ring.push(line(1));
        let mut reader = ring.reader();
        numbers(4).for_each(|id| ring.push(line(id + 1)));
        ring.enter(Phase::Draining);
        assert_eq!(ids(&mut reader), [2, 3, 4, 5]);
        assert!(matches!(block_on(reader.next()), Next::End));
    }

    #[test]
    fn a_reader_that_is_overtaken_learns_it_with_what_it_lost() {
        let ring = Arc::new(Ring::new(4));
        let mut reader = ring.reader();
        numbers(4).for_each(|id| ring.push(line(id)));
        assert!(matches!(block_on(reader.next()), Next::Line(_)));
        ring.push(line(5));
        block_on(reader.outrun());
        assert!(matches!(block_on(reader.next()), Next::Outrun));
        assert_eq!(reader.behind(), 5);
    }

    #[test]
    fn a_reader_may_begin_with_a_line_that_was_there() {
        let ring = Arc::new(Ring::new(4));
        numbers(6).for_each(|id| ring.push(line(id)));
        let mut known = ring.reader_from(|line| line.id() > 4);
        let mut too_old = ring.reader_from(|line| line.id() > 1);
        let mut newest = ring.reader_from(|line| line.id() > 6);
        ring.enter(Phase::Draining);
        assert_eq!([ids(&mut known), ids(&mut too_old), ids(&mut newest)], [vec![5, 6], vec![3, 4, 5, 6], vec![]]);
    }

    #[test]
    fn the_last_lines_end_with_the_newest() {
        let ring = Ring::new(3);
        numbers(5).for_each(|id| ring.push(line(id)));
        let last = |count| ring.last(count).iter().map(Line::id).collect::<Vec<_>>();
        assert_eq!([last(2), last(9)], [vec![4, 5], vec![3, 4, 5]]);
    }
}

//! How far an output is with its work.

/// What an output is to do; it only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Take events and write them.
    Open,
    /// Write what waits, and end.
    Draining,
    /// End now: what waits is lost.
    Closed,
}

//! What there is to see.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::super::{EVENTS_MAX, Ring, Sources, Tally};
use super::Token;

/// The most clients at a time that events are streamed to. Other requests have connections left over.
pub(super) const STREAMS_MAX: usize = 16;

/// All that pages are made of, and who may see them.
pub(super) struct Site {
    pub(super) sources: Sources,
    pub(super) ring: Arc<Ring>,
    pub(super) tally: Arc<Tally>,
    /// How many events `/readings` gives.
    pub(super) recent: usize,
    /// Free places for streams.
    pub(super) streams: Arc<Semaphore>,
    pub(super) access: Access,
}

/// Who may see it.
#[derive(Debug)]
pub(super) struct Access {
    /// What a client must show.
    pub(super) token: Option<Token>,
    /// Whether the address is one that only this machine reaches.
    pub(super) is_local: bool,
}

impl Site {
    /// A site without events yet.
    pub(super) fn new(sources: Sources, recent: usize, tally: Arc<Tally>, access: Access) -> Self {
        let ring = Arc::new(Ring::new(EVENTS_MAX));
        let streams = Arc::new(Semaphore::new(STREAMS_MAX));
        Self { sources, ring, tally, recent, streams, access }
    }
}

//! The camera's picture, taken when somebody asks for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::watch;

/// Where an output asks for a picture, and the reading thread gives it.
#[derive(Debug)]
pub struct Snapshot {
    wanted: AtomicBool,
    picture: watch::Sender<Bytes>,
}

impl Default for Snapshot {
    fn default() -> Self {
        Self { wanted: AtomicBool::new(false), picture: watch::Sender::new(Bytes::new()) }
    }
}

impl Snapshot {
    /// Whether a picture is asked for; cheap enough for every frame.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Gives a JPEG picture to all who wait for one.
    pub fn put(&self, jpeg: Vec<u8>) {
        // Before the picture goes out: who asks from now on waits for this one or the next.
        self.wanted.store(false, Ordering::Relaxed);
        self.picture.send_replace(jpeg.into());
    }

    /// Asks for a picture and waits for it, `within` at the most.
    pub(super) async fn take(&self, within: Duration) -> Option<Bytes> {
        let mut picture = self.picture.subscribe();
        self.wanted.store(true, Ordering::Relaxed);
        tokio::time::timeout(within, picture.changed()).await.ok()?.ok()?;
        Some(picture.borrow().clone())
    }
}

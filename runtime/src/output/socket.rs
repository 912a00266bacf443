//! JSON lines at a Unix socket, to all who connect, from then on.
//!
//! The socket only sends: what clients write is not looked at, and one that closes its side is taken as gone.

mod place;

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::select;
use tokio::sync::Semaphore;

use super::ring::{Next, Reader};
use super::{Buffer, EVENTS_MAX, OutputError, Phase, Ring, Running, Tally, thread};
use place::Place;

/// The most clients at a time.
const CLIENTS_MAX: u32 = 16;

/// How long to wait after a connection that could not be accepted, mostly for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A Unix socket. A client that is 1024 events behind is disconnected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SocketOptions {
    /// The socket's path (`/run/labelcam/readings.sock`), of 100 bytes or so at the most.
    pub path: PathBuf,
    /// Whether rejected readings are sent too (false).
    pub raw: bool,
    /// Who may connect, as file permissions (`0o660`: owner and group), 0 to 0o777.
    pub mode: u32,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self { path: "/run/labelcam/readings.sock".into(), raw: false, mode: 0o660 }
    }
}

impl SocketOptions {
    /// Checks all values.
    ///
    /// # Errors
    /// [`OutputError::Value`] or [`OutputError::Path`].
    pub fn check(&self) -> Result<(), OutputError> {
        if self.path.file_name().is_none() {
            let example = "/run/labelcam/readings.sock";
            return Err(OutputError::Path { name: "outputs.socket.path", path: self.path.clone(), example });
        }
        if self.mode > 0o777 {
            let (found, wanted) = (self.mode.into(), "0 to 0o777, written with the 0o");
            return Err(OutputError::Value { name: "outputs.socket.mode", found, wanted });
        }
        Ok(())
    }
}

/// Starts the output.
pub(super) fn start(options: &SocketOptions, tally: Arc<Tally>) -> Result<Running, OutputError> {
    let failed = |source| OutputError::Socket { path: options.path.clone(), source };
    let (place, listener) = Place::take(&options.path, options.mode)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let ring = Arc::new(Ring::new(EVENTS_MAX));
    let buffer = Buffer::Ring(Arc::clone(&ring));
    thread::start("socket", options.raw, buffer, move || {
        if let Err(error) = runtime.block_on(serve(listener, place.path(), &ring, &tally)) {
            eprintln!("labelcam: the socket {} is not served: {error}", place.path().display());
        }
    })
}

/// Serves clients until the ring is drained, and then lets them read the rest.
async fn serve(listener: UnixListener, path: &Path, ring: &Arc<Ring>, tally: &Arc<Tally>) -> std::io::Result<()> {
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(CLIENTS_MAX as usize));
    let mut is_full = false;
    loop {
        let accepted = select! {
            accepted = listener.accept() => accepted,
            () = ring.reached(Phase::Draining) => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            if !std::mem::replace(&mut is_full, true) {
                let path = path.display();
                eprintln!("labelcam: the socket {path} has {CLIENTS_MAX} clients: further ones are turned away");
            }
            continue;
        };
        is_full = false;
        // From now on, and not from when the task first runs.
        let reader = ring.reader();
        let (path, tally) = (path.to_owned(), Arc::clone(tally));
        tokio::spawn(async move {
            let who = stream.peer_cred().ok().and_then(|peer| peer.pid());
            if let Some(lost) = feed(stream, reader, &tally).await {
                let (path, who) = (path.display(), who.map_or("a client".into(), |pid| format!("process {pid}")));
                eprintln!("labelcam: {who} reads the socket {path} too slowly: disconnected, {lost} events lost");
            }
            drop(place);
        });
    }
    select! {
        _ = places.acquire_many(CLIENTS_MAX) => {}
        () = ring.reached(Phase::Closed) => {}
    }
    Ok(())
}

/// Sends a client its lines, until it goes, the ring ends or it is outrun; tells how many it lost then.
async fn feed(mut stream: UnixStream, mut reader: Reader, tally: &Tally) -> Option<u64> {
    let (mut from, mut to) = stream.split();
    loop {
        let next = select! {
            next = reader.next() => next,
            () = gone(&mut from) => return None,
        };
        let line = match next {
            Next::Line(line) => line,
            Next::End => return None,
            Next::Outrun => break,
        };
        select! {
            // A line that is sent is sent, even if there is no room for the next.
            biased;
            sent = to.write_all(line.bytes()) => sent.ok()?,
            () = reader.outrun() => break,
        }
        reader.advance();
        tally.delivered.increment();
    }
    let lost = reader.behind();
    tally.lost.add(lost);
    Some(lost)
}

/// Waits until a client closes its side.
async fn gone(from: &mut (impl AsyncRead + Unpin)) {
    let mut unread = [0; 256];
    while matches!(from.read(&mut unread).await, Ok(1..)) {}
}

#[cfg(test)]
mod tests;

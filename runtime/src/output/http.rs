//! Health, metrics, readings and the camera's picture by HTTP, from one thread.
//!
//! | path | what it gives |
//! | --- | --- |
//! | `/healthz` | [`super::HealthReport`] as JSON, with 200 or 503 |
//! | `/metrics` | Prometheus text, version 0.0.4 |
//! | `/readings` | the last events as a JSON array, the newest last; `?limit=` |
//! | `/readings/stream` | events as they come (server-sent events), also at `/readings` with `Accept: text/event-stream` |
//! | `/snapshot.jpg` | the next frame |
//!
//! Anybody may ask who reaches the address: it is the loopback by default, and any other needs a token, which every path
//! asks for then. `/healthz` is no exception, because it tells the device, its faults and the version; a probe that
//! cannot send a header has `?token=`, as a browser's `EventSource` has. On the loopback the `Host` must be a name of it,
//! so that no web page reads along under a name of its own. TLS is a matter of a proxy before it, which is to name the
//! loopback too.

mod connection;
mod guard;
mod page;
mod site;
mod stall;
mod stream;
mod token;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::runtime::{self, Runtime};

use super::{Buffer, OutputError, Running, Sources, Tally, thread};
pub use connection::serve_bytes;
use site::{Access, Site};
use token::Token;
pub(super) use token::{TOKEN_MAX, TOKEN_MIN};

/// The most events that `/readings` gives.
const RECENT_MAX: usize = 1000;

/// HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpOptions {
    /// Address and port (`127.0.0.1:8080`); port 0 is one that the system chooses. An address that other machines reach
    /// needs a token.
    pub listen: SocketAddr,
    /// What clients show as `Authorization: Bearer` or `?token=` (none): 16 to 256 of A-Z a-z 0-9 - . _ ~.
    pub token: Option<String>,
    /// A file with the token in it (none), which only this user should be able to read.
    pub token_file: Option<PathBuf>,
    /// How many events `/readings` gives, 1 to 1000 (100).
    pub recent: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 8080).into(), token: None, token_file: None, recent: 100 }
    }
}

impl HttpOptions {
    /// Checks all values. The token file is read only at the start.
    ///
    /// # Errors
    /// [`OutputError::Value`], [`OutputError::Token`], [`OutputError::TwoTokens`] or [`OutputError::NoToken`].
    pub fn check(&self) -> Result<(), OutputError> {
        if !(1..=RECENT_MAX).contains(&self.recent) {
            let found = self.recent as u64;
            return Err(OutputError::Value { name: "outputs.http.recent", found, wanted: "1 to 1000 events" });
        }
        if let Some(token) = &self.token {
            Token::new(token)?;
        }
        match (&self.token, &self.token_file) {
            (Some(_), Some(_)) => Err(OutputError::TwoTokens),
            (None, None) if !is_loopback(self.listen) => Err(OutputError::NoToken { address: self.listen }),
            _ => Ok(()),
        }
    }

    /// The token, from wherever it is.
    fn token(&self) -> Result<Option<Token>, OutputError> {
        match (&self.token, &self.token_file) {
            (Some(token), _) => Token::new(token).map(Some),
            (None, Some(path)) => Token::read(path).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Whether only this machine reaches an address.
fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// The output before it serves: it has its address.
#[derive(Debug)]
pub(super) struct Listening {
    listener: TcpListener,
    runtime: Runtime,
    address: SocketAddr,
    access: Access,
    recent: usize,
}

impl Listening {
    /// Takes the address.
    pub(super) fn bind(options: &HttpOptions) -> Result<Self, OutputError> {
        options.check()?;
        let token = options.token()?;
        let failed = |source| OutputError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = runtime().map_err(failed)?;
        let access = Access { token, is_local: is_loopback(address) };
        Ok(Self { listener, runtime, address, access, recent: options.recent })
    }

    /// The address, with the port that the system chose.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the thread.
    pub(super) fn start(self, sources: Sources, tally: Arc<Tally>) -> Result<Running, OutputError> {
        let Self { listener, runtime, address, access, recent } = self;
        let site = Arc::new(Site::new(sources, recent, tally, access));
        let buffer = Buffer::Ring(Arc::clone(&site.ring));
        thread::start("http", false, buffer, move || {
            if let Err(error) = runtime.block_on(connection::serve(listener, site)) {
                eprintln!("labelcam: HTTP at {address} is not served: {error}");
            }
        })
    }
}

/// A runtime that does all in the thread that it is called in.
fn runtime() -> std::io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

#[cfg(test)]
mod tests;

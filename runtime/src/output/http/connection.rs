//! Connections, and their limits.

use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::select;
use tokio::sync::Semaphore;

use super::super::{Phase, Ring, Sources};
use super::site::Access;
use super::stall::{STALL_MAX, Stalling};
use super::{HttpOptions, OutputError, Site, is_loopback, page, runtime};

/// The most connections at a time; further ones wait in the system's queue.
const CONNECTIONS_MAX: u32 = 32;

/// How long a client may take for the head of a request, or keep a connection without one.
const HEAD_WAIT: Duration = Duration::from_secs(10);

/// The most headers of a request.
const HEADERS_MAX: usize = 64;

/// The most bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// How long to wait after a connection that could not be accepted, mostly for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves a site until its ring is drained, and then lets clients read the rest.
pub(super) async fn serve(listener: TcpListener, site: Arc<Site>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    let router = page::router(Arc::clone(&site));
    loop {
        let accept = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
            listener.accept().await.map(|(stream, _)| (stream, place))
        };
        let accepted = select! {
            accepted = accept => accepted,
            () = site.ring.reached(Phase::Draining) => break,
        };
        let Ok((stream, place)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (router, ring) = (router.clone(), Arc::clone(&site.ring));
        tokio::spawn(async move {
            drive(stream, router, &ring).await;
            drop(place);
        });
    }
    select! {
        _ = places.acquire_many(CONNECTIONS_MAX) => {}
        () = site.ring.reached(Phase::Closed) => {}
    }
    Ok(())
}

/// Answers the requests of one connection, until it or the ring ends. What is wrong with it is the client's matter.
async fn drive(stream: impl AsyncRead + AsyncWrite + Unpin, router: Router, ring: &Ring) {
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WAIT)
            .max_headers(HEADERS_MAX)
            .max_header_size(HEAD_BYTES_MAX)
            .max_buf_size(2 * HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(Stalling::new(stream, STALL_MAX)), service)
    );
    select! {
        // A request that is there is answered before the end is looked for.
        biased;
        _ = connection.as_mut() => return,
        () = ring.reached(Phase::Draining) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// What a client gets that sends `bytes` and then closes its side while the program ends: everything from the first byte of
/// a connection on, as it would be with a network. What cannot be answered at once, such as a picture, is not.
///
/// # Errors
/// [`OutputError`], when an option is wrong.
///
/// # Panics
/// When the system has no descriptors left.
pub fn serve_bytes(options: &HttpOptions, sources: Sources, bytes: &[u8]) -> Result<Vec<u8>, OutputError> {
    options.check()?;
    let access = Access { token: options.token()?, is_local: is_loopback(options.listen) };
    let site = Arc::new(Site::new(sources, options.recent, Arc::default(), access));
    let router = page::router(Arc::clone(&site));
    let answer = async {
        // All of it fits: a server that is busy with its first requests does not keep the client from closing its side.
        let (client, server) = tokio::io::duplex(bytes.len().max(HEAD_BYTES_MAX));
        let (mut from, mut to) = tokio::io::split(client);
        let sent = async {
            // The server may hang up before it has read all: the answer says why.
            let _ = to.write_all(bytes).await;
            tokio::task::yield_now().await;
            site.ring.enter(Phase::Draining);
            tokio::task::yield_now().await;
            // Ends a request that is not whole, or waits.
            let _ = to.shutdown().await;
        };
        let mut answer = Vec::new();
        let received = async { from.read_to_end(&mut answer).await };
        let _ = tokio::join!(drive(server, router, &site.ring), sent, received);
        answer
    };
    Ok(runtime().expect("a runtime needs a descriptor or two").block_on(answer))
}

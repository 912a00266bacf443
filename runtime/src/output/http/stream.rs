//! Events as they come: server-sent events.
//!
//! An event's `id` is its number with the run of the program, so that a client that comes back after a restart is not
//! taken to know what it does not. One that the ring overtakes is disconnected, and comes back with its last `id`.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::ring::{Next, Reader};
use super::super::{Line, Tally};
use super::Site;
use super::page::problem;

/// How often something is sent at least, so that proxies keep the connection and its end is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The body of a stream: what a task sends.
struct Events(mpsc::Receiver<Bytes>);

impl HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Whether a client asks for a stream of events.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/event-stream"))
}

/// Streams events from now on, or from the one after that which the client had last.
pub(super) async fn events(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let Ok(place) = Arc::clone(&site.streams).try_acquire_owned() else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "all places for streams are taken: close another one");
    };
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let reader = match last {
        None => site.ring.reader(),
        Some(last) => {
            let known = last.rsplit_once('-').and_then(|(boot, id)| Some((boot, id.parse::<u64>().ok()?)));
            site.ring.reader_from(|line| known.is_none_or(|(boot, id)| line.boot() != boot || line.id() > id))
        }
    };
    let (sender, receiver) = mpsc::channel(1);
    let tally = Arc::clone(&site.tally);
    tokio::spawn(async move {
        feed(reader, &sender, &tally).await;
        drop(place);
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::new(Events(receiver))).into_response()
}

/// Hands events to the connection, by which they count as delivered, until that or the ring ends, or the client is outrun.
async fn feed(mut reader: Reader, to: &mpsc::Sender<Bytes>, tally: &Tally) {
    // The headers go out with the first bytes: at once, so that the client knows that it is served.
    let mut is_going = to.send(Bytes::from_static(b":\n\n")).await.is_ok();
    while is_going {
        let next = select! {
            next = timeout(KEEP_ALIVE, reader.next()) => next,
            () = to.closed() => return,
        };
        is_going = match next {
            Err(_) => to.send(Bytes::from_static(b":\n\n")).await.is_ok(),
            Ok(Next::End) => false,
            Ok(Next::Outrun) => lose(&reader, tally),
            Ok(Next::Line(line)) => select! {
                biased;
                sent = to.send(event(&line)) => {
                    reader.advance();
                    if sent.is_ok() {
                        tally.delivered.increment();
                    }
                    sent.is_ok()
                }
                () = reader.outrun() => lose(&reader, tally),
            },
        };
    }
}

/// Counts what a client lost; its stream does not go on.
fn lose(reader: &Reader, tally: &Tally) -> bool {
    tally.lost.add(reader.behind());
    false
}

/// An event with its number; JSON has no line ends within.
fn event(line: &Line) -> Bytes {
    format!("id: {}-{}\ndata: {}\n\n", line.boot(), line.id(), line.json()).into()
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{block_on, line, numbers};
    use super::super::super::{EVENTS_MAX, Ring};
    use super::*;

    #[test]
    fn a_client_that_stops_reading_is_disconnected_and_what_it_lost_is_counted() {
        let ring = Arc::new(Ring::new(EVENTS_MAX));
        let (reader, tally) = (ring.reader(), Tally::default());
        let pushed = EVENTS_MAX as u64 + 2;
        numbers(pushed).for_each(|id| ring.push(line(id)));
        let (sender, _unread) = mpsc::channel(1);
        block_on(feed(reader, &sender, &tally));
        assert_eq!((tally.delivered.get(), tally.lost.get()), (0, pushed));
    }
}

//! The answers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::select;

use super::super::{HealthReport, Line, Phase};
use super::guard::guard;
use super::{Site, stream};
use crate::clock;
use crate::telemetry::prometheus;

/// How long a frame is waited for.
const SNAPSHOT_WAIT: Duration = Duration::from_secs(2);

/// The pages of a site.
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/readings", get(readings))
        .route("/readings/stream", get(stream::events))
        .route("/snapshot.jpg", get(snapshot))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "there is nothing at this path") })
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

async fn healthz(State(site): State<Arc<Site>>) -> Response {
    let report = site.sources.health.report(clock::monotonic());
    let status = if report.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &report)
}

async fn metrics(State(site): State<Arc<Site>>) -> Response {
    let text = prometheus::exposition(&site.sources.metrics);
    ([(CONTENT_TYPE, prometheus::CONTENT_TYPE)], text).into_response()
}

#[derive(Deserialize)]
struct Wanted {
    limit: Option<usize>,
}

async fn readings(State(site): State<Arc<Site>>, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Response {
    if stream::is_wanted(&headers) {
        return stream::events(State(site), headers).await;
    }
    let lines = site.ring.last(wanted.limit.unwrap_or(site.recent).min(site.recent));
    // They are JSON already.
    let lines: Vec<_> = lines.iter().map(Line::json).collect();
    ([(CONTENT_TYPE, "application/json")], format!("[{}]", lines.join(",\n"))).into_response()
}

async fn snapshot(State(site): State<Arc<Site>>) -> Response {
    let picture = select! {
        // A picture that is there is given.
        biased;
        picture = site.sources.snapshot.take(SNAPSHOT_WAIT) => picture,
        () = site.ring.reached(Phase::Draining) => {
            return problem(StatusCode::SERVICE_UNAVAILABLE, "the program is ending");
        }
    };
    if let Some(jpeg) = picture {
        return ([(CONTENT_TYPE, "image/jpeg")], jpeg).into_response();
    }
    problem(StatusCode::SERVICE_UNAVAILABLE, &no_frame(site.sources.health.report(clock::monotonic())))
}

/// Why there was no frame.
fn no_frame(report: HealthReport) -> String {
    let camera = report.last_problem.filter(|_| !report.connected);
    let reason = camera.map_or("it is busy, or delivers none".into(), |problem| format!("it is lost: {problem}"));
    let wait = SNAPSHOT_WAIT.as_secs();
    format!("the camera gave no frame in {wait} s: {reason}")
}

/// An answer that tells what is wrong.
pub(super) fn problem(status: StatusCode, reason: &str) -> Response {
    #[derive(Serialize)]
    struct Problem<'a> {
        error: &'a str,
    }
    json(status, &Problem { error: reason })
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).expect("it has text for keys, and is written to memory");
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::super::super::Health;
    use super::*;

    #[test]
    fn without_a_frame_the_reason_is_told() {
        let health = Health::new(Duration::ZERO);
        health.lost("unplugged".into());
        assert_eq!(no_frame(health.report(Duration::ZERO)), "the camera gave no frame in 2 s: it is lost: unplugged");
        health.frame(Duration::ZERO);
        let busy = "the camera gave no frame in 2 s: it is busy, or delivers none";
        assert_eq!(no_frame(health.report(Duration::ZERO)), busy);
    }
}

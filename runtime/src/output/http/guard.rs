//! Who is let in, and what every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::page::problem;
use super::{Site, Token};

/// Lets a request through, or says why not.
pub(super) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&site, &request) {
        Some(response) => response,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Web pages of others cannot read an answer, for want of CORS; nor may they show the camera's picture.
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

/// Why a request is not let through.
fn refusal(site: &Site, request: &Request) -> Option<Response> {
    let headers = request.headers();
    if site.access.is_local && !names_this_machine(headers) {
        let reason = "this is served to the machine itself: ask for localhost, 127.0.0.1 or [::1]";
        return Some(problem(StatusCode::MISDIRECTED_REQUEST, reason));
    }
    if site.access.token.as_ref().is_some_and(|token| !is_shown(token, request.uri(), headers)) {
        let reason = "show the token, as `Authorization: Bearer TOKEN` or `?token=TOKEN`";
        let ask = [(WWW_AUTHENTICATE, "Bearer")];
        return Some((ask, problem(StatusCode::UNAUTHORIZED, reason)).into_response());
    }
    let has_body = headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    if has_body || headers.contains_key(TRANSFER_ENCODING) {
        let close = [(CONNECTION, "close")];
        return Some((close, problem(StatusCode::PAYLOAD_TOO_LARGE, "send no body")).into_response());
    }
    None
}

/// Whether the host that is asked for is a name of the loopback, at whatever port: it may be forwarded.
///
/// A web page elsewhere can have its own name lead here, and its scripts may then read what they get under it.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[derive(Deserialize)]
struct Shown {
    token: Option<String>,
}

/// Whether a request shows the token, in a header or in its address.
fn is_shown(token: &Token, uri: &Uri, headers: &HeaderMap) -> bool {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.split_once(' '));
    if let Some((scheme, shown)) = bearer {
        return scheme.eq_ignore_ascii_case("bearer") && token.is(shown.trim());
    }
    let query = Query::<Shown>::try_from_uri(uri);
    query.is_ok_and(|Query(query)| query.token.is_some_and(|shown| token.is(&shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_loopback_are_this_machine() {
        let names = |host: &str| {
            let host = HeaderValue::from_str(host).unwrap();
            names_this_machine(&HeaderMap::from_iter([(HOST, host)]))
        };
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]", "[::1]:8080"] {
            assert!(names(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "a:localhost"]
        {
            assert!(!names(host), "{host}");
        }
        assert!(!names_this_machine(&HeaderMap::new()));
    }
}

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use proptest::prelude::*;
use tower::ServiceExt;

use super::super::tests::{block_on, line, numbers, sources};
use super::super::{OutputOptions, Outputs, Phase, StdoutOptions, tests::event};
use super::*;

const TOKEN: &str = "0123456789abcdef";

fn site(token: Option<&str>, is_local: bool) -> Arc<Site> {
    let token = token.map(|token| Token::new(token).unwrap());
    Arc::new(Site::new(sources(), 100, Arc::default(), Access { token, is_local }))
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header("host", "localhost:8080")
}

fn ask(site: &Arc<Site>, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    block_on(async {
        let response = page::router(Arc::clone(site)).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
    })
}

fn body(site: &Arc<Site>, path: &str) -> (StatusCode, String) {
    let (status, _, body) = ask(site, get(path).body(Body::empty()).unwrap());
    (status, body)
}

#[test]
fn health_is_503_until_frames_come() {
    let site = site(None, true);
    let (status, text) = body(&site, "/healthz");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains(r#""connected":false"#) && text.contains(r#""version":""#), "{text}");
    site.sources.health.frame(crate::clock::monotonic());
    assert_eq!(body(&site, "/healthz").0, StatusCode::OK);
}

#[test]
fn every_answer_has_the_headers_of_safety() {
    let site = site(None, true);
    for path in ["/healthz", "/nothing"] {
        let (_, headers, _) = ask(&site, get(path).body(Body::empty()).unwrap());
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(!headers.contains_key("access-control-allow-origin"));
    }
}

#[test]
fn metrics_have_their_type() {
    let (status, headers, text) = ask(&site(None, true), get("/metrics").body(Body::empty()).unwrap());
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(text.contains("process_resident_memory_bytes "), "{text}");
}

#[test]
fn readings_are_the_last_ones_with_the_newest_last() {
    let site = site(None, true);
    numbers(150).for_each(|id| site.ring.push(line(id)));
    let ids = |path| {
        let (status, text) = body(&site, path);
        let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        (status, all.len(), all.last().map_or(0, |event| event["id"].as_u64().unwrap()))
    };
    assert_eq!(ids("/readings"), (StatusCode::OK, 100, 150));
    assert_eq!(ids("/readings?limit=2"), (StatusCode::OK, 2, 150));
    assert_eq!(ids("/readings?limit=0"), (StatusCode::OK, 0, 0));
    assert_eq!(body(&site, "/readings?limit=x").0, StatusCode::BAD_REQUEST);
}

#[test]
fn a_stream_goes_on_after_the_last_event_that_the_client_had() {
    let site = site(None, true);
    numbers(5).for_each(|id| site.ring.push(line(id)));
    site.ring.enter(Phase::Draining);
    let stream = |last: &str| {
        let request = get("/readings").header("accept", "text/event-stream").header("last-event-id", last);
        let (_, headers, text) = ask(&site, request.body(Body::empty()).unwrap());
        assert_eq!(headers["content-type"], "text/event-stream");
        text.lines().filter(|line| line.starts_with("id: ")).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(stream("b007-3"), ["id: b007-4", "id: b007-5"]);
    assert_eq!(stream("b007-5"), [""; 0]);
    assert_eq!(stream("of another start-5").len(), 5);
    assert_eq!(body(&site, "/readings/stream").1, ":\n\n", "without an event it knows, it gets those from now on");
    assert_eq!(site.tally.delivered.get(), 7);
}

#[test]
fn streams_are_limited_so_that_other_requests_are_answered() {
    let site = site(None, true);
    let _all = Arc::clone(&site.streams).try_acquire_many_owned(u32::try_from(site::STREAMS_MAX).unwrap()).unwrap();
    assert_eq!(body(&site, "/readings/stream").0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body(&site, "/readings").0, StatusCode::OK);
}

#[test]
fn a_picture_is_the_next_frame() {
    let site = site(None, true);
    let snapshot = Arc::clone(&site.sources.snapshot);
    assert!(!snapshot.is_wanted());
    let reading = std::thread::spawn(move || {
        while !snapshot.is_wanted() {
            std::thread::yield_now();
        }
        snapshot.put(b"jpeg".to_vec());
        assert!(!snapshot.is_wanted());
    });
    let (status, headers, text) = ask(&site, get("/snapshot.jpg").body(Body::empty()).unwrap());
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap(), text.as_str()),
        (StatusCode::OK, "image/jpeg", "jpeg")
    );
    reading.join().unwrap();
}

#[test]
fn every_path_asks_for_the_token() {
    let site = site(Some(TOKEN), false);
    let status = |path: &str, header: &str| {
        let request = Request::get(path).header("authorization", header);
        ask(&site, request.body(Body::empty()).unwrap()).0
    };
    for path in ["/healthz", "/metrics", "/readings", "/readings/stream", "/snapshot.jpg", "/nothing"] {
        assert_eq!(status(path, "Bearer 0123456789abcdeF"), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(status("/metrics", &format!("Bearer {TOKEN}")), StatusCode::OK);
    assert_eq!(status("/metrics", &format!("bearer {TOKEN}")), StatusCode::OK);
    assert_eq!(status("/metrics", &format!("Basic {TOKEN}")), StatusCode::UNAUTHORIZED);
    let (status, headers, _) = ask(&site, Request::get("/metrics").body(Body::empty()).unwrap());
    assert_eq!((status, headers["www-authenticate"].to_str().unwrap()), (StatusCode::UNAUTHORIZED, "Bearer"));
    assert_eq!(body(&site, &format!("/readings?limit=1&token={TOKEN}")).0, StatusCode::OK);
    assert_eq!(body(&site, "/readings?token=").0, StatusCode::UNAUTHORIZED);
}

#[test]
fn a_web_page_under_another_name_gets_nothing() {
    let site = site(None, true);
    let request = Request::get("/readings").header("host", "evil.example:8080").body(Body::empty()).unwrap();
    assert_eq!(ask(&site, request).0, StatusCode::MISDIRECTED_REQUEST);
}

#[test]
fn bodies_and_other_methods_are_refused() {
    let site = site(None, true);
    let with_body = get("/readings").header("content-length", "3").body(Body::from("abc")).unwrap();
    assert_eq!(ask(&site, with_body).0, StatusCode::PAYLOAD_TOO_LARGE);
    let post = Request::post("/readings").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(ask(&site, post).0, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn an_address_off_the_loopback_needs_a_token() {
    let options = |listen: &str, token: Option<&str>| HttpOptions {
        listen: listen.parse().unwrap(),
        token: token.map(Into::into),
        ..HttpOptions::default()
    };
    for listen in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
        let error = options(listen, None).check().unwrap_err();
        assert!(matches!(error, OutputError::NoToken { .. }), "{error}");
        assert!(options(listen, Some(TOKEN)).check().is_ok());
    }
    for listen in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
        assert!(options(listen, None).check().is_ok(), "{listen}");
    }
    for token in ["short", "with blanks in it and more", ""] {
        assert!(matches!(options("127.0.0.1:80", Some(token)).check(), Err(OutputError::Token { .. })), "{token}");
    }
}

#[test]
fn a_token_may_be_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let options = HttpOptions { token_file: Some(path.clone()), ..HttpOptions::default() };
    assert!(options.check().is_ok());
    assert!(matches!(options.token(), Err(OutputError::TokenFile { .. })));
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(options.token().unwrap().is_some_and(|token| token.is(TOKEN) && !token.is("")));
    let both = HttpOptions { token: Some(TOKEN.into()), ..options };
    assert!(matches!(both.check(), Err(OutputError::TwoTokens)));
}

#[test]
fn events_come_over_a_real_connection() {
    let http = HttpOptions { listen: "127.0.0.1:0".parse().unwrap(), ..HttpOptions::default() };
    let stdout = StdoutOptions { enabled: false, raw: false };
    let outputs =
        Outputs::start(&OutputOptions { stdout, http: Some(http), ..OutputOptions::default() }, sources()).unwrap();
    let mut client = BufReader::new(TcpStream::connect(outputs.http_address().unwrap()).unwrap());
    client.get_ref().set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    client.get_mut().write_all(b"GET /readings/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut read_to = |wanted: &str| {
        let mut got = String::new();
        while !got.contains(wanted) {
            assert!(client.read_line(&mut got).unwrap() > 0, "{got}");
        }
        got
    };
    // The comment says that the stream has begun.
    let head = read_to("\n:\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    outputs.publish(&event(7));
    let got = read_to("data: ");
    assert!(got.contains("id: b007-7\n") && got.contains(r#"data: {"id":7,"#), "{got}");
    outputs.finish(Duration::from_mins(1));
    assert!(read_to("0\r\n").ends_with("0\r\n"), "the body is ended properly");
}

#[test]
fn a_connection_can_be_served_from_memory() {
    let serve = |bytes: &[u8]| serve_bytes(&HttpOptions::default(), sources(), bytes).unwrap();
    let answer = String::from_utf8(serve(b"GET /readings HTTP/1.1\r\nHost: localhost\r\n\r\n")).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("[]"), "{answer}");
    assert!(serve(b"\0\x01 nonsense\r\n\r\n").starts_with(b"HTTP/1.1 400 "));
    assert!(serve(b"").is_empty());
    let head = [b"GET / HTTP/1.1\r\nHost: ".as_slice(), &vec![b'a'; 100_000]].concat();
    assert!(serve(&head).starts_with(b"HTTP/1.1 431 "));
    serve(b"GET /readings/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

#[test]
fn requests_that_wait_end_with_the_program_whatever_comes_behind_them() {
    for path in ["/readings/stream", "/snapshot.jpg"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = serve_bytes(&HttpOptions::default(), sources(), request.repeat(1500).as_bytes()).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 "));
    }
    let site = site(None, true);
    site.ring.enter(Phase::Draining);
    let (status, text) = body(&site, "/snapshot.jpg");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains("the program is ending"), "{text}");
}

proptest! {
    #[test]
    fn any_bytes_get_a_proper_answer_or_none(
        method in "GET|HEAD|POST|[A-Z ]{0,4}",
        path in "/(readings|readings/stream|healthz|metrics|[ -~]{0,9})(\\?(limit|token)=[ -~]{0,9})?",
        header in "(Host|Accept|Authorization|Content-Length|Transfer-Encoding|Last-Event-ID): [ -~]{0,20}",
        rest in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
        let answer = serve_bytes(&HttpOptions::default(), sources(), &[head.as_bytes(), &rest].concat()).unwrap();
        prop_assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 "));
    }
}

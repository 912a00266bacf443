use std::future::Future;
use std::io::Read;
use std::net::TcpStream;

use serde_json::Value;

use super::*;
use crate::clock;
use crate::event::{EventTime, Left, LineReading, Number, Rejected};
use crate::lines::Quad;
use crate::telemetry::prometheus;

/// The event with this number, as a label that left.
pub(crate) fn event(id: u64) -> Event {
    let kind = Kind::Left(Left { region: None, track: 1, text: "A1".into(), seen_ms: 1.0 });
    let time = EventTime { monotonic_ms: 1.0, time: "t".into(), time_synchronized: true };
    Event { number: Number::Id(id), boot: "b007".into(), time, age_ms: 1.0, kind }
}

/// A rejected reading with this number.
pub(crate) fn rejected(id: u64) -> Event {
    let line = LineReading {
        region: None,
        track: 1,
        text: "A1".into(),
        confidence: 0.5,
        characters: Vec::new(),
        quad: Quad([[0.0; 2]; 4]),
        frame: 1,
        model: "m".into(),
    };
    let kind = Kind::Rejected(Rejected { line, rule: "pattern", reason: "r".into() });
    Event { number: Number::RejectedId(id), kind, ..event(id) }
}

/// The event with this number, as outputs write it.
pub(super) fn line(id: u64) -> Line {
    Line::new(&event(id))
}

/// The numbers from 1 to `last`.
pub(super) fn numbers(last: u64) -> impl Iterator<Item = u64> {
    1..=last
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What outputs show, of a program that has just started.
pub(super) fn sources() -> Sources {
    let health = Arc::new(Health::new(clock::monotonic()));
    Sources { health, snapshot: Arc::default(), metrics: Vec::new() }
}

/// All outputs in a folder, but for standard output, which belongs to the tests.
fn options(folder: &tempfile::TempDir) -> OutputOptions {
    let at = |name| folder.path().join(name);
    let http = HttpOptions { listen: "127.0.0.1:0".parse().unwrap(), ..HttpOptions::default() };
    OutputOptions {
        stdout: StdoutOptions { enabled: false, raw: false },
        socket: Some(SocketOptions { path: at("socket"), ..SocketOptions::default() }),
        file: Some(FileOptions { path: at("readings.jsonl"), raw: true, ..FileOptions::default() }),
        http: Some(http),
    }
}

#[test]
fn every_output_gets_what_it_wants_once_and_counts_it() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = Outputs::start(&options(&folder), sources()).unwrap();
    let address = outputs.http_address().unwrap();
    assert_ne!(address.port(), 0);
    outputs.publish(&event(1));
    outputs.publish(&rejected(1));
    outputs.publish(&event(2));
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET /readings HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    outputs.finish(Duration::from_mins(1));
    let file = std::fs::read_to_string(folder.path().join("readings.jsonl")).unwrap();
    assert_eq!(
        ids(&file.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()),
        [("id", 1), ("rejected_id", 1), ("id", 2)]
    );
    let array = answer.rsplit_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        ids(&serde_json::from_str::<Vec<_>>(array).unwrap()),
        [("id", 1), ("id", 2)],
        "rejected ones are for those who ask for them"
    );
    assert!(!folder.path().join("socket").exists());
}

/// The numbers of events.
fn ids(events: &[Value]) -> Vec<(&str, u64)> {
    let number = |event| ["id", "rejected_id"].iter().find_map(|&key| Some((key, Value::get(event, key)?.as_u64()?)));
    events.iter().map(|event| number(event).unwrap()).collect()
}

#[test]
fn what_is_delivered_and_lost_is_shown_by_output() {
    let tallies = Tallies::default();
    tallies.add("file").delivered.add(2);
    tallies.add("socket").lost.add(3);
    let text = prometheus::exposition(&[Arc::new(tallies)]);
    for sample in
        [r#"labelcam_output_delivered_total{output="file"} 2"#, r#"labelcam_output_lost_total{output="socket"} 3"#]
    {
        assert!(text.lines().any(|line| line == sample), "{text}");
    }
}

#[test]
fn absent_sections_are_off_but_for_standard_output() {
    let options: OutputOptions = toml::from_str("").unwrap();
    assert_eq!((options.stdout.enabled, &options.socket, &options.file, &options.http), (true, &None, &None, &None));
    let options: OutputOptions = toml::from_str(
        "[stdout]\nenabled = false\n[socket]\nmode = 0o600\n[file]\nmax-bytes = 100000\nsync = 'each'\n[http]\nlisten = '[::1]:80'",
    )
    .unwrap();
    assert!(!options.stdout.enabled && options.check().is_ok());
    assert_eq!(options.socket.unwrap().mode, 0o600);
    assert_eq!(options.file.unwrap().max_bytes, 100_000);
    assert!(options.http.unwrap().listen.is_ipv6());
    assert!(toml::from_str::<OutputOptions>("[htpp]\n").is_err());
}

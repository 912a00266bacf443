use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as Client;
use std::time::Instant;

use super::super::tests::{line, numbers};
use super::*;

fn options(folder: &tempfile::TempDir) -> SocketOptions {
    SocketOptions { path: folder.path().join("s"), ..SocketOptions::default() }
}

fn started(options: &SocketOptions) -> (Running, Arc<Tally>) {
    let tally = Arc::new(Tally::default());
    (start(options, Arc::clone(&tally)).unwrap(), tally)
}

/// Ends an output that has nothing left to do.
fn end(running: &Running) {
    running.buffer.enter(Phase::Draining);
    running.ended.wait_until(Instant::now() + Duration::from_mins(1));
}

/// A client that the output has taken: it has read one line, which was pushed until it came.
fn client(options: &SocketOptions, running: &Running) -> BufReader<Client> {
    loop {
        let mut client = BufReader::new(Client::connect(&options.path).unwrap());
        client.get_ref().set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let mut first = String::new();
        while client.read_line(&mut first).is_err() {
            running.buffer.push(line(1));
        }
        // Without a line it was turned away, as long as the one before is not seen to be gone.
        if !first.is_empty() {
            client.get_ref().set_read_timeout(Some(Duration::from_mins(1))).unwrap();
            return client;
        }
    }
}

/// The lines with these numbers, up to the end.
fn rest(mut client: BufReader<Client>) -> String {
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    rest
}

fn text(ids: impl Iterator<Item = u64>) -> String {
    ids.map(|id| String::from_utf8(line(id).bytes().to_vec()).unwrap()).collect()
}

#[test]
fn clients_get_what_comes_after_they_connected_and_all_of_it_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let (running, _) = started(&options);
    let clients = [client(&options, &running), client(&options, &running)];
    numbers(50).for_each(|id| running.buffer.push(line(id + 1)));
    end(&running);
    for client in clients {
        let rest = rest(client);
        assert!(rest.ends_with(&text(numbers(50).map(|id| id + 1))), "{rest}");
    }
    assert!(!options.path.exists(), "the socket is removed at the end");
}

#[test]
fn a_client_that_stops_reading_delays_nobody_and_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let (running, tally) = started(&options);
    let slow = client(&options, &running);
    let mut quick = client(&options, &running);
    // The slow one's socket takes some of it, its place in the ring 1024 more; the quick one is waited for.
    let mut id = 1;
    while tally.lost.get() == 0 {
        id += 1;
        running.buffer.push(line(id));
        let mut read = String::new();
        while read.is_empty() || read == text(1..=1) {
            read.clear();
            quick.read_line(&mut read).unwrap();
        }
        assert_eq!(read, text(id..=id));
        assert!(id < 100_000, "it is never disconnected");
    }
    assert!(tally.lost.get() > EVENTS_MAX as u64, "what was between its place and the newest");
    let got = rest(slow).lines().filter(|line| line.ends_with('}')).count() as u64;
    assert!(got > 0 && got < id);
    end(&running);
    assert_eq!(rest(quick), "");
}

#[test]
fn a_client_that_goes_makes_room_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let (running, tally) = started(&options);
    for _ in 0..2 * CLIENTS_MAX {
        drop(client(&options, &running));
    }
    end(&running);
    assert_eq!(tally.lost.get(), 0, "who goes has lost nothing");
}

#[test]
fn the_socket_of_a_dead_process_is_replaced_and_has_the_permissions_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let options = SocketOptions { mode: 0o600, ..options(&folder) };
    drop(UnixListener::bind(&options.path).unwrap());
    assert!(options.path.exists());
    let (running, _) = started(&options);
    assert_eq!(fs::metadata(&options.path).unwrap().permissions().mode() & 0o777, 0o600);
    end(&running);
}

#[test]
fn the_socket_of_a_living_process_is_left_to_it_and_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let (running, _) = started(&options);
    let error = start(&options, Arc::default()).unwrap_err().to_string();
    assert!(error.contains(&format!("process {} (", std::process::id())), "{error}");
    assert!(options.path.exists());
    end(&running);
}

#[test]
fn a_file_that_is_no_socket_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    fs::write(&options.path, "precious").unwrap();
    let error = start(&options, Arc::default()).unwrap_err();
    assert!(matches!(error, OutputError::NoSocket { .. }), "{error}");
    assert_eq!(fs::read(&options.path).unwrap(), b"precious");
}

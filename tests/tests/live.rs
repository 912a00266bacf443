//! `labelcam run`: from frames to readings that one can act on, and what happens to it meanwhile.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use crate::cli;
use crate::watcher::{FRAMES, REGION, Watcher, configure, frame, texts, write_frames};

/// Frames in a folder, once and none left out.
fn files(folder: &Path) -> String {
    format!("[files]\npath = \"{}\"\nrate = 0.0\nrepeat = false\n", folder.join("frames").display())
}

/// Each of these numbers several times in a row.
fn shown(numbers: &[usize], times: usize) -> Vec<usize> {
    numbers.iter().flat_map(|&number| vec![number; times]).collect()
}

#[test]
fn each_label_before_a_region_is_reported_once_with_all_that_one_needs_to_know() {
    let folder = tempfile::tempdir().unwrap();
    let labels: Vec<usize> = (0..FRAMES).collect();
    let written = write_frames(&folder.path().join("frames"), shown(&labels, 5));
    let config = files(folder.path()) + REGION;
    let ended = Watcher::start(folder.path(), &config).end();
    assert_eq!((ended.code, ended.told.as_str()), (Some(0), ""));
    let expected: Vec<_> = written.chunks(5).map(|label| label[0].clone()).collect();
    assert_eq!(texts(&ended.events, "reading"), expected);
    let ids: Vec<_> = ended.events.iter().map(|event| event["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "events are numbered without gaps");
    let reading = ended.events.iter().find(|event| event["event"] == "reading").unwrap();
    for key in [
        "boot",
        "monotonic_ms",
        "time",
        "time_synchronized",
        "age_ms",
        "region",
        "track",
        "confidence",
        "characters",
        "quad",
        "frame",
        "model",
        "votes",
    ] {
        assert!(!reading[key].is_null(), "{key} is missing in {reading}");
    }
    assert_eq!(reading["region"], "label");
    assert_eq!(reading["votes"], serde_json::json!({ "agree": 5, "of": 5 }));
    assert_eq!(reading["frame"], 4, "the fifth frame is the first that five agree in");
    // The last label is there until the end.
    assert_eq!(ended.events.last().unwrap()["event"], "left");
}

#[test]
fn a_text_that_breaks_a_rule_is_kept_apart_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    write_frames(&folder.path().join("frames"), shown(&[0, 1], 5));
    let rules = "[regions.rules]\npattern = \"RM .*\"\n";
    let raw = "[outputs.stdout]\nraw = true\n";
    let ended = Watcher::start(folder.path(), &(files(folder.path()) + REGION + rules + raw)).end();
    assert_eq!(texts(&ended.events, "reading"), ["RM 735.29"]);
    let rejected: Vec<_> = ended.events.iter().filter(|event| event["event"] == "rejected").collect();
    assert_eq!(rejected.len(), 1, "once, not in every frame");
    assert_eq!((&rejected[0]["text"], &rejected[0]["rule"]), (&"AUG 27".into(), &"pattern".into()));
    assert!(rejected[0]["reason"].as_str().unwrap().contains("RM .*"), "{}", rejected[0]);
    // Without being asked for they are not told.
    let ended = Watcher::start(folder.path(), &(files(folder.path()) + REGION + rules)).end();
    assert!(texts(&ended.events, "rejected").is_empty());
}

#[test]
fn sigterm_ends_it_with_all_that_was_accepted_told() {
    let folder = tempfile::tempdir().unwrap();
    write_frames(&folder.path().join("frames"), shown(&[0], 5));
    let config = files(folder.path()).replace("repeat = false", "repeat = true").replace("0.0", "50.0") + REGION;
    let mut watcher = Watcher::start(folder.path(), &config);
    assert_eq!(watcher.event_of("reading")["text"], "AUG 27");
    watcher.signal("TERM");
    let ended = watcher.end();
    assert_eq!(ended.code, Some(0));
    assert_eq!(texts(&ended.events, "left"), ["AUG 27"]);
}

#[test]
fn the_service_manager_hears_that_a_camera_is_tried_that_was_never_there() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut command = cli::program();
    command.env("NOTIFY_SOCKET", &socket);
    let mut watcher = Watcher::start_as(command, folder.path(), "[camera]\ndevice = \"/no/such/camera\"\n");
    assert!(watcher.tells("there is no /no/such/camera").contains("it is tried again until it is there"));
    let event = watcher.event_of("camera");
    assert_eq!(event["connected"], false);
    assert!(event["problem"].as_str().unwrap().contains("labelcam cameras"), "{event}");
    let mut heard = [0; 1000];
    let extension = b"EXTEND_TIMEOUT_USEC=";
    while !heard.starts_with(extension) {
        manager.recv(&mut heard).expect("the start may take longer without a camera");
    }
    watcher.signal("TERM");
    assert_eq!(watcher.end().code, Some(0));
}

#[test]
fn a_configuration_is_read_again_and_a_bad_one_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    write_frames(&folder.path().join("frames"), shown(&[0], 5));
    let config = files(folder.path()).replace("repeat = false", "repeat = true").replace("0.0", "50.0") + REGION;
    let mut watcher = Watcher::start(folder.path(), &config);
    watcher.event_of("reading");
    let path = configure(folder.path(), &config.replace("name", "nmae"));
    watcher.signal("HUP");
    let told = watcher.tells("stays in use");
    let said = watcher.told.join("\n");
    assert!(told.contains("stays in use") && said.contains("unknown field `nmae`"), "{said}");
    // Another name makes other readings; the file itself is watched.
    fs::write(&path, config.replace("\"label\"", "\"shelf\"")).unwrap();
    watcher.tells("read again");
    assert_eq!(watcher.event_of("left")["region"], "label");
    assert_eq!(watcher.event_of("reading")["region"], "shelf");
    watcher.signal("TERM");
    assert_eq!(watcher.end().code, Some(0));
}

#[test]
fn a_region_outside_the_frame_is_told_once_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    write_frames(&folder.path().join("frames"), shown(&[0], 5));
    let outside = "[[regions]]\nname = \"far\"\nrectangle = [200, 10, 200, 20]\n";
    let ended = Watcher::start(folder.path(), &(files(folder.path()) + REGION + outside)).end();
    assert_eq!(texts(&ended.events, "reading"), ["AUG 27"]);
    assert_eq!(
        ended.told,
        "labelcam: region `far`: the corner 400,10 lies outside the picture of 304x30 pixels: move it within"
    );
}

#[test]
fn the_endpoint_tells_health_metrics_readings_and_shows_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    write_frames(&folder.path().join("frames"), shown(&[0], 5));
    let config = files(folder.path()).replace("repeat = false", "repeat = true").replace("0.0", "50.0") + REGION;
    let mut watcher = Watcher::start(folder.path(), &(config + "[outputs.http]\nlisten = \"127.0.0.1:0\"\n"));
    let told = watcher.tells("HTTP at http://");
    let address = told.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    watcher.event_of("reading");
    let get = |path: &str| get(&address, path);
    assert!(get("/healthz").starts_with(b"HTTP/1.1 200"));
    let metrics = String::from_utf8(get("/metrics")).unwrap();
    for name in ["labelcam_capture_frames_total", "labelcam_readings_accepted_total 1", "labelcam_gate_stopped_total"] {
        assert!(metrics.contains(name), "{name} is not in\n{metrics}");
    }
    let readings = String::from_utf8(get("/readings")).unwrap();
    assert!(readings.contains("\"text\":\"AUG 27\""), "{readings}");
    let snapshot = get("/snapshot.jpg");
    let jpeg = snapshot.windows(2).position(|pair| pair == [0xff, 0xd8]).expect("a JPEG picture begins so");
    let picture = labelcam::image::decode(&snapshot[jpeg..]).unwrap();
    let (shown, _) = frame(0);
    assert_eq!((picture.width, picture.height), (shown.width, shown.height));
    watcher.signal("TERM");
    assert_eq!(watcher.end().code, Some(0));
}

fn get(address: &str, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it takes requests");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers and closes");
    answer
}

#[test]
fn what_is_wrong_with_a_configuration_is_told_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let message = |config: &str| {
        let path = configure(folder.path(), config);
        let outcome = cli::run(["config", "check", path.to_str().unwrap()]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{config}");
        let ran = cli::run(["run", "--config", path.to_str().unwrap()]);
        assert_eq!((ran.code, &ran.stderr), (Some(1), &outcome.stderr), "both say the same");
        outcome.stderr
    };
    let region = |more: &str| REGION.to_owned() + more;
    let cases = [
        ("[gates]\nblurr = 1.0\n".to_owned(), "unknown field `blurr`"),
        ("[gates]\nblur = 20.0\n".to_owned(), "in [gates]: `blur` of the gates is 20"),
        ("config-version = 9\n".to_owned(), "`config-version` is 9"),
        ("[files]\npath = \"a\"\n[pipe]\n".to_owned(), "[pipe] and [files] are configured"),
        (region("turn = 45\n"), "region `label` is turned by 45 degrees"),
        (region("allow = \"一\"\n"), "一"),
        (region("[regions.rules]\npattern = \"(\"\n"), "region `label`"),
        (region("[regions.lexicon]\npath = \"/no/such/words\"\n"), "/no/such/words"),
        ("[model]\npath = \"/no/such/model\"\n".to_owned(), "/no/such/model"),
        ("[outputs.http]\nlisten = \"0.0.0.0:8080\"\n".to_owned(), "token"),
    ];
    for (config, part) in cases {
        let message = message(&config);
        assert!(message.contains(part), "{config}\n{message}");
    }
    let missing = cli::run(["run", "--config", "/no/such/file.toml"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("labelcam config default"), "{}", missing.stderr);
}

#[test]
fn the_shipped_configuration_is_one_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = configure(folder.path(), &cli::stdout(["config", "default"]));
    assert_eq!(cli::stdout(["config", "check", path.to_str().unwrap()]), "");
}

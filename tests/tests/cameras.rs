//! `labelcam cameras`, as far as it can be tested without one; tests/vivid has a driver.

use crate::cli;

#[test]
fn no_camera_is_no_failure() {
    let outcome = cli::run(["cameras"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(!outcome.stdout.is_empty() || outcome.stderr.contains("lsusb"), "{}", outcome.stderr);
}

#[test]
fn what_is_no_camera_is_refused_as_what_it_is() {
    for (path, part) in [
        ("/dev/null", "/dev/null is no video device but something without the V4L2 interface"),
        ("/dev", "/dev is no video device but a folder"),
        ("/dev/video-none", "there is no /dev/video-none: plug the camera in"),
    ] {
        let outcome = cli::run(["cameras", path]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
}

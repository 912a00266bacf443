//! What systemd is told: ready, alive, reloading, stopping.
//!
//! The service is ready when the first frame has come, and alive while frames come or the camera is tried again: nothing
//! here has a thread of its own, so that a program that hangs is found out. Until the first frame each attempt at the
//! camera extends the time that the start may take (`TimeoutStartSec=`), so that a board may boot without a camera.
//! `WatchdogSec=` must be more than twice the longest time between two attempts.

use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use sd_notify::NotifyState;

/// How long the start may go on after an attempt at the camera. Attempts are seconds apart.
const START_EXTENSION_US: u32 = 60_000_000;

/// How far apart extensions of the start are at least.
const START_PACE: Duration = Duration::from_secs(5);

/// What shows that the program works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A frame came and was looked at.
    Frame,
    /// The camera was tried again.
    Reconnecting,
}

/// The service manager; without one, everything here does nothing.
#[derive(Debug)]
pub struct Systemd {
    manager: Option<(UnixDatagram, SocketAddr)>,
    pace: Pace,
    status: String,
    /// Whether it was told that the manager cannot be reached.
    is_reported: bool,
}

/// When which signal is due.
#[derive(Debug, Default)]
struct Pace {
    /// Half of the watchdog's time, none without a watchdog.
    half: Option<Duration>,
    is_ready: bool,
    /// When the last signal was given.
    last: Option<Duration>,
}

/// A sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Ready,
    Alive,
    StillStarting,
}

impl Systemd {
    /// The service manager that started this program, by its environment.
    #[must_use]
    pub fn from_environment() -> Self {
        Self::new(std::env::var_os("NOTIFY_SOCKET"), sd_notify::watchdog_enabled())
    }

    /// A manager that listens at `socket` (a path, or a name after `@`) and wants to hear something within `watchdog`.
    #[must_use]
    pub fn new(socket: Option<OsString>, watchdog: Option<Duration>) -> Self {
        let pace = Pace { half: watchdog.map(|time| time / 2), ..Pace::default() };
        let mut systemd = Self { manager: None, pace, status: String::new(), is_reported: false };
        if let Some(socket) = socket {
            match connect(&socket) {
                Ok(manager) => systemd.manager = Some(manager),
                Err(error) => systemd.report(&error),
            }
        }
        systemd
    }

    /// The program made progress at the moment `now` of the monotonic clock. Cheap enough for every frame.
    pub fn progress(&mut self, now: Duration, progress: Progress) {
        let Some(signal) = self.pace.due(now, progress) else { return };
        let state = match signal {
            Signal::Ready => NotifyState::Ready,
            Signal::Alive => NotifyState::Watchdog,
            Signal::StillStarting => NotifyState::ExtendTimeoutUsec(START_EXTENSION_US),
        };
        // One that did not go out is still due.
        if self.send(&[state]) {
            self.pace.given(now, signal);
        }
    }

    /// Shows a line of text in `systemctl status`, where it differs from the last.
    pub fn status(&mut self, text: &str) {
        let text = text.replace(char::is_control, " ");
        if text != self.status && self.send(&[NotifyState::Status(&text)]) {
            self.status = text;
        }
    }

    /// The configuration is being read anew, since the moment `now` of the monotonic clock.
    pub fn reloading(&mut self, now: Duration) {
        let us = i128::try_from(now.as_micros()).unwrap_or(i128::MAX);
        self.send(&[NotifyState::Reloading, NotifyState::MonotonicUsec(us)]);
    }

    /// The configuration was read anew, or stays as it was. A service that was not ready yet is not by this.
    pub fn reloaded(&mut self) {
        if self.pace.is_ready {
            self.send(&[NotifyState::Ready]);
        }
    }

    /// The program is about to end.
    pub fn stopping(&mut self) {
        self.send(&[NotifyState::Stopping]);
    }

    /// Sends a message; false when it did not go out, which is reported the first time.
    fn send(&mut self, states: &[NotifyState<'_>]) -> bool {
        let Some((socket, address)) = &self.manager else { return true };
        let message: String = states.iter().flat_map(|state| [state.to_string(), "\n".to_owned()]).collect();
        match socket.send_to_addr(message.as_bytes(), address) {
            Ok(_) => true,
            Err(error) => {
                self.report(&error);
                false
            }
        }
    }

    fn report(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.is_reported, true) {
            eprintln!(
                "labelcam: cannot tell systemd that all is well ({error}): set NotifyAccess=main and Type=notify"
            );
        }
    }
}

impl Pace {
    fn due(&self, now: Duration, progress: Progress) -> Option<Signal> {
        let is_over = |time: Duration| self.last.is_none_or(|last| now.saturating_sub(last) >= time);
        match (self.is_ready, progress) {
            (false, Progress::Frame) => Some(Signal::Ready),
            (false, Progress::Reconnecting) => is_over(START_PACE).then_some(Signal::StillStarting),
            (true, _) => self.half.filter(|&half| is_over(half)).map(|_| Signal::Alive),
        }
    }

    fn given(&mut self, now: Duration, signal: Signal) {
        self.last = Some(now);
        self.is_ready |= signal == Signal::Ready;
    }
}

/// A socket that never waits for the manager, and the manager's address.
fn connect(name: &OsString) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    Ok((socket, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A manager with a watchdog of ten seconds, and what it hears.
    fn managed() -> (Systemd, UnixDatagram, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        manager.set_nonblocking(true).unwrap();
        (Systemd::new(Some(path.into()), Some(10 * SECOND)), manager, folder)
    }

    fn heard(manager: &UnixDatagram) -> Option<String> {
        let mut message = [0; 1000];
        let length = manager.recv(&mut message).ok()?;
        Some(String::from_utf8(message[..length].to_vec()).unwrap())
    }

    #[test]
    fn it_is_ready_with_the_first_frame_and_alive_at_half_of_the_watchdogs_time() {
        let (mut systemd, manager, _folder) = managed();
        let mut at = |second: u32, progress| {
            systemd.progress(second * SECOND, progress);
            heard(&manager)
        };
        assert_eq!(at(1, Progress::Reconnecting).as_deref(), Some("EXTEND_TIMEOUT_USEC=60000000\n"));
        assert_eq!(at(5, Progress::Reconnecting), None);
        assert_eq!(at(6, Progress::Frame).as_deref(), Some("READY=1\n"));
        assert_eq!(at(10, Progress::Frame), None);
        assert_eq!(at(11, Progress::Frame).as_deref(), Some("WATCHDOG=1\n"));
        assert_eq!(at(15, Progress::Reconnecting), None);
        assert_eq!(at(40, Progress::Reconnecting).as_deref(), Some("WATCHDOG=1\n"));
    }

    #[test]
    fn a_signal_that_did_not_go_out_is_given_with_the_next_progress() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let mut systemd = Systemd::new(Some(path.clone().into()), None);
        systemd.progress(SECOND, Progress::Frame);
        let manager = UnixDatagram::bind(&path).unwrap();
        manager.set_nonblocking(true).unwrap();
        systemd.progress(SECOND, Progress::Frame);
        assert_eq!(heard(&manager).as_deref(), Some("READY=1\n"));
        systemd.progress(99 * SECOND, Progress::Frame);
        assert_eq!(heard(&manager), None, "there is no watchdog");
    }

    #[test]
    fn reloading_stopping_and_status_are_told() {
        let (mut systemd, manager, _folder) = managed();
        systemd.reloaded();
        assert_eq!(heard(&manager), None, "it is not ready by a reload");
        systemd.progress(SECOND, Progress::Frame);
        systemd.reloading(2 * SECOND);
        systemd.reloaded();
        systemd.status("lost:\ncamera");
        systemd.status("lost:\ncamera");
        systemd.stopping();
        let all: Vec<_> = std::iter::from_fn(|| heard(&manager)).collect();
        let reloading = "RELOADING=1\nMONOTONIC_USEC=2000000\n";
        assert_eq!(all, ["READY=1\n", reloading, "READY=1\n", "STATUS=lost: camera\n", "STOPPING=1\n"]);
    }

    #[test]
    fn without_a_manager_nothing_happens() {
        let mut systemd = Systemd::new(None, None);
        systemd.progress(SECOND, Progress::Frame);
        systemd.stopping();
        assert!(systemd.pace.is_ready);
    }

    #[test]
    fn a_manager_may_have_an_abstract_name() {
        let name = format!("@labelcam-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name[1..]).unwrap();
        let manager = UnixDatagram::bind_addr(&address).unwrap();
        Systemd::new(Some(name.into()), None).stopping();
        assert_eq!(heard(&manager).as_deref(), Some("STOPPING=1\n"));
    }
}

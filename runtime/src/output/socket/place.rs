//! The socket's place in the file system.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::net::sockopt::socket_peercred;

use super::OutputError;

/// A socket file of ours, removed when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// Device and number of the file, to know it again.
    identity: (u64, u64),
}

impl Place {
    /// Makes the socket, in place of one that nobody listens at any more.
    ///
    /// It is made beside its path and then renamed, so that nobody finds it before it has its permissions.
    pub(super) fn take(path: &Path, mode: u32) -> Result<(Self, UnixListener), OutputError> {
        refuse_taken(path)?;
        let failed = |source| OutputError::Socket { path: path.to_owned(), source };
        let mut partial = path.as_os_str().to_owned();
        partial.push(".new");
        let partial = PathBuf::from(partial);
        // Of a start that was cut short; any error shows at once, in the next call.
        let _ = fs::remove_file(&partial);
        let listener = UnixListener::bind(&partial).map_err(failed)?;
        fs::set_permissions(&partial, Permissions::from_mode(mode)).map_err(failed)?;
        let identity = identity(&partial).map_err(failed)?;
        fs::rename(&partial, path).map_err(failed)?;
        Ok((Self { path: path.to_owned(), identity }, listener))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Another process may have taken the place meanwhile; that what is there cannot be removed harms nobody.
        if identity(&self.path).is_ok_and(|there| there == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Fails where there is something else than the socket of a dead process.
fn refuse_taken(path: &Path) -> Result<(), OutputError> {
    let failed = |source| OutputError::Socket { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(there) if !there.file_type().is_socket() => return Err(OutputError::NoSocket { path: path.to_owned() }),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(stream) => Err(OutputError::SocketInUse { path: path.to_owned(), owner: owner(&stream) }),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// The process at the other end, with its name where that can be known.
fn owner(stream: &UnixStream) -> String {
    let Ok(peer) = socket_peercred(stream) else { return "another process".to_owned() };
    let pid = peer.pid.as_raw_nonzero();
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!("process {pid} ({})", name.trim())
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|there| (there.dev(), there.ino()))
}

//! What can be wrong with outputs.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why outputs cannot start.
#[derive(Debug, Error)]
pub enum OutputError {
    /// A number out of its range.
    #[error("{name} is {found}: choose {wanted}")]
    Value {
        /// The option's name, with its sections.
        name: &'static str,
        /// The value.
        found: u64,
        /// What it may be.
        wanted: &'static str,
    },
    /// A path without a file name.
    #[error("{name} is {path:?}: write the path of a file, such as {example}")]
    Path {
        /// The option's name, with its sections.
        name: &'static str,
        /// The value.
        path: PathBuf,
        /// One that would do.
        example: &'static str,
    },
    /// The Unix socket cannot be made.
    #[error(
        "cannot listen at the socket {path}: its folder must exist and be writable, and the path be short (108 bytes)"
    )]
    Socket {
        /// The socket's path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The Unix socket is another process's, and that process lives.
    #[error("{owner} listens at the socket {path}: stop it (`kill` or `systemctl stop`), or set outputs.socket.path")]
    SocketInUse {
        /// The socket's path.
        path: PathBuf,
        /// The process.
        owner: String,
    },
    /// There is something else where the socket is to be.
    #[error("{path} exists and is no socket: move it away, or set outputs.socket.path")]
    NoSocket {
        /// The socket's path.
        path: PathBuf,
    },
    /// The HTTP address cannot be had.
    #[error(
        "cannot listen at {address}: another program has the port (`ss -ltnp`), or the machine lacks the address; set outputs.http.listen"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Others on the network could read everything.
    #[error(
        "outputs.http.listen is {address}, which other machines reach: set a token or token-file, or listen at 127.0.0.1 or [::1]"
    )]
    NoToken {
        /// The address.
        address: SocketAddr,
    },
    /// Two tokens.
    #[error("outputs.http has both token and token-file: leave one out")]
    TwoTokens,
    /// A token that is too short or cannot be sent.
    #[error("the token of outputs.http has {length} characters: it needs {min} to {max} of A-Z a-z 0-9 - . _ ~ (`openssl rand -hex 16`)", min = super::http::TOKEN_MIN, max = super::http::TOKEN_MAX)]
    Token {
        /// Its characters.
        length: usize,
    },
    /// The token file cannot be read.
    #[error("cannot read outputs.http.token-file {path}: it must exist and be readable by this user")]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A thread cannot be started.
    #[error("cannot start the thread of the output {name}: the system has no room for another")]
    Thread {
        /// The output.
        name: &'static str,
        /// Why.
        source: io::Error,
    },
}

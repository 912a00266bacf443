//! What clients prove with that they may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::OutputError;

/// Shorter ones can be guessed.
pub(in super::super) const TOKEN_MIN: usize = 16;

/// Longer ones are a mistake, such as another file.
pub(in super::super) const TOKEN_MAX: usize = 256;

/// A token, as its digest: two digests are compared in a time that depends neither on the token nor on its length.
pub(super) struct Token([u8; 32]);

impl Token {
    /// Checks that a token is long enough, and can be in a header and an address as it is.
    pub(super) fn new(token: &str) -> Result<Self, OutputError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(TOKEN_MIN..=TOKEN_MAX).contains(&token.len()) || !token.bytes().all(is_plain) {
            return Err(OutputError::Token { length: token.chars().count() });
        }
        Ok(Self(Sha256::digest(token).into()))
    }

    /// Reads a token from a file, without the blanks and line ends around it.
    pub(super) fn read(path: &Path) -> Result<Self, OutputError> {
        let failed = |source| OutputError::TokenFile { path: path.to_owned(), source };
        let text = fs::read_to_string(path).map_err(failed)?;
        if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o004 != 0 {
            eprintln!("labelcam: everybody on this machine can read the token in {0}: chmod 600 {0}", path.display());
        }
        Self::new(text.trim())
    }

    /// Whether `shown` is the token.
    pub(super) fn is(&self, shown: &str) -> bool {
        let shown = Sha256::digest(shown);
        self.0.iter().zip(shown).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

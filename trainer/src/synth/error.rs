//! What can go wrong before the first line is rendered.

use std::path::PathBuf;

/// Errors of loading fonts and words, or of setting up a renderer.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The font folder holds no usable face.
    #[error("no usable fonts found in {}: run scripts/synth-assets.sh", .0.display())]
    NoFonts(PathBuf),
    /// The word list is missing or has no word of the alphabet.
    #[error("no word list in {}: run scripts/synth-assets.sh", .0.display())]
    NoWords(PathBuf),
    /// A folder or file cannot be read.
    #[error("cannot read {}: {source}: check that it exists and is readable", .path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The alphabet has no character that any font can draw.
    #[error("no loaded font draws any character of the alphabet: check the alphabet setting")]
    NoCharacters,
}

//! What counts as the same line, and what it takes to believe it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::page::CONFIDENCE_MIN;
use crate::vote::WINDOW_MAX;

/// How lines are followed and voted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrackOptions {
    /// How many of a line's last readings are looked at together, 1 to 15.
    pub window: usize,
    /// How many of them must have exactly the same text, 1 to `window`.
    pub agree: usize,
    /// The least confidence of the text they vote for, 0 to 1.
    pub confidence_min: f32,
    /// Readings of less confidence are none, 0 to 1.
    pub reading_min: f32,
    /// A line that is not seen for so many milliseconds has left, from 0.
    pub leave_ms: u64,
    /// How far a line may be from where it is expected, in heights of the line, above 0.
    pub distance_max: f32,
    /// The most lines that are followed at a time, 1 to 1024.
    pub tracks_max: usize,
}

impl Default for TrackOptions {
    fn default() -> Self {
        Self {
            window: 7,
            agree: 5,
            confidence_min: 0.995,
            reading_min: CONFIDENCE_MIN,
            leave_ms: 1000,
            distance_max: 1.6,
            tracks_max: 64,
        }
    }
}

/// The most lines that may be followed at a time: each takes some 35 KB.
const TRACKS_MAX: usize = 1024;

/// An option that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum TrackOptionsError {
    /// The window is too small or too large.
    #[error("window is {0} readings: 1 to {WINDOW_MAX} can be looked at together")]
    Window(usize),
    /// More readings must agree than are looked at, or none.
    #[error("agree is {agree} readings of a window of {window}: say 1 to {window}")]
    Agree {
        /// Readings that must agree.
        agree: usize,
        /// Readings that are looked at.
        window: usize,
    },
    /// A confidence that is none.
    #[error("{option} is {value}: a confidence is from 0 to 1")]
    Confidence {
        /// The option's name.
        option: &'static str,
        /// Its value.
        value: f32,
    },
    /// A distance that is none.
    #[error("distance-max is {0} heights of the line: say more than 0, such as 1.6")]
    Distance(f32),
    /// Too many lines to follow, or none.
    #[error("tracks-max is {0} lines: 1 to {TRACKS_MAX} can be followed at a time")]
    Tracks(usize),
}

impl TrackOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`TrackOptionsError`], for the first that cannot be used.
    pub fn check(&self) -> Result<(), TrackOptionsError> {
        if !(1..=WINDOW_MAX).contains(&self.window) {
            return Err(TrackOptionsError::Window(self.window));
        }
        if !(1..=self.window).contains(&self.agree) {
            return Err(TrackOptionsError::Agree { agree: self.agree, window: self.window });
        }
        check_confidence("confidence-min", self.confidence_min)?;
        check_confidence("reading-min", self.reading_min)?;
        if !(self.distance_max.is_finite() && self.distance_max > 0.0) {
            return Err(TrackOptionsError::Distance(self.distance_max));
        }
        if !(1..=TRACKS_MAX).contains(&self.tracks_max) {
            return Err(TrackOptionsError::Tracks(self.tracks_max));
        }
        Ok(())
    }
}

/// Checks an option that is a confidence.
///
/// # Errors
/// [`TrackOptionsError::Confidence`], with the option's name.
pub(crate) fn check_confidence(option: &'static str, value: f32) -> Result<(), TrackOptionsError> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(TrackOptionsError::Confidence { option, value }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_be_used_are_told_with_their_value() {
        let good = TrackOptions::default();
        assert_eq!(good.check(), Ok(()));
        let bad = [
            (TrackOptions { window: 0, ..good.clone() }, "window is 0 readings"),
            (TrackOptions { window: 16, ..good.clone() }, "window is 16 readings"),
            (TrackOptions { window: 5, agree: 6, ..good.clone() }, "agree is 6 readings of a window of 5"),
            (TrackOptions { confidence_min: 1.5, ..good.clone() }, "confidence-min is 1.5"),
            (TrackOptions { reading_min: f32::NAN, ..good.clone() }, "reading-min is NaN"),
            (TrackOptions { distance_max: 0.0, ..good.clone() }, "distance-max is 0"),
            (TrackOptions { tracks_max: 0, ..good.clone() }, "tracks-max is 0"),
        ];
        for (options, said) in bad {
            let error = options.check().unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }

    #[test]
    fn a_file_overrides_what_differs_and_unknown_keys_are_refused() {
        let options: TrackOptions = toml::from_str("agree = 4\nleave-ms = 500").unwrap();
        assert_eq!(options, TrackOptions { agree: 4, leave_ms: 500, ..TrackOptions::default() });
        assert!(toml::from_str::<TrackOptions>("leave_ms = 500").is_err());
    }
}

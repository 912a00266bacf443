//! Fixed regions: places of the frame that are one line each, configured by whoever mounted the camera.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::alphabet::{AllowList, Alphabet, AlphabetError};
use crate::lexicon::LexiconOptions;
use crate::lines::{Quad, QuadError, check_shape};
use crate::rule::RuleOptions;
use crate::track::{TrackOptionsError, check_confidence};

/// A region, as the configuration says it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RegionOptions {
    /// What its readings are called; every region has its own name.
    pub name: String,
    /// `[x, y, width, height]` in pixels of the frame; either this or `corners`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rectangle: Option<[f32; 4]>,
    /// Four corners `[x, y]` in pixels of the frame, clockwise as seen; either this or `rectangle`. What perspective makes
    /// of a rectangle is made one again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corners: Option<[[f32; 2]; 4]>,
    /// By how much the text is turned clockwise within the place, in degrees: 0 (the default), 90, 180 or 270.
    pub turn: u16,
    /// Characters that may be read, such as `0-9A-F.`; all of the model's where this is empty.
    pub allow: String,
    /// The least confidence of its text, 0 to 1; that of `[track]` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_min: Option<f32>,
    /// What its text must keep to be accepted.
    pub rules: RuleOptions,
    /// Which words it can be; any text by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lexicon: Option<LexiconOptions>,
}

/// A region that can be read.
#[derive(Debug, Clone)]
pub struct Region {
    /// What its readings are called.
    pub name: Arc<str>,
    /// Where it is: clockwise from the top left of its text.
    pub quad: Quad,
    /// The characters that may be read.
    pub allow: AllowList,
    /// The least confidence of its text, where that is not the one of all lines.
    pub confidence_min: Option<f32>,
}

/// Why a region cannot be used.
#[derive(Debug, Error)]
pub enum RegionError {
    /// It has no name.
    #[error("region {number} has no name: give it one with `name`")]
    NoName {
        /// Its place in the list, from 1.
        number: usize,
    },
    /// It has the name of another.
    #[error("two regions are named `{name}`: readings could not be told apart; give each its own name")]
    SameName {
        /// The name.
        name: String,
    },
    /// It has no place, or two.
    #[error("region `{name}` has {found}: give it either `rectangle` or `corners`")]
    Place {
        /// The region.
        name: String,
        /// What it has.
        found: &'static str,
    },
    /// It is turned by another angle than a quarter turn.
    #[error("region `{name}` is turned by {found} degrees: 0, 90, 180 and 270 are possible; use `corners` for others")]
    Turn {
        /// The region.
        name: String,
        /// The angle.
        found: u16,
    },
    /// Its corners are no place that can be read.
    #[error("region `{name}`: {source}")]
    Shape {
        /// The region.
        name: String,
        /// What is wrong with the corners.
        source: QuadError,
    },
    /// Its confidence is none.
    #[error("region `{name}`: {source}")]
    Confidence {
        /// The region.
        name: String,
        /// What is wrong with the number.
        source: TrackOptionsError,
    },
    /// Its allow-list is not one of the model's.
    #[error("region `{name}`: {source}")]
    Allow {
        /// The region.
        name: String,
        /// What is wrong with the list.
        source: AlphabetError,
    },
}

impl RegionOptions {
    /// Makes a region for a model with this alphabet.
    ///
    /// Whether it lies within the frame is known once there is a frame.
    ///
    /// # Errors
    /// [`RegionError`], for a place, an angle or an allow-list that cannot be used.
    pub fn region(&self, alphabet: &Alphabet) -> Result<Region, RegionError> {
        let quad = self.quad()?;
        let allow = match self.allow.as_str() {
            "" => Ok(AllowList::all()),
            pattern => AllowList::parse(alphabet, pattern),
        };
        let allow = allow.map_err(|source| RegionError::Allow { name: self.name.clone(), source })?;
        Ok(Region { name: self.name.as_str().into(), quad, allow, confidence_min: self.confidence_min })
    }

    /// The place, turned so that it begins at the text's top left.
    ///
    /// # Errors
    /// [`RegionError`], where the place or the angle cannot be used.
    pub fn quad(&self) -> Result<Quad, RegionError> {
        let name = || self.name.clone();
        let mut corners = match (self.rectangle, self.corners) {
            (Some([x, y, width, height]), None) => [[x, y], [x + width, y], [x + width, y + height], [x, y + height]],
            (None, Some(corners)) => corners,
            (None, None) => return Err(RegionError::Place { name: name(), found: "no place" }),
            (Some(_), Some(_)) => return Err(RegionError::Place { name: name(), found: "two places" }),
        };
        match self.turn {
            0 | 90 | 180 | 270 => corners.rotate_left(usize::from(self.turn / 90)),
            found => return Err(RegionError::Turn { name: name(), found }),
        }
        let quad = Quad(corners);
        check_shape(&quad).map_err(|source| RegionError::Shape { name: name(), source })?;
        Ok(quad)
    }
}

/// Checks what can be checked without a model: names, places, angles, confidences.
///
/// # Errors
/// [`RegionError`], for the first region that cannot be used.
pub fn check(regions: &[RegionOptions]) -> Result<(), RegionError> {
    for (at, region) in regions.iter().enumerate() {
        if region.name.is_empty() {
            return Err(RegionError::NoName { number: at + 1 });
        }
        if regions[..at].iter().any(|other| other.name == region.name) {
            return Err(RegionError::SameName { name: region.name.clone() });
        }
        region.quad()?;
        if let Some(least) = region.confidence_min {
            let name = || region.name.clone();
            check_confidence("confidence-min", least)
                .map_err(|source| RegionError::Confidence { name: name(), source })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(name: &str, rectangle: [f32; 4]) -> RegionOptions {
        RegionOptions { name: name.to_owned(), rectangle: Some(rectangle), ..RegionOptions::default() }
    }

    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    fn a_turned_region_begins_at_the_top_left_of_its_text() {
        let place = rectangle("lot", [10.0, 20.0, 30.0, 100.0]);
        let corner =
            |options: &RegionOptions, at: usize| options.quad().unwrap().0[at].map(f32::round).map(|v| v as i32);
        assert_eq!(corner(&place, 0), [10, 20]);
        // Text that runs down has its top at the right.
        let down = RegionOptions { turn: 90, ..place.clone() };
        assert_eq!((corner(&down, 0), corner(&down, 1)), ([40, 20], [40, 120]));
        assert_eq!(corner(&RegionOptions { turn: 180, ..place }, 0), [40, 120]);
    }

    #[test]
    fn what_is_wrong_with_a_region_is_told_with_its_name() {
        let message = |regions: &[RegionOptions]| check(regions).unwrap_err().to_string();
        let lot = rectangle("lot", [0.0, 0.0, 9.0, 9.0]);
        assert!(message(&[lot.clone(), lot.clone()]).starts_with("two regions are named `lot`"));
        assert!(message(&[RegionOptions::default()]).starts_with("region 1 has no name"));
        let nowhere = RegionOptions { rectangle: None, ..lot.clone() };
        assert!(message(&[nowhere]).starts_with("region `lot` has no place"));
        let askew = RegionOptions { turn: 45, ..lot.clone() };
        assert!(message(&[askew]).starts_with("region `lot` is turned by 45 degrees"));
        let flat = rectangle("lot", [0.0, 0.0, 9.0, 2.0]);
        assert!(message(&[flat]).contains("region `lot`: the quadrilateral"));
        let backwards = rectangle("lot", [50.0, 0.0, -9.0, 9.0]);
        assert!(message(&[backwards]).contains("not those of a convex quadrilateral"));
        let unsure = RegionOptions { confidence_min: Some(99.0), ..lot.clone() };
        assert!(message(&[unsure]).starts_with("region `lot`: confidence-min is 99: "));
        assert!(check(&[lot]).is_ok());
    }

    #[test]
    fn an_allow_list_must_be_of_the_models_alphabet() {
        let alphabet = Alphabet::new("0123456789").unwrap();
        let letters = RegionOptions { allow: "A".to_owned(), ..rectangle("lot", [0.0, 0.0, 9.0, 9.0]) };
        let error = letters.region(&alphabet).unwrap_err().to_string();
        assert!(error.starts_with("region `lot`: ") && error.contains('A'), "{error}");
    }
}

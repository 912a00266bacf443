//! Which rules a line's text is held to.

use std::collections::HashMap;

use crate::clock::Stamp;
use crate::config::Config;
use crate::event::{Accepted, Kind, LineReading, Rejected, Votes};
use crate::rule::{Broken, RuleError, RuleOptions, Rules};
use crate::track::{Candidate, Reason};

/// The rules of all lines, with what they remember.
#[derive(Debug)]
pub(super) struct Judge {
    /// Those of each region: a meter's last value outlasts its being out of sight.
    regions: Vec<Rules>,
    /// What lines that were found must keep.
    anywhere: RuleOptions,
    /// Those of each line that was found and is followed.
    tracks: HashMap<u64, Rules>,
}

impl Judge {
    pub(super) fn new(config: &Config) -> Result<Self, RuleError> {
        // Made once here, so that they can be made later for each line.
        Rules::new(&config.rules)?;
        let regions = config.regions.iter().map(|region| Rules::new(&region.rules)).collect::<Result<_, _>>()?;
        Ok(Self { regions, anywhere: config.rules.clone(), tracks: HashMap::new() })
    }

    /// Judges a text that enough frames agree on.
    pub(super) fn judge(&mut self, candidate: &Candidate, at: Stamp) -> Result<(), Broken> {
        let rules = match candidate.region {
            Some(region) => self.regions.get_mut(region),
            None => Some(
                self.tracks
                    .entry(candidate.track)
                    .or_insert_with(|| Rules::new(&self.anywhere).expect("the same rules were made before")),
            ),
        };
        rules.map_or(Ok(()), |rules| rules.judge(&candidate.text, at))
    }

    /// Forgets a line that has left.
    pub(super) fn forget(&mut self, track: u64) {
        self.tracks.remove(&track);
    }
}

/// What a text of this confidence lacks to be judged.
pub(super) fn broken(reason: Reason, confidence: f32) -> Broken {
    match reason {
        Reason::Confidence(wanted) => Broken {
            rule: "confidence",
            reason: format!("its confidence is {confidence:.4} and must be {wanted} or more (`confidence-min`)"),
        },
        Reason::Doubt(doubt) => Broken { rule: doubt.rule(), reason: doubt.reason().to_owned() },
    }
}

/// What is told of a judged line.
pub(super) fn told(judged: Result<(), Broken>, line: LineReading, votes: Votes) -> Kind {
    match judged {
        Ok(()) => Kind::Reading(Accepted { line, votes }),
        Err(Broken { rule, reason }) => Kind::Rejected(Rejected { line, rule, reason }),
    }
}

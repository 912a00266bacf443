//! Which normalization a set is compared under.

use crate::metrics::{Normalization, NormalizationError};

/// What a set is compared under besides exactly, where nothing else is asked for.
pub const DEFAULT_RULES: &str = "no-blanks+fold-case+fold-width";

/// Normalizations by set.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    every: Normalization,
    by_set: Vec<(String, Normalization)>,
}

impl Rules {
    /// Reads arguments `RULES`, for every set, and `SET=RULES`, for one; of several for a set the last holds.
    ///
    /// # Errors
    /// [`NormalizationError`], when there is no such rule.
    pub fn parse(arguments: &[String]) -> Result<Self, NormalizationError> {
        let mut rules = Self { every: DEFAULT_RULES.parse()?, by_set: Vec::new() };
        for argument in arguments {
            match argument.split_once('=') {
                Some((set, of)) => rules.by_set.push((set.to_owned(), of.parse()?)),
                None => rules.every = argument.parse()?,
            }
        }
        Ok(rules)
    }

    /// The normalization of a set.
    #[must_use]
    pub fn of(&self, set: &str) -> Normalization {
        self.by_set.iter().rev().find(|(name, _)| name == set).map_or(self.every, |&(_, normalization)| normalization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rules_of_a_set_hold_and_else_those_of_every_set() {
        let rules = Rules::parse(&["a=exact", "a=fold-case", "alphanumeric"].map(str::to_owned)).unwrap();
        assert_eq!(rules.of("a").to_string(), "fold-case");
        assert_eq!(rules.of("b").to_string(), "alphanumeric");
        assert_eq!(Rules::parse(&[]).unwrap().of("a").to_string(), DEFAULT_RULES);
        assert!(Rules::parse(&["a=fold-cases".to_owned()]).is_err());
    }
}

//! Why a reading does not stand.

/// Why a reading does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It may be that of a part of a line.
    Part,
    /// It says something else when its line is cut out otherwise.
    Otherwise,
    /// It may be upside down.
    UpsideDown,
}

impl Doubt {
    /// The rule that such a reading breaks.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Part => "whole",
            Self::Otherwise => "again",
            Self::UpsideDown => "upright",
        }
    }

    /// What is wrong, for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Part => "it may be a part of a line: beside it are other print or the border of the picture",
            Self::Otherwise => {
                "it reads otherwise with more room around it: move the camera nearer, or light it better"
            }
            Self::UpsideDown => {
                "upside down it reads as surely: where labels never lie so, say `upside-down = false` in [lines]"
            }
        }
    }
}

//! A broken rule.

use std::fmt;

/// Where a rule is broken, how, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    /// A path from the root, with `:` and the line where there is one.
    pub place: String,
    pub what: String,
    pub remedy: String,
}

impl Violation {
    pub fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// The path of `place`, without the line.
    pub fn file(&self) -> &str {
        self.place
            .rsplit_once(':')
            .map_or(self.place.as_str(), |(file, _)| file)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

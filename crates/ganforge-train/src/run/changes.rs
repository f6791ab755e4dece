//! Differences between recipes, and the keys that may differ when a run is resumed.

use std::collections::BTreeMap;
use std::fmt;

use toml::{Table, Value};

/// A changed key.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Dotted path of the key.
    pub key: String,
    /// The value of the run; `None` if the key was absent.
    pub was: Option<Value>,
    /// The requested value; `None` if the key is absent.
    pub now: Option<Value>,
}

/// Keys that may change on resume, with all keys below them; their values are read at every step, tick or checkpoint.
const FREE: [&str; 24] = [
    "run.images",
    "run.tick",
    "run.samples",
    "run.checkpoint",
    "run.keep",
    "run.ship_discriminator",
    "average",
    "evaluation",
    "optimizer.generator.rate",
    "optimizer.generator.schedule",
    "optimizer.generator.momentum_schedule",
    "optimizer.discriminator.rate",
    "optimizer.discriminator.schedule",
    "optimizer.discriminator.momentum_schedule",
    // Data are identified by their fingerprint, not by their location or memory limits.
    "data.source",
    "data.max_pixels",
    "data.memory_limit",
    "target.source",
    "target.max_pixels",
    "target.memory_limit",
    "name",
    "title",
    "paper",
    "expected",
];

/// Keys without an effect on training, whose changes are not reported.
const SILENT: [&str; 6] = [
    "name",
    "title",
    "paper",
    "expected",
    "data.source",
    "target.source",
];

impl Change {
    /// Whether a run may be resumed with the new value.
    #[must_use]
    pub fn is_free(&self) -> bool {
        is_below(&self.key, &FREE)
    }

    /// Whether the change is reported.
    #[must_use]
    pub fn is_news(&self) -> bool {
        !is_below(&self.key, &SILENT)
    }
}

impl fmt::Display for Change {
    /// `run.batch = 32, now 64`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, was, now } = self;
        match (was, now) {
            (Some(was), Some(now)) => write!(formatter, "{key} = {was}, now {now}"),
            (Some(was), None) => write!(formatter, "{key} = {was}, now absent"),
            (None, Some(now)) => write!(formatter, "{key} was absent, now {now}"),
            (None, None) => write!(formatter, "{key} is absent"),
        }
    }
}

/// The keys that differ, in alphabetical order. A list counts as one value.
pub(super) fn changes(was: &Table, now: &Table) -> Vec<Change> {
    let (was, now) = (flat(was), flat(now));
    let mut keys: Vec<&String> = was.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|&key| was.get(key) != now.get(key))
        .map(|key| Change {
            key: key.clone(),
            was: was.get(key).cloned(),
            now: now.get(key).cloned(),
        })
        .collect()
}

/// Every value that is not a table, by its dotted path.
fn flat(table: &Table) -> BTreeMap<String, Value> {
    fn collect(prefix: &str, table: &Table, all: &mut BTreeMap<String, Value>) {
        for (key, value) in table {
            let path = format!("{prefix}{key}");
            match value {
                Value::Table(inner) => collect(&format!("{path}."), inner, all),
                other => {
                    all.insert(path, other.clone());
                }
            }
        }
    }
    let mut all = BTreeMap::new();
    collect("", table, &mut all);
    all
}

fn is_below(key: &str, roots: &[&str]) -> bool {
    roots.iter().any(|root| {
        key.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(was: &str, now: &str) -> Vec<String> {
        changes(&was.parse().unwrap(), &now.parse().unwrap())
            .iter()
            .map(|change| format!("{change}{}", if change.is_free() { "" } else { " !" }))
            .collect()
    }

    #[test]
    fn changed_keys_are_reported_with_both_values() {
        let was =
            "title = 'a'\n[run]\nbatch = 32\nimages = 5\nseed = 1\n[average]\nhalf_life = 1.0";
        let now = "title = 'b'\n[run]\nbatch = 64\nimages = 9\nseed = 1\n[game]\npayoff = 'hinge'";
        assert_eq!(
            told(was, now),
            [
                "average.half_life = 1.0, now absent",
                "game.payoff was absent, now \"hinge\" !",
                "run.batch = 32, now 64 !",
                "run.images = 5, now 9",
                "title = \"a\", now \"b\"",
            ]
        );
        assert!(told(was, was).is_empty());
    }

    #[test]
    fn a_changeable_key_includes_the_keys_below_it() {
        let free = |key: &str| is_below(key, &FREE);
        assert!(free("optimizer.generator.schedule.floor"));
        assert!(!free("optimizer.generator.rates"));
        assert!(!free("optimizer.generator.kind"));
        assert!(!free("run.batch"));
        // Limits of reading the data are covered by the fingerprint.
        assert!(free("data.max_pixels") && free("data.memory_limit"));
    }
}

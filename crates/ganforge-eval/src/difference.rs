//! The first difference between two JSON values.

use std::fmt;

use serde_json::Value;

/// A key whose values differ between two protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key, as a dotted path.
    pub key: String,
    /// The value in the first.
    pub first: String,
    /// The value in the second.
    pub second: String,
}

impl Difference {
    /// The first difference, in alphabetical order of keys.
    pub(crate) fn between(first: &Value, second: &Value) -> Option<Self> {
        difference("", first, second)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, first, second } = self;
        write!(
            formatter,
            "`{key}` is {first} in one and {second} in the other"
        )
    }
}

fn difference(path: &str, first: &Value, second: &Value) -> Option<Difference> {
    if first == second {
        return None;
    }
    if let (Value::Object(one), Value::Object(other)) = (first, second) {
        let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
        keys.sort();
        return keys.into_iter().find_map(|key| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            let [one, other] = [one, other].map(|map| map.get(key).unwrap_or(&Value::Null));
            difference(&path, one, other)
        });
    }
    Some(Difference {
        key: path.to_owned(),
        first: text(first),
        second: text(second),
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "not given".into(),
        other => other.to_string(),
    }
}

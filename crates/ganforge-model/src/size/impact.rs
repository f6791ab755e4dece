//! The impact of each key of a configuration on its size.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A key of a configuration with an integer or a list of integers, and its impact on a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyImpact {
    /// Dotted path, such as `generator.width`.
    pub key: String,
    /// Value, as in a recipe.
    pub value: String,
    /// The fraction of the measure that remains if this key alone is reduced as far as possible.
    pub remaining: f64,
    /// The largest of its integers.
    pub largest: u64,
}

/// Keys that reduce the measure by a smaller fraction are ignored.
const NEGLIGIBLE: f64 = 0.05;

/// The keys that reduce `measure`, by decreasing impact; those that remove nearly all of it by their largest integer.
///
/// Each integer of `config` is halved repeatedly while all others are unchanged, so the form of the measure need not be
/// known. If no key makes a difference, as when the measure is infinite, the key with the largest integer is returned.
///
/// ```
/// use ganforge_model::rank_by_impact;
///
/// // Parameters of a network of three layers, given as [layers, width].
/// let config = [3_u64, 512];
/// let parameters = |&[layers, width]: &[u64; 2]| Some((layers * width * width) as f64);
/// assert_eq!(rank_by_impact(&config, parameters)[0].largest, 512);
/// ```
#[must_use]
pub fn rank_by_impact<C: Serialize + DeserializeOwned>(
    config: &C,
    measure: impl Fn(&C) -> Option<f64>,
) -> Vec<KeyImpact> {
    let (Some(whole), Ok(tree)) = (measure(config), serde_json::to_value(config)) else {
        return Vec::new();
    };
    let mut pointers = Vec::new();
    integers(&tree, String::new(), &mut pointers);
    let remaining = |pointer: &str| {
        let smaller = std::iter::successors(halved(&tree, pointer), |tree| halved(tree, pointer));
        // Stop at the first value for which there is no network.
        let measured = smaller.map_while(|tree| measure(&serde_json::from_value(tree).ok()?));
        measured.fold(1.0, |least: f64, found| least.min(found / whole))
    };
    let mut ranked: Vec<KeyImpact> = pointers
        .iter()
        .map(|pointer| describe(&tree, pointer, remaining(pointer)))
        .filter(|key| key.remaining < 1.0 - NEGLIGIBLE)
        .collect();
    ranked.sort_by(|one, other| {
        let [remaining, others] = [one, other].map(|key| key.remaining.max(NEGLIGIBLE));
        remaining
            .total_cmp(&others)
            .then(other.largest.cmp(&one.largest))
    });
    if ranked.is_empty() {
        let largest = pointers
            .iter()
            .max_by_key(|pointer| tree.pointer(pointer).map(largest_of));
        ranked.extend(largest.map(|pointer| describe(&tree, pointer, 1.0)));
    }
    ranked
}

/// JSON pointers of all integers above 1; a list of integers has one.
fn integers(tree: &Value, at: String, found: &mut Vec<String>) {
    match tree {
        Value::Object(table) => {
            for (key, value) in table {
                integers(value, format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) if list.iter().all(Value::is_u64) => {
            if largest_of(tree) > 1 {
                found.push(at);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                integers(value, format!("{at}/{index}"), found);
            }
        }
        Value::Number(_) => {
            if largest_of(tree) > 1 {
                found.push(at);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn largest_of(value: &Value) -> u64 {
    match value {
        Value::Array(list) => list.iter().map(largest_of).max().unwrap_or(0),
        other => other.as_u64().unwrap_or(0),
    }
}

/// The tree with the integers at `pointer` halved; `None` if they are all 0 or 1.
fn halved(tree: &Value, pointer: &str) -> Option<Value> {
    let mut tree = tree.clone();
    let value = tree.pointer_mut(pointer)?;
    if largest_of(value) < 2 {
        return None;
    }
    halve(value);
    Some(tree)
}

fn halve(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(halve),
        other => {
            if let Some(number) = other.as_u64().filter(|&number| number > 1) {
                *other = Value::from(number / 2);
            }
        }
    }
}

fn describe(tree: &Value, pointer: &str, remaining: f64) -> KeyImpact {
    let value = tree.pointer(pointer);
    KeyImpact {
        key: pointer.trim_start_matches('/').replace('/', "."),
        value: value
            .map_or_else(String::new, ToString::to_string)
            .replace(',', ", "),
        remaining,
        largest: value.map_or(0, largest_of),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Box {
        sides: Vec<u64>,
        stack: Stack,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        colour: Option<u64>,
    }

    #[derive(Serialize, Deserialize)]
    struct Stack {
        height: u64,
        gap: f64,
    }

    fn boxes(sides: &[u64], height: u64) -> Box {
        let name = "a box".to_owned();
        let stack = Stack { height, gap: 0.5 };
        Box {
            sides: sides.to_vec(),
            stack,
            name,
            colour: Some(255),
        }
    }

    fn keys(config: &Box, measure: impl Fn(&Box) -> Option<f64>) -> Vec<String> {
        let ranked = rank_by_impact(config, measure).into_iter();
        ranked
            .map(|key| format!("{} = {}", key.key, key.value))
            .collect()
    }

    #[expect(clippy::unnecessary_wraps, reason = "a measure may have no value")]
    fn volume(config: &Box) -> Option<f64> {
        let area: f64 = config.sides.iter().map(|&side| side as f64).product();
        Some(area * config.stack.height as f64)
    }

    #[test]
    fn keys_are_ranked_by_impact_and_a_list_is_one_key() {
        let found = keys(&boxes(&[30, 20], 10), volume);
        assert_eq!(found, ["sides = [30, 20]", "stack.height = 10"]);
        let found = keys(&boxes(&[3, 2], 1000), volume);
        assert_eq!(found, ["stack.height = 1000", "sides = [3, 2]"]);
        let found = keys(&boxes(&[300], 900), |config| {
            Some(config.sides[0].pow(2) as f64 * config.stack.height as f64)
        });
        assert_eq!(found, ["stack.height = 900", "sides = [300]"]);
        let flat = |config: &Box| Some(1000.0 + config.stack.height as f64);
        assert_eq!(keys(&boxes(&[3], 900), flat), ["stack.height = 900"]);
    }

    #[test]
    fn the_largest_integer_is_returned_if_the_measure_is_infinite() {
        let endless = |_: &Box| Some(f64::INFINITY);
        let found = keys(&boxes(&[30, 1 << 62], 10), endless);
        assert_eq!(found, [format!("sides = [30, {}]", 1_u64 << 62)]);
        assert!(keys(&boxes(&[2], 2), |_| None).is_empty());
    }

    #[test]
    fn halving_stops_where_there_is_no_measure() {
        let even = |config: &Box| config.sides[0].is_multiple_of(2).then(|| volume(config))?;
        let found = keys(&boxes(&[62], 10), even);
        assert_eq!(found, ["stack.height = 10"]);
    }
}

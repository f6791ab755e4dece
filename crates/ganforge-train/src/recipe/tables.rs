//! Rejection of lists in the place of tables.
//!
//! Serde also deserialises a struct from a list, with its fields in order and surplus items ignored: `average = [5.0, "x"]` would be a half-life, and
//! `feature_matching = []` would turn it on. Therefore lists in the place of tables are rejected everywhere, including descriptions of networks of
//! other crates.

use serde::Serialize;
use toml::{Table, Value};

use crate::error::RecipeError;

/// Number of keys of a table shown as an example.
const SHOWN: usize = 3;

/// Rejects a list in `given` where its deserialised form is a table.
///
/// # Errors
/// Names the key, the list and an example of the table.
pub(super) fn check(given: &Table, read: &impl Serialize) -> Result<(), RecipeError> {
    match Value::try_from(read) {
        Ok(Value::Table(read)) => entries(given, &read, ""),
        // Values that cannot be serialised are not checked.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn entries(given: &Table, read: &Table, at: &str) -> Result<(), RecipeError> {
    for (key, given) in given {
        if let Some(read) = read.get(key) {
            let below = if at.is_empty() {
                key.clone()
            } else {
                format!("{at}.{key}")
            };
            compare(given, read, &below)?;
        }
    }
    Ok(())
}

fn compare(given: &Value, read: &Value, at: &str) -> Result<(), RecipeError> {
    match (given, read) {
        (Value::Table(given), Value::Table(read)) => entries(given, read, at),
        (Value::Array(_), Value::Table(read)) => {
            let allowed = format!("a table, such as {}", example(read));
            Err(RecipeError::value(at, shown(given), allowed))
        }
        (Value::Array(given), Value::Array(read)) => {
            let mut pairs = given.iter().zip(read);
            pairs.try_for_each(|(given, read)| compare(given, read, at))
        }
        _ => Ok(()),
    }
}

/// A list on one line, truncated if long.
fn shown(list: &Value) -> String {
    const LONGEST: usize = 60;
    let text = list.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The first keys of a table in TOML syntax.
fn example(table: &Table) -> String {
    let plain = table
        .iter()
        .filter(|(_, value)| !matches!(value, Value::Table(_) | Value::Array(_)));
    let keys: Vec<String> = plain
        .take(SHOWN)
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    if keys.is_empty() {
        let names: Vec<&str> = table.keys().take(SHOWN).map(String::as_str).collect();
        return format!("one with {}", names.join(", "));
    }
    format!("{{ {} }}", keys.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::{Override, Recipe};

    fn refused(change: &str) -> String {
        let changes: [Override; 1] = [change.parse().unwrap()];
        let refused = Recipe::load("digits", &changes).map_err(|error| error.to_string());
        let message = refused.expect_err(change);
        assert!(!message.contains('\n'), "{message}");
        message
    }

    #[test]
    fn lists_in_place_of_tables_are_rejected() {
        for (change, key) in [
            ("game.feature_matching=[]", "`game.feature_matching` is []"),
            (
                "game.feature_matching=[1.0, true, 7]",
                "`game.feature_matching` is [1.0, true, 7]",
            ),
            (
                "game.instance_noise=[0.1, 1000.0]",
                "`game.instance_noise` is [0.1, 1000.0]",
            ),
            (
                "average=[5.0, \"nonsense\"]",
                "`average` is [5.0, \"nonsense\"]",
            ),
            ("run=[1000, 64, 0, 100]", "run"),
            ("data=[\"digits\"]", "data"),
            ("generator.init=[\"normal\", 0.02]", "`generator.init`"),
            ("generator=[\"mlp\", 64, \"normal\", [8]]", "generator"),
            (
                "discriminator.minibatch_features=[\"deviation\"]",
                "`discriminator.minibatch_features`",
            ),
            (
                "discriminator.minibatch_features=[\"discrimination\", 5, 5]",
                "`discriminator.minibatch_features`",
            ),
            ("game.penalties=[[\"r1\", 1.0]]", "`game.penalties`"),
            ("game.penalties=[[\"spectral-norm\"]]", "`game.penalties`"),
            ("game.payoff=[\"hinge\"]", "payoff"),
            ("optimizer.generator=[\"sgd\", 0.1]", "optimizer.generator"),
            (
                "optimizer.generator.schedule=[\"linear\", 0.1]",
                "`optimizer.generator.schedule`",
            ),
            ("evaluation=[[\"frechet\"]]", "`evaluation`"),
            (
                "optimizer.generator={kind=\"sgd\",rate=0.1,momentum_schedule=[0.7, 100]}",
                "`optimizer.generator.momentum_schedule`",
            ),
        ] {
            let message = refused(change);
            assert!(message.contains(key), "{change}: {message}");
        }
    }

    #[test]
    fn the_error_shows_an_example() {
        let message = refused("game.feature_matching=[]");
        let allowed = "allowed: a table, such as { beside_payoff = false, weight = 1.0 }";
        assert!(message.ends_with(allowed), "{message}");
    }

    #[test]
    fn lists_are_accepted_where_allowed() {
        let changes = [
            "data.background=[0, 0, 0]",
            "optimizer.generator.betas=[0, 1e-1]",
            "game.augment=[\"cutout\"]",
            "game.penalties=[{kind=\"r1\",gamma=1}]",
            "evaluation.metrics=[\"recall\", \"frechet\", \"recall\"]",
        ];
        let changes: Vec<Override> = changes.iter().map(|text| text.parse().unwrap()).collect();
        assert!(Recipe::load("digits", &changes).is_ok());
    }
}

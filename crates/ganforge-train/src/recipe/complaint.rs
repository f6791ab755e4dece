//! TOML errors as one line: the table, the key with its value, and the error.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use toml::{Table, Value};

/// Reads a table.
///
/// # Errors
/// One line: where and what.
pub(super) fn read<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    let text = toml::to_string(&table).map_err(|error| error.to_string())?;
    let deserializer =
        toml::Deserializer::parse(&text).map_err(|error| of_syntax(&text, &error))?;
    let given = Value::Table(table);
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| at(&given, error.path(), error.inner().message()))
}

/// A syntax error with its line.
pub(super) fn of_syntax(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..start).unwrap_or(text);
    let number = before.matches('\n').count();
    let line = text.lines().nth(number).unwrap_or_default().trim();
    let message = error.message().replace('\n', ", ");
    format!("line {} `{line}`: {message}", number + 1)
}

fn at(given: &Value, path: &Path, message: &str) -> String {
    let mut keys = Vec::new();
    for segment in path {
        match segment {
            Segment::Map { key } => keys.push(key.clone()),
            // Lists are shown whole.
            Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    let mut place = given;
    for key in &keys {
        match place.get(key) {
            Some(inner) => place = inner,
            None => return format!("{}: {message}", named(&keys)),
        }
    }
    // A table with a `kind` is buffered before it is deserialised, so the path ends at the table.
    let found = quoted(message).filter(|_| place.is_table());
    if let Some(quoted) = found
        && let [within] = leaves(place, quoted).as_slice()
    {
        let mut keys = keys;
        keys.extend(within.iter().cloned());
        return format!("{}: {message}", shown(given, &keys));
    }
    format!("{}: {message}", shown(given, &keys))
}

/// The value that serde quotes in an error about a value; `None` for one about a key.
fn quoted(message: &str) -> Option<&str> {
    if message.starts_with("unknown field") || message.starts_with("missing field") {
        return None;
    }
    message.split(['`', '"']).nth(1)
}

/// The paths of all scalar values below a table that are written `text`.
fn leaves(value: &Value, text: &str) -> Vec<Vec<String>> {
    let Value::Table(table) = value else {
        let is_it = value.to_string().trim_matches('"') == text;
        return if is_it { vec![Vec::new()] } else { Vec::new() };
    };
    let below = table.iter().flat_map(|(key, value)| {
        leaves(value, text).into_iter().map(|mut path| {
            path.insert(0, key.clone());
            path
        })
    });
    below.collect()
}

/// A scalar value as its table and its line, or a table by its dotted name.
fn shown(given: &Value, keys: &[String]) -> String {
    let value = keys.iter().try_fold(given, |value, key| value.get(key));
    match (keys.split_last(), value) {
        (Some((key, tables)), Some(value)) if !is_table(value) => {
            let line = format!("`{key} = {value}`");
            if tables.is_empty() {
                line
            } else {
                format!("[{}] {line}", tables.join("."))
            }
        }
        _ => named(keys),
    }
}

fn named(keys: &[String]) -> String {
    if keys.is_empty() {
        "the recipe".to_owned()
    } else {
        format!("`{}`", keys.join("."))
    }
}

fn is_table(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(list) => list.iter().any(is_table),
        _ => false,
    }
}

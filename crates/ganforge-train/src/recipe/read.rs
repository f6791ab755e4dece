//! From a name, a file or a text to a checked recipe.

use std::path::Path;
use std::str::FromStr;

use ganforge_core::read_text;
use ganforge_model::{DiscriminatorArchitecture, GeneratorArchitecture};
use serde::Serialize;
use toml::{Table, Value};

use super::{Recipe, builtin, builtin_names, tables};
use crate::error::RecipeError;

/// One `--set key=value`: a dotted path and the TOML value to put there.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    path: Vec<String>,
    value: Value,
}

impl Override {
    /// Puts `value` at a dotted path such as `game.payoff`.
    #[must_use]
    pub fn new(path: &str, value: impl Into<Value>) -> Self {
        Self {
            path: path.split('.').map(str::to_owned).collect(),
            value: value.into(),
        }
    }
}

impl FromStr for Override {
    type Err = RecipeError;

    /// Reads `key.path=value`. A value that is no TOML on its own is a string: `game.payoff=hinge`.
    fn from_str(text: &str) -> Result<Self, RecipeError> {
        let (path, value) = text
            .split_once('=')
            .filter(|(path, _)| path.split('.').all(|key| !key.trim().is_empty()))
            .ok_or_else(|| RecipeError::Override(text.to_owned()))?;
        let value = value.trim();
        let value = format!("v = {value}")
            .parse::<Table>()
            .ok()
            .and_then(|mut table| table.remove("v"))
            .unwrap_or_else(|| Value::String(value.to_owned()));
        Ok(Self {
            path: path.split('.').map(|key| key.trim().to_owned()).collect(),
            value,
        })
    }
}

/// Where a recipe is read from: the text of a built-in one, or of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeSource {
    name: String,
    text: String,
    is_file: bool,
}

impl RecipeSource {
    /// Finds a built-in recipe by name, or a TOML file by path.
    ///
    /// # Errors
    /// A name that is neither, or a file that cannot be read.
    pub fn find(name_or_path: &str) -> Result<Self, RecipeError> {
        if let Some(text) = builtin(name_or_path) {
            return Ok(Self::new(name_or_path, text));
        }
        let path = Path::new(name_or_path);
        if !path.is_file() {
            return Err(RecipeError::Unknown {
                name: name_or_path.to_owned(),
                known: builtin_names().collect::<Vec<_>>().join(", "),
            });
        }
        let text = read_text(path).map_err(|source| RecipeError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            name: Self::name_of(name_or_path),
            text,
            is_file: true,
        })
    }

    /// A text that is built into a program.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            is_file: false,
        }
    }

    /// The name of a built-in recipe, or of a file without its ending.
    #[must_use]
    pub fn name_of(name_or_path: &str) -> String {
        if builtin(name_or_path).is_some() {
            return name_or_path.to_owned();
        }
        let stem = Path::new(name_or_path).file_stem();
        stem.unwrap_or(name_or_path.as_ref())
            .to_string_lossy()
            .into_owned()
    }

    /// The name that runs are called after.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the file, where it is one.
    #[must_use]
    pub fn file_text(&self) -> Option<&str> {
        self.is_file.then_some(&*self.text)
    }
}

impl Recipe {
    /// Reads a built-in recipe by name, or a TOML file by path, with overrides put in before it is checked.
    ///
    /// # Errors
    /// A name that is neither, or anything [`from_toml`](Self::from_toml) refuses.
    pub fn load(name_or_path: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::from_source(&RecipeSource::find(name_or_path)?, overrides)
    }

    /// Reads a recipe that was found, with overrides put in before it is checked.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_source(source: &RecipeSource, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::from_toml(&source.name, &source.text, overrides)
    }

    /// Reads a recipe from text; `name` is used where the text gives none.
    ///
    /// # Errors
    /// Broken TOML, an unknown key, a value of the wrong type or out of range.
    pub fn from_toml(name: &str, text: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::parse(name, text, overrides)
    }
}

impl<G: GeneratorArchitecture, D: DiscriminatorArchitecture> Recipe<G, D> {
    /// Reads a recipe whose `[generator]` and `[discriminator]` describe networks of your own; otherwise it is
    /// [`from_toml`](Recipe::from_toml), which is this for the built-in ones.
    ///
    /// # Errors
    /// Broken TOML, an unknown key, a value of the wrong type or out of range.
    pub fn parse(name: &str, text: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        let refuse = |error: toml::de::Error| RecipeError::Toml {
            recipe: name.to_owned(),
            reason: one_line(&error.to_string()),
        };
        let mut table: Table = text.parse().map_err(refuse)?;
        for change in overrides {
            put(&mut table, &change.path, change.value.clone())?;
        }
        // Read back from text, so that a complaint about an override, too, shows the line it made.
        let text = toml::to_string(&table).map_err(|error| RecipeError::Toml {
            recipe: name.to_owned(),
            reason: one_line(&error.to_string()),
        })?;
        let mut recipe: Self = toml::from_str(&text).map_err(|error| RecipeError::Toml {
            recipe: name.to_owned(),
            reason: found_in_table(&text, &error).unwrap_or_else(|| {
                format!("{}{}", place(&text, &error), one_line(&error.to_string()))
            }),
        })?;
        tables::check(&table, &recipe)?;
        if recipe.name.is_empty() {
            name.clone_into(&mut recipe.name);
        }
        recipe.check()?;
        Ok(recipe)
    }
}

impl<G: Serialize, D: Serialize> Recipe<G, D> {
    /// The recipe as TOML, every default written out.
    ///
    /// # Errors
    /// A value TOML cannot hold, such as a seed beyond 2⁶³.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        toml::to_string(self).map_err(|error| RecipeError::Toml {
            recipe: self.name.clone(),
            reason: one_line(&error.to_string()),
        })
    }
}

/// Puts a value at a path, making tables on the way.
fn put(table: &mut Table, path: &[String], value: Value) -> Result<(), RecipeError> {
    let Some((key, rest)) = path.split_first() else {
        return Ok(());
    };
    if rest.is_empty() {
        table.insert(key.clone(), value);
        return Ok(());
    }
    let entry = table
        .entry(key.clone())
        .or_insert_with(|| Value::Table(Table::new()));
    match entry {
        Value::Table(inner) => put(inner, rest, value),
        other => Err(RecipeError::value(
            key.clone(),
            other.to_string(),
            format!("a table, for `{}` to be set in it", rest.join(".")),
        )),
    }
}

/// The table a complaint is about, as `[game] `; nothing at the top level, or where the complaint is about the line
/// that names the table, which is shown anyway.
fn place(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..=span.start));
    let header = before.and_then(|before| before.lines().rev().find(|line| line.starts_with('[')));
    match header {
        Some(header) if header.ends_with(']') => format!("{header} "),
        Some(_) | None => String::new(),
    }
}

/// A complaint about a table as a whole with the one line of it that holds the value complained about, where there is one: a
/// table with a `kind` is read at one go, and the reader forgets which key it was at.
fn found_in_table(text: &str, error: &toml::de::Error) -> Option<String> {
    let message = error.message();
    if message.starts_with("unknown field") || message.starts_with("missing field") {
        return None;
    }
    let quoted = message.split(['`', '"']).nth(1)?;
    let mut lines = text.get(error.span()?.start..)?.lines();
    let mut table = lines.next().filter(|line| line.starts_with('['))?;
    let within = format!("{}.", table.trim_end_matches(']'));
    let mut found = Vec::new();
    for line in lines {
        if line.starts_with('[') {
            if !line.starts_with(&within) {
                break;
            }
            table = line;
        } else if line
            .split_once(" = ")
            .is_some_and(|(_, value)| value.trim_matches('"') == quoted)
        {
            found.push(format!("{table} `{line}`: {message}"));
        }
    }
    (found.len() == 1).then(|| found.remove(0))
}

/// A TOML error as one line: the offending line and the complaint, without the drawing.
fn one_line(message: &str) -> String {
    let mut parts = Vec::new();
    for line in message.lines().map(str::trim) {
        let drawing = line.is_empty()
            || line == "|"
            || line
                .trim_start_matches('|')
                .trim()
                .chars()
                .all(|c| c == '^');
        if drawing || line.starts_with("TOML parse error") {
            continue;
        }
        parts.push(match line.split_once(" | ") {
            Some((_, code)) => format!("`{}`", code.trim()),
            None => line.to_owned(),
        });
    }
    parts.join(": ")
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

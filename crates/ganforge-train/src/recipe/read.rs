//! Reading recipes from a name, a file or a text.

use std::path::Path;
use std::str::FromStr;

use ganforge_core::read_text;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::{Table, Value};

use super::registry::SYSTEMS;
use super::{Recipe, builtin, builtin_names, complaint, tables};
use crate::error::RecipeError;
use crate::experiment::Experiment;
use crate::system::System;

/// The key of a recipe that names its system.
const SYSTEM: &str = "system";

/// One `--set key=value`: a dotted path and a TOML value.
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

    /// Parses `key.path=value`. A value that is not valid TOML is a string: `game.payoff=hinge`.
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

/// The source of a recipe: the text of a built-in recipe or of a file.
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
    /// If the name is neither, or the file cannot be read.
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

    /// A recipe from a text constant.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            is_file: false,
        }
    }

    /// The name of a built-in recipe, or of a file without its extension.
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

    /// The name of the recipe's system.
    ///
    /// # Errors
    /// If the TOML is invalid, or `system` is not a string.
    pub fn system(&self, overrides: &[Override]) -> Result<String, RecipeError> {
        let table = self.table(overrides)?;
        system_of(&table)
    }

    /// The recipe as a table, with overrides applied.
    pub(super) fn table(&self, overrides: &[Override]) -> Result<Table, RecipeError> {
        table(&self.name, &self.text, overrides)
    }

    /// The name that runs are named after.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of the file, if it is one.
    #[must_use]
    pub fn file_text(&self) -> Option<&str> {
        self.is_file.then_some(&*self.text)
    }
}

impl Recipe {
    /// Reads a built-in recipe by name, or a TOML file by path; overrides are applied before validation.
    ///
    /// # Errors
    /// If the name is neither; otherwise as [`from_toml`](Self::from_toml).
    pub fn load(name_or_path: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::from_source(&RecipeSource::find(name_or_path)?, overrides)
    }

    /// Reads a recipe from text; `name` is used if the text has none.
    ///
    /// # Errors
    /// If the TOML is invalid, a key unknown, or a value of the wrong type or out of range.
    pub fn from_toml(name: &str, text: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::parse(name, text, overrides)
    }
}

impl<S: System> Recipe<S> {
    /// Reads a recipe from its source; overrides are applied before validation.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn from_source(source: &RecipeSource, overrides: &[Override]) -> Result<Self, RecipeError> {
        Self::parse(&source.name, &source.text, overrides)
    }

    /// Reads a recipe whose `[generator]` and `[discriminator]` describe your own networks; [`from_toml`](Recipe::from_toml) does the same for the
    /// built-in ones.
    ///
    /// # Errors
    /// If the TOML is invalid, a key unknown, or a value of the wrong type or out of range.
    pub fn parse(name: &str, text: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        let table = table(name, text, overrides)?;
        let system = system_of(&table)?;
        if system != S::NAME {
            return Err(RecipeError::value("system", format!("{system:?}"), S::NAME));
        }
        let mut recipe = Self::from_table(&table).map_err(|reason| RecipeError::Toml {
            recipe: name.to_owned(),
            reason,
        })?;
        tables::check(&table, &recipe)?;
        if recipe.experiment.name.is_empty() {
            name.clone_into(&mut recipe.experiment.name);
        }
        recipe.check()?;
        Ok(recipe)
    }
}

impl<S: System> Recipe<S> {
    /// The recipe as TOML, with all defaults.
    ///
    /// # Errors
    /// If TOML cannot represent a value, such as a seed beyond 2⁶³.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        toml::to_string(self).map_err(|error| RecipeError::Toml {
            recipe: self.experiment.name.clone(),
            reason: error.to_string(),
        })
    }
}

impl<S: System> Recipe<S> {
    /// Deserialises experiment and system, each without unknown keys; errors are one line.
    fn from_table(table: &Table) -> Result<Self, String> {
        let halves = Halves::of(table);
        Ok(Self {
            experiment: complaint::read(halves.experiment)?,
            system: complaint::read(halves.players)
                .map_err(|reason| with_experiment_keys(&reason))?,
        })
    }
}

/// Without validation, unlike [`Recipe::parse`].
impl<'de, S: System> Deserialize<'de> for Recipe<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_table(&Table::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Experiment {
    /// Reads and validates the experiment of a recipe, without its system.
    ///
    /// # Errors
    /// If the TOML is invalid, a key unknown, or a value of the wrong type or out of range.
    pub fn parse(source: &RecipeSource, overrides: &[Override]) -> Result<Self, RecipeError> {
        let halves = Halves::of(&source.table(overrides)?);
        let read = complaint::read::<Self>(halves.experiment);
        let mut experiment = read.map_err(|reason| RecipeError::Toml {
            recipe: source.name.clone(),
            reason,
        })?;
        if experiment.name.is_empty() {
            experiment.name.clone_from(&source.name);
        }
        experiment.check()?;
        Ok(experiment)
    }
}

/// The text of a recipe as a table, with overrides applied.
fn table(name: &str, text: &str, overrides: &[Override]) -> Result<Table, RecipeError> {
    let mut table: Table = text.parse().map_err(|error| RecipeError::Toml {
        recipe: name.to_owned(),
        reason: complaint::of_syntax(text, &error),
    })?;
    for change in overrides {
        put(&mut table, &change.path, change.value.clone())?;
    }
    Ok(table)
}

/// The name of the system in the table of a recipe.
fn system_of(table: &Table) -> Result<String, RecipeError> {
    match table.get(SYSTEM) {
        None => Ok(SYSTEMS[0].to_owned()),
        Some(Value::String(name)) => Ok(name.clone()),
        Some(other) => Err(RecipeError::value("system", other, SYSTEMS.join(", "))),
    }
}

/// Sets the value at a path and creates missing tables.
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

/// The table of a recipe, divided into experiment and system.
struct Halves {
    experiment: Table,
    players: Table,
}

impl Halves {
    /// Keys that do not belong to the experiment belong to the system, which rejects unknown ones.
    fn of(table: &Table) -> Self {
        let entries = table.clone().into_iter().filter(|(key, _)| key != SYSTEM);
        let (experiment, players) =
            entries.partition(|(key, _)| Experiment::KEYS.contains(&key.as_str()));
        Self {
            experiment,
            players,
        }
    }
}

/// An error about an unknown key at the top level, with the experiment's keys added to the known ones.
fn with_experiment_keys(reason: &str) -> String {
    let unknown = reason.split_once("unknown field `").map(|(_, rest)| rest);
    let key = unknown.and_then(|rest| rest.split('`').next());
    // Below the top level the error begins with the table.
    if !key.is_some_and(|key| reason.starts_with(&format!("`{key}"))) {
        return reason.to_owned();
    }
    let keys = Experiment::KEYS.map(|key| format!("`{key}`")).join(", ");
    format!("{reason}, or one of {keys}")
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

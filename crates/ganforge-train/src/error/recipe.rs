//! The errors of recipes.

use std::path::PathBuf;

/// An invalid recipe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Neither the name of a built-in recipe nor a file.
    #[error("no recipe or file is called `{name}`; built in are {known}")]
    Unknown {
        /// The requested name.
        name: String,
        /// The names of the built-in recipes.
        known: String,
    },
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("recipe `{recipe}`: {reason}")]
    Toml {
        /// The recipe.
        recipe: String,
        /// The parse error, with its line.
        reason: String,
    },
    /// A value out of range.
    #[error("`{key}` is {value}, allowed: {allowed}")]
    Value {
        /// Dotted path of the key.
        key: String,
        /// The invalid value.
        value: String,
        /// The allowed values.
        allowed: String,
    },
    /// A `--set` that is not of the form `key=value`.
    #[error("`--set {0}` is not of the form key.path=value, as in game.payoff=hinge")]
    Override(String),
}

impl RecipeError {
    pub(crate) fn value(
        key: impl Into<String>,
        value: impl std::fmt::Display,
        allowed: impl Into<String>,
    ) -> Self {
        Self::Value {
            key: key.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }
}

//! What can be wrong with a recipe.

use std::path::PathBuf;

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Neither a built-in name nor a file.
    #[error("no recipe or file is called `{name}`; built in are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The built-in names.
        known: String,
    },
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("recipe `{recipe}`: {reason}")]
    Toml {
        /// The recipe.
        recipe: String,
        /// The complaint, with the line it is about.
        reason: String,
    },
    /// A value out of range.
    #[error("`{key}` is {value}, allowed: {allowed}")]
    Value {
        /// Dotted path of the key.
        key: String,
        /// The value found.
        value: String,
        /// What would be accepted.
        allowed: String,
    },
    /// A `--set` that is no `key=value`.
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

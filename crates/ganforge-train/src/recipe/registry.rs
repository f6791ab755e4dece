//! The systems that a recipe can name.

use toml::{Table, Value};

use super::read::{Override, RecipeSource};
use crate::error::RecipeError;
use crate::system::{Gan, System};

/// Code that is generic over the system of a recipe: a closure with a type parameter.
pub trait ForSystem {
    /// The result of the code.
    type Output;

    /// Runs for the system `S`.
    fn run<S: System>(self) -> Self::Output;
}

/// All systems; add a new one here.
macro_rules! systems {
    ($($system:ty),+ $(,)?) => {
        /// The names of all systems; the first is the default.
        pub const SYSTEMS: &[&str] = &[$(<$system>::NAME),+];

        /// Runs `code` for the system called `name`.
        ///
        /// # Errors
        /// If no system has this name.
        pub fn for_system<C: ForSystem>(name: &str, code: C) -> Result<C::Output, RecipeError> {
            match name {
                $(<$system>::NAME => Ok(code.run::<$system>()),)+
                _ => Err(RecipeError::value(
                    "system",
                    format!("{name:?}"),
                    SYSTEMS.join(", "),
                )),
            }
        }
    };
}

systems![Gan];

impl RecipeSource {
    /// The name of the recipe's system.
    ///
    /// # Errors
    /// If the TOML is invalid, or `system` is not a string.
    pub fn system(&self, overrides: &[Override]) -> Result<String, RecipeError> {
        let table = self.table(overrides)?;
        system_of(&table)
    }
}

/// The name of the system in the table of a recipe.
pub(super) fn system_of(table: &Table) -> Result<String, RecipeError> {
    match table.get(super::read::SYSTEM) {
        None => Ok(SYSTEMS[0].to_owned()),
        Some(Value::String(name)) => Ok(name.clone()),
        Some(other) => Err(RecipeError::value("system", other, SYSTEMS.join(", "))),
    }
}

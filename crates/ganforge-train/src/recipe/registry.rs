//! The systems that a recipe can name.

use toml::{Table, Value};

use super::read::{Override, RecipeSource};
use crate::error::RecipeError;
use crate::system::{Gan, System};

/// Code that runs for whichever system a recipe names, as a closure with a type parameter.
pub trait ForSystem {
    /// What the code returns.
    type Output;

    /// Runs for the system `S`.
    fn run<S: System>(self) -> Self::Output;
}

/// Every system, once: a new one is a line here.
macro_rules! systems {
    ($($system:ty),+ $(,)?) => {
        /// The names of all systems; the first is that of a recipe that names none.
        pub const SYSTEMS: &[&str] = &[$(<$system>::NAME),+];

        /// Runs `code` for the system called `name`.
        ///
        /// # Errors
        /// A name that no system has.
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
    /// The name of the system that plays the recipe.
    ///
    /// # Errors
    /// Broken TOML, or a `system` that is not a string.
    pub fn system(&self, overrides: &[Override]) -> Result<String, RecipeError> {
        let table = self.table(overrides)?;
        system_of(&table)
    }
}

/// The name of the system in a recipe's table.
pub(super) fn system_of(table: &Table) -> Result<String, RecipeError> {
    match table.get(super::read::SYSTEM) {
        None => Ok(SYSTEMS[0].to_owned()),
        Some(Value::String(name)) => Ok(name.clone()),
        Some(other) => Err(RecipeError::value("system", other, SYSTEMS.join(", "))),
    }
}

//! The systems that a recipe can name.

use crate::error::RecipeError;
use crate::system::{Ali, Bigan, Gan, System};

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

systems![Gan, Ali, Bigan];

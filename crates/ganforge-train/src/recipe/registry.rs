//! The systems that a recipe can name.

use crate::error::RecipeError;
use crate::system::{
    Ali, Bigan, ContextEncoder, CycleGan, DiscoGan, Gan, InfoGan, Lapgan, SemiSupervised, System,
};

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

#[cfg(test)]
pub(crate) mod tests {
    use super::{ForSystem, for_system};
    use crate::recipe::{Recipe, RecipeSource, builtin_names};
    use crate::system::System;

    /// A check of one recipe, whatever its system.
    pub(crate) trait RecipeCheck {
        fn check<S: System>(name: &str, recipe: &Recipe<S>);
    }

    /// Checks every built-in recipe.
    pub(crate) fn check_builtin<C: RecipeCheck>() {
        struct One<C>(&'static str, RecipeSource, std::marker::PhantomData<C>);

        impl<C: RecipeCheck> ForSystem for One<C> {
            type Output = ();

            fn run<S: System>(self) {
                let recipe = Recipe::<S>::from_source(&self.1, &[]);
                let recipe = recipe.unwrap_or_else(|error| panic!("{}: {error}", self.0));
                C::check(self.0, &recipe);
            }
        }

        for name in builtin_names() {
            let source = RecipeSource::find(name).unwrap();
            let system = source.system(&[]).unwrap();
            for_system(&system, One(name, source, std::marker::PhantomData::<C>)).unwrap();
        }
    }
}

systems![
    Gan,
    SemiSupervised,
    ContextEncoder,
    Ali,
    Bigan,
    InfoGan,
    Lapgan,
    DiscoGan,
    CycleGan
];

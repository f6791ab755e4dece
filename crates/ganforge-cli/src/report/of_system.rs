//! What a report needs to know of a run's system.

use ganforge_train::experiment::Experiment;
use ganforge_train::game::Undecided;
use ganforge_train::recipe::{ForSystem, RecipeSource, for_system};
use ganforge_train::{Recipe, RecipeError, System};

use crate::device::{Backend, DeviceSpec};
use crate::error::CliError;

/// Facts of a system with the rules of a run.
pub struct OfSystem {
    /// The losses at a discriminator that cannot distinguish real from generated images: the dashed lines of a chart of losses.
    pub undecided: Undecided,
    /// What discriminators score, in the plural.
    pub scored: &'static str,
    /// The names of the metrics that are the system's own.
    pub own_metrics: &'static [&'static str],
}

/// The system of a run, whichever it is.
pub trait AnySystem {
    /// The facts of the system with these rules.
    fn facts(&self, experiment: &Experiment) -> Result<OfSystem, CliError>;
}

impl<S: System> AnySystem for S {
    fn facts(&self, experiment: &Experiment) -> Result<OfSystem, CliError> {
        // Flex is always compiled in, and fast enough for four numbers.
        let (_, device) = DeviceSpec::Named(Backend::Flex, 0).open()?;
        Ok(OfSystem {
            undecided: self.undecided(experiment, &device),
            scored: S::SCORED,
            own_metrics: self.own_metrics(),
        })
    }
}

/// The system of a recipe.
pub fn system(source: &RecipeSource) -> Result<Box<dyn AnySystem>, RecipeError> {
    struct Boxed<'a>(&'a RecipeSource);

    impl ForSystem for Boxed<'_> {
        type Output = Result<Box<dyn AnySystem>, RecipeError>;

        fn run<S: System>(self) -> Self::Output {
            let recipe = Recipe::<S>::from_source(self.0, &[])?;
            Ok(Box::new(recipe.system))
        }
    }

    for_system(&source.system(&[])?, Boxed(source))?
}

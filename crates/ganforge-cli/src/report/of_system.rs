//! What a report needs to know of a run's system.

use burn::tensor::Device;
use ganforge_train::experiment::Experiment;
use ganforge_train::game::Undecided;
use ganforge_train::recipe::{ForSystem, RecipeSource, for_system};
use ganforge_train::{Recipe, RecipeError, System};

use super::run::Run;
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

impl OfSystem {
    /// Reads the system from the recipe of a run.
    pub fn read(run: &Run) -> Result<Self, CliError> {
        // Flex is always compiled in, and fast enough for four numbers.
        let (_, device) = DeviceSpec::Named(Backend::Flex, 0).open()?;
        let source = RecipeSource::new("recipe", &run.recipe_text);
        let system = source.system(&[])?;
        let reading = Reading {
            source,
            experiment: &run.experiment,
            device,
        };
        Ok(for_system(&system, reading)??)
    }
}

struct Reading<'a> {
    source: RecipeSource,
    experiment: &'a Experiment,
    device: Device,
}

impl ForSystem for Reading<'_> {
    type Output = Result<OfSystem, RecipeError>;

    fn run<S: System>(self) -> Self::Output {
        let system = Recipe::<S>::from_source(&self.source, &[])?.system;
        Ok(OfSystem {
            undecided: system.undecided(self.experiment, &self.device),
            scored: S::SCORED,
            own_metrics: system.own_metrics(),
        })
    }
}

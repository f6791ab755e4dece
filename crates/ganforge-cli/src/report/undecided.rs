//! The dashed lines of a chart of losses: those of a discriminator that cannot distinguish real from generated images.

use burn::tensor::Device;
use ganforge_train::experiment::Experiment;
use ganforge_train::game::Undecided;
use ganforge_train::recipe::{ForSystem, RecipeSource, for_system};
use ganforge_train::{Recipe, RecipeError, System};

use super::run::Run;
use crate::device::{Backend, DeviceSpec};
use crate::error::CliError;

/// The losses of a run's system and rules.
pub fn undecided(run: &Run) -> Result<Undecided, CliError> {
    // Flex is always compiled in, and fast enough for four numbers.
    let (_, device) = DeviceSpec::Named(Backend::Flex, 0).open()?;
    let source = RecipeSource::new("recipe", &run.recipe_text);
    let system = source.system(&[])?;
    let losses = Losses {
        source,
        experiment: &run.experiment,
        device,
    };
    Ok(for_system(&system, losses)??)
}

struct Losses<'a> {
    source: RecipeSource,
    experiment: &'a Experiment,
    device: Device,
}

impl ForSystem for Losses<'_> {
    type Output = Result<Undecided, RecipeError>;

    fn run<S: System>(self) -> Self::Output {
        let recipe = Recipe::<S>::from_source(&self.source, &[])?;
        Ok(recipe.system.undecided(self.experiment, &self.device))
    }
}

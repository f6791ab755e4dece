//! Recipes: complete experiments as TOML.
//!
//! A recipe is validated when it is read; every error names the key, the value and the allowed values.

mod build;
mod builtin;
mod complaint;
mod read;
mod registry;
mod tables;
mod warnings;

pub use builtin::{builtin, builtin_names};
pub use read::{Override, RecipeSource};
#[cfg(test)]
pub(crate) use registry::tests as registry_tests;
pub use registry::{ForSystem, SYSTEMS, for_system};

use serde::Serialize;
use serde::ser::Serializer;

use crate::error::RecipeError;
use crate::experiment::Experiment;
use crate::game::UpdateRule;
use crate::system::{Gan, System};

/// A complete experiment with its system.
///
/// `S` describes the networks of both players; by default a [`Gan`] of built-in networks. [`parse`](Self::parse) reads a recipe for your own system.
///
/// # Examples
///
/// ```
/// use ganforge_train::{Recipe, RecipeError};
///
/// let recipe = Recipe::load("digits", &["game.payoff=hinge".parse()?])?;
/// assert_eq!(recipe.experiment.game.payoff.name(), "hinge");
///
/// let error = Recipe::load("digits", &["game.payoff=hing".parse()?]).unwrap_err();
/// assert!(error.to_string().contains("unknown payoff `hing`"));
/// # Ok::<(), RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe<S = Gan> {
    /// Data, rules, optimizers, evaluation, length.
    pub experiment: Experiment,
    /// The system: the networks and how they are trained.
    pub system: S,
}

impl<S: System> Recipe<S> {
    fn check(&self) -> Result<(), RecipeError> {
        self.experiment.check()?;
        let update = self.experiment.game.update;
        if update == UpdateRule::OneStage && !S::HAS_ONE_STAGE {
            let allowed = format!("another rule with system = \"{}\"", S::NAME);
            return Err(RecipeError::value("game.update", "one-stage", allowed));
        }
        self.check_data()?;
        self.system.check(&self.experiment)
    }
}

impl<S: System> Recipe<S> {
    /// Refuses data that the system does not use, and a recipe without data that it uses.
    fn check_data(&self) -> Result<(), RecipeError> {
        let Experiment { data, target, .. } = &self.experiment;
        let name = S::NAME;
        let refuse = |key, value: &str, allowed| Err(RecipeError::value(key, value, allowed));
        match target {
            Some(_) if !S::USES_TARGET => refuse(
                "target",
                "set",
                format!("left out with system = \"{name}\", which learns one domain"),
            ),
            None if S::USES_TARGET => refuse(
                "target",
                "absent",
                format!("a table with a `source`: system = \"{name}\" learns two domains"),
            ),
            _ => Ok(()),
        }?;
        match data.labelled {
            Some(0) => refuse("data.labelled", "0", "1 or more".to_owned()),
            Some(labelled) if !S::USES_LABELLED => refuse(
                "data.labelled",
                &labelled.to_string(),
                format!("left out with system = \"{name}\", which is not semi-supervised"),
            ),
            None if S::USES_LABELLED => refuse(
                "data.labelled",
                "absent",
                format!("labelled images of each class, for system = \"{name}\""),
            ),
            _ => Ok(()),
        }
    }
}

/// One table: the keys of the experiment, `system` if it is not `gan`, and the keys of the system.
impl<S: System> Serialize for Recipe<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        #[derive(Serialize)]
        struct Table<'a, S> {
            #[serde(skip_serializing_if = "Option::is_none")]
            system: Option<&'static str>,
            #[serde(flatten)]
            experiment: &'a Experiment,
            #[serde(flatten)]
            players: &'a S,
        }
        let table = Table {
            system: (S::NAME != <Gan>::NAME).then_some(S::NAME),
            experiment: &self.experiment,
            players: &self.system,
        };
        table.serialize(serializer)
    }
}

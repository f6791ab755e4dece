//! What a system of two domains refuses.

use ganforge_model::ImageShape;
use ganforge_model::layers::OutputActivation;
use ganforge_model::networks::TranslatorConfig;

use super::{Translation, TranslationRules};
use crate::error::RecipeError;
use crate::experiment::Experiment;

impl<R: TranslationRules> Translation<R> {
    /// Refuses keys that these systems do not play with.
    pub(super) fn check_keys(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        let Experiment {
            data,
            target,
            game,
            run,
            ..
        } = experiment;
        let refuse = |key: &str, value: &str, allowed: &str| {
            let allowed = format!("{allowed} with system = \"{}\"", R::NAME);
            Err(RecipeError::value(key, value, allowed))
        };
        if data.labels {
            return refuse("data.labels", "true", "false");
        }
        if let Some(target) = target {
            if target.labels {
                return refuse("target.labels", "true", "false");
            }
            if let Some(labelled) = target.labelled {
                return refuse("target.labelled", &labelled.to_string(), "left out");
            }
        }
        if game.feature_matching.is_some() {
            return Err(RecipeError::value(
                "game.feature_matching",
                "set",
                R::FEATURE_MATCHING,
            ));
        }
        for (key, value) in [
            ("game.generator_noise", game.generator_noise),
            ("game.pulling_away", game.pulling_away),
        ] {
            if value > 0.0 {
                return refuse(key, &value.to_string(), "0");
            }
        }
        if game.packing > 1 {
            return refuse("game.packing", &game.packing.to_string(), "1");
        }
        if run.batch == 1 && self.generator.has_batch_norm() {
            return refuse("run.batch", "1", "2 or more, for batch norm,");
        }
        self.translation.check()?;
        game.check_players(&self.discriminator, data.labels, run.batch)
    }

    /// Refuses bounded coordinates and unbounded pixels.
    pub(super) fn check_output(&self, image: ImageShape) -> Result<(), RecipeError> {
        let TranslatorConfig::Mlp(config) = &self.generator else {
            return Ok(());
        };
        let refuse = |value: &str, allowed: &str| {
            Err(RecipeError::value("generator.output", value, allowed))
        };
        match (config.output, image.is_point()) {
            (OutputActivation::Linear, false) => refuse(
                "linear",
                "tanh or sigmoid for images, whose pixels are in [-1, 1]",
            ),
            (OutputActivation::Tanh, true) => refuse("tanh", FOR_POINTS),
            (OutputActivation::Sigmoid, true) => refuse("sigmoid", FOR_POINTS),
            _ => Ok(()),
        }
    }
}

const FOR_POINTS: &str = "linear for points, whose coordinates are not bounded";

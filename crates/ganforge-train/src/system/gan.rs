//! One generator against one discriminator (Goodfellow et al. 2014, "Generative Adversarial Nets").

use std::path::Path;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor};
use ganforge_data::DataError;
use ganforge_model::{
    DISCRIMINATOR, DiscriminatorArchitecture, DiscriminatorConfig, GENERATOR,
    GeneratorArchitecture, GeneratorConfig, GeneratorInput, ImageShape, LatentSpec, ModelBundle,
    ModelError, ModelFile, NetworkSize,
};
use serde::{Deserialize, Serialize};

use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::{Latents, Loader};
use super::one_stage::one_stage;
use super::rules::refuse_image_input;
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{
    AdversarialLoss, Game, Loss, PerPlayer, ScoreState, Source, Undecided, add_noise,
};

/// The tables `[generator]` and `[discriminator]` of a recipe: one network each, built-in ones by default.
///
/// ```
/// use ganforge_model::{DiscriminatorConfig, GeneratorConfig};
/// use ganforge_model::networks::{DcganDiscriminatorConfig, DcganGeneratorConfig};
/// use ganforge_train::Recipe;
/// use ganforge_train::system::Gan;
///
/// // A built-in recipe with other networks.
/// let mut recipe: Recipe = Recipe::load("digits", &[])?;
/// recipe.system = Gan {
///     generator: GeneratorConfig::Dcgan(DcganGeneratorConfig::new(16)),
///     discriminator: DiscriminatorConfig::Dcgan(DcganDiscriminatorConfig::new(16)),
/// };
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gan<G = GeneratorConfig, D = DiscriminatorConfig> {
    /// The generator.
    pub generator: G,
    /// The discriminator.
    pub discriminator: D,
}

/// The input of a turn of a [`Gan`].
#[derive(Debug, Clone)]
pub struct GanRound {
    /// `[batch, channels, height, width]`, real images.
    pub real: Tensor<4>,
    /// `[batch]`, the class of the real image and of the fake in each row, so that both follow the same class
    /// frequencies; `None` for unconditional players.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, dimension]`, the latents of as many fakes.
    pub noise: Tensor<2>,
}

impl<G: GeneratorArchitecture, D: DiscriminatorArchitecture> System for Gan<G, D> {
    const NAME: &'static str = "gan";
    const HAS_ONE_STAGE: bool = true;

    type Generator = G::Network;
    type Discriminator = D::Network;
    type State = ScoreState;
    type Round = GanRound;
    type Generated = Tensor<4>;
    type Sampled = G::Network;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        let batch = experiment.run.batch;
        let labels = experiment.data.labels;
        experiment
            .game
            .check_players(&self.discriminator, labels, batch)?;
        refuse_image_input(Self::NAME, &self.generator)?;
        if batch == 1
            && let Some(norm) = self.generator.batch_norm_1d()
        {
            let allowed = format!(
                "2 or more with generator.norm = \"{norm}\", for a batch of one has no statistics"
            );
            return Err(RecipeError::value("run.batch", 1, allowed));
        }
        Ok(())
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(G::Network, D::Network), TrainError> {
        let Setting {
            image,
            classes,
            mean_image,
            device,
            ..
        } = *setting;
        let generator = self
            .generator
            .init(
                image,
                classes,
                &mut experiment.weights_rng("generator weights"),
                device,
            )
            .map_err(TrainError::network("generator"))?;
        let generator = match mean_image {
            Some(mean) => self.generator.init_from_mean_image(generator, mean),
            None => generator,
        };
        let packed = packed(image, &experiment.game);
        let discriminator = self
            .discriminator
            .init(
                packed,
                classes,
                &mut experiment.weights_rng("discriminator weights"),
                device,
            )
            .map_err(TrainError::network("discriminator"))?;
        Ok((generator, discriminator))
    }

    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn needs_mean_image(&self) -> bool {
        self.generator.needs_mean_image()
    }

    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        let packed = packed(image, &experiment.game);
        PerPlayer {
            generator: self.generator.size(image, classes),
            discriminator: self.discriminator.size(packed, classes),
        }
    }

    fn next_round(&self, loader: &mut Loader<'_>, index: u64) -> Result<GanRound, DataError> {
        let real = loader.next_images()?;
        Ok(GanRound {
            real: real.images,
            class: real.class,
            noise: loader.latents.draw("latent", index),
        })
    }

    fn redraw(&self, round: GanRound, latents: &Latents, draw: u64) -> GanRound {
        GanRound {
            noise: latents.draw("latent of a generator turn", draw),
            ..round
        }
    }

    fn generate(&self, generator: &G::Network, round: &GanRound, game: &Game) -> Tensor<4> {
        use ganforge_model::Generator;
        let fakes = generator
            .forward(GeneratorInput::noise(round.noise.clone()).with_class(round.class.clone()));
        if game.generator_noise > 0.0 {
            add_noise(fakes, game.generator_noise)
        } else {
            fakes
        }
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let GanRound { real, class, .. } = turn.round;
        adversarial(turn).discriminator_loss(real.clone(), fakes, class.as_ref())
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let GanRound { real, class, .. } = turn.round;
        adversarial(turn).generator_loss(real, fakes, class.as_ref())
    }

    /// Both players receive the same preprocessed fakes.
    fn joint_losses(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> PerPlayer<Loss> {
        let GanRound { real, class, .. } = turn.round;
        let loss = adversarial(turn);
        let fakes = loss.preprocess(fakes, Source::Fake);
        let scores = loss.score(real.clone(), fakes.clone().detach(), class.as_ref());
        PerPlayer {
            discriminator: scores.loss,
            generator: loss.generator_loss_of(real, fakes, class.as_ref()),
        }
    }

    /// The loss of an auxiliary classifier is part of the generator's.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        let undecided = Undecided::of(&experiment.game, device);
        if self.discriminator.has_classifier() {
            undecided.with_other_terms()
        } else {
            undecided
        }
    }

    fn one_stage(
        &self,
        turn: Turn<'_, Self>,
        fakes: Tensor<4>,
    ) -> PerPlayer<(GradientsParams, Loss)> {
        let GanRound { real, class, .. } = turn.round;
        one_stage(
            &adversarial(turn),
            turn.generator,
            real.clone(),
            fakes,
            class.as_ref(),
        )
    }

    fn sampled<'a>(&self, generator: &'a G::Network) -> &'a G::Network {
        generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let card = about.card(self.generator.clone());
        let generator = &shipped.generator;
        match &shipped.discriminator {
            None => ModelFile::new(card, generator).to_bytes(),
            Some(discriminator) => ModelBundle::new(Self::NAME, card)
                .with(GENERATOR, &self.generator, generator)?
                .with(DISCRIMINATOR, &self.discriminator, discriminator)?
                .to_bytes(),
        }
    }

    fn open_model(path: &Path, device: &Device) -> Result<G::Network, ModelError> {
        ModelFile::<G>::open(path)?.into_network(device)
    }
}

fn adversarial<G: GeneratorArchitecture, D: DiscriminatorArchitecture>(
    turn: Turn<'_, Gan<G, D>>,
) -> AdversarialLoss<'_, D::Network> {
    AdversarialLoss {
        discriminator: turn.discriminator,
        state: turn.state,
        game: turn.game,
        key: turn.key,
    }
}

/// The size of what the discriminator scores: packed images are channels of one.
fn packed(image: ImageShape, game: &Game) -> ImageShape {
    ImageShape {
        channels: image.channels.saturating_mul(game.packing.max(1)),
        ..image
    }
}

#[cfg(test)]
#[path = "gan_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "gan_regulariser_tests.rs"]
mod regulariser_tests;

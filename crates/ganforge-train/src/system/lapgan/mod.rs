//! LAPGAN (Denton, Chintala, Szlam & Fergus 2015, "Deep Generative Image Models using a Laplacian Pyramid of Adversarial
//! Networks"): a game at each level of the pyramid of the real images.
//!
//! The generator player owns the generators of all levels, the discriminator player the discriminators. The losses of the
//! levels are added; no two levels share a parameter, so that each is trained as if it were alone. A finer level is trained
//! on the downsampled real image of the level before, never on a generated one.

mod terms;

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};
use ganforge_data::DataError;
use ganforge_model::networks::{
    LapganDiscriminator, LapganDiscriminatorConfig, LapganGenerator, LapganGeneratorConfig,
    LaplacianPyramid, MAX_LAPGAN_LEVELS,
};
use ganforge_model::{
    ConfigError, DiscriminatorConfig, GENERATOR, GeneratorArchitecture, GeneratorConfig,
    GeneratorNet, ImageShape, LatentSpec, ModelBundle, ModelError, ModelFile, NetworkSize,
};
use serde::{Deserialize, Serialize};

use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::{Latents, Loader};
use super::rules::refuse_shipping;
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{AdversarialLoss, Game, Loss, PerPlayer, ScoreState, Undecided, add_noise};

/// The tables `[generator]` and `[discriminator]` of a recipe: the networks of all levels.
///
/// ```
/// use ganforge_model::networks::{LapganDiscriminatorConfig, LapganGeneratorConfig};
/// use ganforge_train::system::{Lapgan, System};
///
/// // Images of 7×7, 14×14 and 28×28 pixels.
/// let system = Lapgan {
///     generator: LapganGeneratorConfig::new([7, 7], [256, 256], [32, 32]),
///     discriminator: LapganDiscriminatorConfig::new([256, 256], 32),
/// };
/// // A latent of 100 coordinates, and a plane of noise for each finer level.
/// assert_eq!(system.latent().dimension, 100 + 14 * 14 + 28 * 28);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lapgan {
    /// The generators.
    pub generator: LapganGeneratorConfig,
    /// The discriminators.
    pub discriminator: LapganDiscriminatorConfig,
}

/// The input of a turn of [`Lapgan`].
#[derive(Debug, Clone)]
pub struct LapganRound {
    /// The real images at every level.
    pub real: LaplacianPyramid,
    /// `[batch]`, the class of the real image and of the fakes in each row; `None` for unconditional players.
    pub class: Option<Tensor<1, Int>>,
    /// `[batch, dimension]`, the latents of each level with a network, coarsest first.
    pub noise: Vec<Tensor<2>>,
}

impl System for Lapgan {
    const NAME: &'static str = "lapgan";

    type Generator = LapganGenerator;
    /// One for each level with a network, coarsest first.
    type Discriminator = Vec<LapganDiscriminator>;
    type State = [ScoreState; MAX_LAPGAN_LEVELS];
    type Round = LapganRound;
    /// The images of each level with a network, coarsest first; those of a finer level from the real image of the level before.
    type Generated = Vec<Tensor<4>>;
    type Sampled = LapganGenerator;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        let optimizer = &experiment.optimizer;
        for (player, config) in [
            ("generator", &optimizer.generator),
            ("discriminator", &optimizer.discriminator),
        ] {
            if let Some(longest) = config.clip_norm {
                return Err(RecipeError::value(
                    format!("optimizer.{player}.clip_norm"),
                    longest,
                    "left out with system = \"lapgan\": one norm over all levels would make the step of a level depend on \
                     the gradients of the others",
                ));
            }
        }
        refuse_shipping(
            Self::NAME,
            &experiment.run,
            "discriminators of single levels",
        )?;
        // Every level has the rules of the coarsest: no score depends on its batch, dropout is the only chance.
        let discriminator = DiscriminatorConfig::Mlp(self.discriminator.coarsest());
        let run = &experiment.run;
        let labels = experiment.data.labels;
        experiment
            .game
            .check_players(&discriminator, labels, run.batch)
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(LapganGenerator, Vec<LapganDiscriminator>), TrainError> {
        let Setting {
            image,
            classes,
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
        let levels = self.scored_levels(image, &experiment.game);
        let mut rng = experiment.weights_rng("discriminator weights");
        let discriminators = levels
            .map_err(TrainError::network("generator"))?
            .into_iter()
            .map(|(level, shape)| {
                self.discriminator
                    .init(level, shape, classes, &mut rng, device)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(TrainError::network("discriminator"))?;
        Ok((generator, discriminators))
    }

    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        let levels = self.scored_levels(image, &experiment.game).ok();
        PerPlayer {
            generator: GeneratorConfig::Lapgan(self.generator.clone()).size(image, classes),
            discriminator: levels.map(|levels| self.discriminator.size(&levels, classes)),
        }
    }

    fn next_round(&self, loader: &mut Loader<'_>, index: u64) -> Result<LapganRound, DataError> {
        let real = loader.next_images()?;
        Ok(LapganRound {
            real: LaplacianPyramid::new(real.images, self.generator.levels()),
            class: real.class,
            noise: self.draw(loader.latents, "latent", index),
        })
    }

    fn redraw(&self, round: LapganRound, latents: &Latents, draw: u64) -> LapganRound {
        LapganRound {
            noise: self.draw(latents, "latent of a generator turn", draw),
            ..round
        }
    }

    fn generate(
        &self,
        generator: &LapganGenerator,
        round: &LapganRound,
        game: &Game,
    ) -> Vec<Tensor<4>> {
        let LapganRound { real, class, noise } = round;
        let levels = self.generator.trained_levels().zip(noise);
        let fakes = levels.map(|(level, noise)| {
            let noise = noise.clone();
            let fakes = match level.checked_sub(1) {
                None => generator.coarsest(noise, class.clone()),
                Some(before) => {
                    let finer = generator
                        .finer(level)
                        .expect("a trained level has a network");
                    finer.forward(real.coarse[before].clone(), noise, class.clone())
                }
            };
            if game.generator_noise > 0.0 {
                add_noise(fakes, game.generator_noise)
            } else {
                fakes
            }
        });
        fakes.collect()
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: Vec<Tensor<4>>) -> Loss {
        let LapganRound { real, class, .. } = turn.round;
        self.sum(turn, fakes, |level, adversarial, fakes| {
            let real = real.images[level].clone();
            let loss = adversarial.discriminator_loss(real, fakes, class.as_ref());
            terms::of_discriminator(level, loss)
        })
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: Vec<Tensor<4>>) -> Loss {
        let LapganRound { real, class, .. } = turn.round;
        self.sum(turn, fakes, |level, adversarial, fakes| {
            let loss =
                adversarial.generator_loss(&real.images[level], fakes.clone(), class.as_ref());
            terms::of_generator(level, loss, fakes, real)
        })
    }

    /// Losses are sums over the levels with networks.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        let levels = self.generator.trained_levels().count();
        Undecided::of(&experiment.game, device).times(levels)
    }

    fn sampled<'a>(&self, generator: &'a LapganGenerator) -> &'a LapganGenerator {
        generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let architecture = GeneratorConfig::Lapgan(self.generator.clone());
        let card = about.card(architecture.clone());
        ModelBundle::new(Self::NAME, card)
            .with(GENERATOR, &architecture, &shipped.generator)?
            .to_bytes()
    }

    fn open_model(path: &Path, device: &Device) -> Result<LapganGenerator, ModelError> {
        match ModelFile::<GeneratorConfig>::open(path)?.into_network(device)? {
            GeneratorNet::Lapgan(network) => Ok(network),
            _ => Err(ModelError::UnknownArchitecture(
                "its generator is not of the kind lapgan".to_owned(),
            )),
        }
    }

    fn terms(&self) -> &'static [&'static str] {
        terms::names(self.generator.levels())
    }
}

impl Lapgan {
    /// The levels with networks, and the shape of what their discriminators score.
    fn scored_levels(
        &self,
        image: ImageShape,
        game: &Game,
    ) -> Result<Vec<(usize, ImageShape)>, ConfigError> {
        let shapes = self.generator.shapes(image)?;
        let levels = self.generator.trained_levels().map(|level| {
            let shape = shapes[level];
            let channels = shape.channels.saturating_mul(game.packing.max(1));
            (level, ImageShape { channels, ..shape })
        });
        Ok(levels.collect())
    }

    /// Latents of each level with a network. Each level has a key of its own, so that its latents do not depend on the others.
    fn draw(&self, latents: &Latents, purpose: &str, step: u64) -> Vec<Tensor<2>> {
        let dimensions = self.generator.latents();
        let levels = self.generator.trained_levels().map(|level| {
            let spec = LatentSpec {
                dimension: dimensions[level],
                ..latents.spec
            };
            let latents = Latents {
                spec,
                ..latents.clone()
            };
            latents.draw(&format!("{purpose} of level {level}"), step)
        });
        levels.collect()
    }

    /// The sum of a loss over all levels with networks, coarsest first.
    fn sum(
        &self,
        turn: Turn<'_, Self>,
        fakes: Vec<Tensor<4>>,
        loss: impl Fn(usize, AdversarialLoss<'_, LapganDiscriminator>, Tensor<4>) -> Loss,
    ) -> Loss {
        let levels = self.generator.trained_levels().zip(fakes).enumerate();
        let losses = levels.map(|(index, (level, fakes))| {
            let adversarial = AdversarialLoss {
                discriminator: &turn.discriminator[index],
                state: &turn.state[index],
                game: turn.game,
                key: turn.key,
            };
            loss(level, adversarial, fakes)
        });
        let sum = losses.reduce(|sum, loss| sum + loss);
        sum.expect("the coarsest level has networks")
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

//! One generator against two discriminators, whose losses are added (Durugkar, Gemp & Mahadevan 2017, "Generative
//! Multi-Adversarial Networks", with the mean over discriminators).

use std::path::Path;

use burn::tensor::{Device, Tensor};
use ganforge_data::DataError;
use ganforge_model::{
    DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorNet, GeneratorConfig,
    GeneratorNet, ImageShape, LatentSpec, ModelError, NetworkSize,
};
use ganforge_train::experiment::Experiment;
use ganforge_train::game::{AdversarialLoss, Game, Loss, PerPlayer, ScoreState};
use ganforge_train::system::{
    About, Gan, GanRound, Latents, Loader, Setting, Shipped, System, Turn,
};
use ganforge_train::{RecipeError, TrainError};
use serde::{Deserialize, Serialize};

/// What a recipe says of the networks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoCritics {
    generator: GeneratorConfig,
    critics: [DiscriminatorConfig; 2],
}

impl TwoCritics {
    /// The generator with one of the critics: an ordinary GAN, which has most of what a system needs.
    fn pair(&self, critic: usize) -> Gan {
        Gan {
            generator: self.generator.clone(),
            discriminator: self.critics[critic].clone(),
        }
    }
}

/// One critic in one turn.
fn critic(turn: Turn<'_, TwoCritics>, index: usize) -> AdversarialLoss<'_, DiscriminatorNet> {
    AdversarialLoss {
        discriminator: &turn.discriminator[index],
        state: &turn.state[index],
        game: turn.game,
        key: turn.key,
    }
}

impl System for TwoCritics {
    const NAME: &'static str = "two-critics";

    type Generator = GeneratorNet;
    type Discriminator = [DiscriminatorNet; 2];
    type State = [ScoreState; 2];
    type Round = GanRound;
    type Generated = Tensor<4>;
    type Sampled = GeneratorNet;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        self.pair(0).check(experiment)?;
        self.pair(1).check(experiment)
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(GeneratorNet, [DiscriminatorNet; 2]), TrainError> {
        let (generator, first) = self.pair(0).init(experiment, setting)?;
        // Two critics of one architecture would move in step if they began with the same weights.
        let mut rng = experiment.weights_rng("weights of the second critic");
        let second = self.critics[1]
            .init(setting.image, setting.classes, &mut rng, setting.device)
            .map_err(TrainError::network("discriminator"))?;
        Ok((generator, [first, second]))
    }

    fn latent(&self) -> LatentSpec {
        self.pair(0).latent()
    }

    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        self.pair(0).sizes(experiment, image, classes)
    }

    fn next_round(&self, loader: &mut Loader<'_>, index: u64) -> Result<GanRound, DataError> {
        self.pair(0).next_round(loader, index)
    }

    fn redraw(&self, round: GanRound, latents: &Latents, draw: u64) -> GanRound {
        self.pair(0).redraw(round, latents, draw)
    }

    fn generate(&self, generator: &GeneratorNet, round: &GanRound, game: &Game) -> Tensor<4> {
        self.pair(0).generate(generator, round, game)
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let GanRound { real, class, .. } = turn.round;
        let loss = |index| {
            let critic = critic(turn, index);
            critic.discriminator_loss(real.clone(), fakes.clone(), class.as_ref())
        };
        loss(0) + loss(1)
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let GanRound { real, class, .. } = turn.round;
        let loss = |index| critic(turn, index).generator_loss(real, fakes.clone(), class.as_ref());
        loss(0) + loss(1)
    }

    fn sampled<'a>(&self, generator: &'a GeneratorNet) -> &'a GeneratorNet {
        generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let shipped = Shipped {
            generator: shipped.generator.clone(),
            discriminator: None,
        };
        self.pair(0).to_model_file(&shipped, about)
    }

    fn open_model(path: &Path, device: &Device) -> Result<GeneratorNet, ModelError> {
        Gan::<GeneratorConfig, DiscriminatorConfig>::open_model(path, device)
    }
}

//! A generator and an encoder against one discriminator of pairs of an image and a latent, (x, E(x)) against (G(z), z): ALI
//! (Dumoulin et al. 2017, "Adversarially Learned Inference") with a stochastic encoder, BiGAN (Donahue et al. 2017, "Adversarial
//! Feature Learning") with a deterministic one.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ganforge_data::{DataError, Dataset};
use ganforge_infer::{Encoder, InferError, Signature, load_encoder};
use ganforge_measure::{MeasureError, Reconstruction, ReconstructionOptions};
use ganforge_model::layers::OutputActivation;
use ganforge_model::networks::EncoderNoise;
use ganforge_model::{
    ENCODER, EncoderConfig, EncoderNet, GENERATOR, Generator, GeneratorArchitecture,
    GeneratorConfig, GeneratorInput, GeneratorNet, ImageShape, JointDiscriminatorConfig,
    JointDiscriminatorNet, LatentDistribution, LatentSpec, ModelBundle, ModelError, ModelFile,
    NetworkSize,
};
use serde::{Deserialize, Serialize};

use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::{Latents, Loader};
use super::rules::{refuse_image_input, refuse_shipping};
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{Game, Loss, PairLoss, Pairs, PerPlayer, ScoreState, Undecided, add_noise};

/// The system `ali`: a stochastic encoder.
pub type Ali = Bidirectional<true>;

/// The system `bigan`: a deterministic encoder.
pub type Bigan = Bidirectional<false>;

/// The tables `[generator]`, `[encoder]` and `[discriminator]` of a recipe, with a stochastic or a deterministic encoder.
///
/// ```
/// use ganforge_train::system::{Bigan, System};
/// use ganforge_train::recipe::RecipeSource;
/// use ganforge_train::Recipe;
///
/// let source = RecipeSource::find("bigan-2016-digits")?;
/// let recipe: Recipe<Bigan> = Recipe::from_source(&source, &[])?;
/// assert_eq!(recipe.system.latent().dimension, 32);
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bidirectional<const STOCHASTIC: bool> {
    /// Latents to images.
    pub generator: GeneratorConfig,
    /// Images to latents.
    pub encoder: EncoderConfig,
    /// Pairs to scores.
    pub discriminator: JointDiscriminatorConfig,
}

/// The generator player.
#[derive(Module, Debug)]
pub struct EncoderAndGenerator {
    /// Latents to images.
    pub generator: GeneratorNet,
    /// Images to latents.
    pub encoder: EncoderNet,
}

/// The input of a turn.
#[derive(Debug, Clone)]
pub struct BidirectionalRound {
    /// `[batch, channels, height, width]`, real images.
    pub real: Tensor<4>,
    /// `[batch, dimension]`, the latents of as many fakes.
    pub latent: Tensor<2>,
    /// `[batch, dimension]`, the noise of a stochastic encoder.
    pub noise: Option<Tensor<2>>,
}

/// Images and latents that a run measures at an evaluation, at most.
const MEASURED: usize = 2000;

impl<const STOCHASTIC: bool> Bidirectional<STOCHASTIC> {
    /// The noise of the encoder in a turn, by purpose and number.
    fn encoder_noise(&self, latents: &Latents, purpose: &str, index: u64) -> Option<Tensor<2>> {
        STOCHASTIC.then(|| {
            let normal = Latents {
                spec: LatentSpec::normal(self.latent().dimension),
                ..latents.clone()
            };
            normal.draw(purpose, index)
        })
    }

    /// Refuses a deterministic encoder in ALI and a stochastic one in BiGAN.
    fn check_encoder(&self) -> Result<(), RecipeError> {
        let noise = self.encoder.noise();
        match (STOCHASTIC, noise) {
            (true, EncoderNoise::None) => Err(RecipeError::value(
                "encoder.noise",
                "none",
                "gaussian or input with system = \"ali\"; a deterministic encoder is system = \"bigan\"",
            )),
            (false, EncoderNoise::Gaussian | EncoderNoise::Input) => Err(RecipeError::value(
                "encoder.noise",
                noise.name(),
                "none with system = \"bigan\"; a stochastic encoder is system = \"ali\"",
            )),
            _ => Ok(()),
        }
    }

    /// A warning if the encoder's output has another range than the latents that it should equal.
    fn range_warning(&self) -> Option<String> {
        let latents = self.latent().distribution;
        let output = self.encoder.output();
        let is_bounded = output != OutputActivation::Linear;
        let fits = match latents {
            LatentDistribution::Normal => !is_bounded,
            LatentDistribution::Uniform => is_bounded,
            LatentDistribution::UnitInterval | LatentDistribution::UniformUnitVariance => false,
        };
        if fits {
            return None;
        }
        let range = if is_bounded {
            "within [-1, 1]"
        } else {
            "unbounded"
        };
        Some(format!(
            "`encoder.output` is {}: its latents are {range}, and those of generator.latent_distribution = \"{}\" are {}, so that \
             the discriminator separates them by their range; use linear with normal latents, tanh or sigmoid with uniform ones",
            output.name(),
            latents.name(),
            latents.range(),
        ))
    }

    /// Refuses statistics of a batch of one.
    fn check_batch(&self, batch: usize) -> Result<(), RecipeError> {
        let of = [
            ("generator", self.generator.batch_norm_1d().is_some()),
            ("encoder", self.encoder.is_batch_dependent()),
            ("discriminator", self.discriminator.is_batch_dependent()),
        ];
        match of.into_iter().find(|(_, dependent)| *dependent) {
            Some((table, _)) if batch == 1 => {
                let allowed = format!(
                    "2 or more with a batch norm in {table}.norm, for a batch of one has no statistics"
                );
                Err(RecipeError::value("run.batch", 1, allowed))
            }
            _ => Ok(()),
        }
    }
}

impl<const STOCHASTIC: bool> System for Bidirectional<STOCHASTIC> {
    const NAME: &'static str = if STOCHASTIC { "ali" } else { "bigan" };
    const SCORED: &'static str = "pairs";

    type Generator = EncoderAndGenerator;
    type Discriminator = JointDiscriminatorNet;
    type State = ScoreState;
    type Round = BidirectionalRound;
    /// G(z) and E(x).
    type Generated = (Tensor<4>, Tensor<2>);
    type Sampled = GeneratorNet;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        self.check_encoder()?;
        refuse_image_input(Self::NAME, &self.generator)?;
        refuse_shipping(Self::NAME, &experiment.run, "discriminator of pairs")?;
        experiment.game.check_pairs(Self::NAME)?;
        if experiment.data.labels {
            let allowed = format!(
                "false with system = \"{}\", whose networks take no classes",
                Self::NAME
            );
            return Err(RecipeError::value("data.labels", true, allowed));
        }
        self.check_batch(experiment.run.batch)
    }

    fn warnings(&self, _experiment: &Experiment) -> Vec<String> {
        self.range_warning().into_iter().collect()
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(EncoderAndGenerator, JointDiscriminatorNet), TrainError> {
        let Setting { image, device, .. } = *setting;
        let latent = self.latent().dimension;
        let generator = self
            .generator
            .init(
                image,
                0,
                &mut experiment.weights_rng("generator weights"),
                device,
            )
            .map_err(TrainError::network("generator"))?;
        let generator = match setting.mean_image {
            Some(mean) => self.generator.init_from_mean_image(generator, mean),
            None => generator,
        };
        let encoder = self
            .encoder
            .init(
                image,
                latent,
                &mut experiment.weights_rng("encoder weights"),
                device,
            )
            .map_err(TrainError::network("encoder"))?;
        let discriminator = self
            .discriminator
            .init(
                image,
                latent,
                &mut experiment.weights_rng("discriminator weights"),
                device,
            )
            .map_err(TrainError::network("discriminator"))?;
        Ok((EncoderAndGenerator { generator, encoder }, discriminator))
    }

    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn needs_mean_image(&self) -> bool {
        self.generator.needs_mean_image()
    }

    fn sizes(
        &self,
        _experiment: &Experiment,
        image: ImageShape,
        _classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        let latent = self.latent().dimension;
        let generator = self.generator.size(image, 0);
        PerPlayer {
            generator: generator.map(|size| size + self.encoder.size(image, latent)),
            discriminator: Some(self.discriminator.size(image, latent)),
        }
    }

    fn next_round(
        &self,
        loader: &mut Loader<'_>,
        index: u64,
    ) -> Result<BidirectionalRound, DataError> {
        let real = loader.next_images()?.images;
        let latents = loader.latents;
        Ok(BidirectionalRound {
            real,
            latent: latents.draw("latent", index),
            noise: self.encoder_noise(latents, "encoder noise", index),
        })
    }

    fn redraw(
        &self,
        round: BidirectionalRound,
        latents: &Latents,
        draw: u64,
    ) -> BidirectionalRound {
        let purpose = "encoder noise of a generator turn";
        BidirectionalRound {
            latent: latents.draw("latent of a generator turn", draw),
            noise: self.encoder_noise(latents, purpose, draw),
            ..round
        }
    }

    fn generate(
        &self,
        player: &EncoderAndGenerator,
        round: &BidirectionalRound,
        game: &Game,
    ) -> (Tensor<4>, Tensor<2>) {
        let input = GeneratorInput::noise(round.latent.clone());
        let fakes = player.generator.forward(input);
        let fakes = if game.generator_noise > 0.0 {
            add_noise(fakes, game.generator_noise)
        } else {
            fakes
        };
        let codes = player
            .encoder
            .forward(round.real.clone(), round.noise.clone());
        (fakes, codes)
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, generated: (Tensor<4>, Tensor<2>)) -> Loss {
        let (real, fake) = pairs(turn.round, generated);
        pair_loss(turn).discriminator_loss(real, fake)
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, generated: (Tensor<4>, Tensor<2>)) -> Loss {
        let (real, fake) = pairs(turn.round, generated);
        pair_loss(turn).generator_loss(real, fake)
    }

    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        experiment.game.undecided_pairs(device)
    }

    fn sampled<'a>(&self, player: &'a EncoderAndGenerator) -> &'a GeneratorNet {
        &player.generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let card = about.card(self.generator.clone());
        let EncoderAndGenerator { generator, encoder } = &shipped.generator;
        ModelBundle::new(Self::NAME, card)
            .with(GENERATOR, &self.generator, generator)?
            .with(ENCODER, &self.encoder, encoder)?
            .to_bytes()
    }

    fn open_model(path: &Path, device: &Device) -> Result<EncoderAndGenerator, ModelError> {
        let bundle = ModelBundle::open(path)?;
        Ok(EncoderAndGenerator {
            generator: ModelFile::<GeneratorConfig>::open(path)?.into_network(device)?,
            encoder: load_encoder(&bundle, device)?,
        })
    }

    fn own_metrics(&self) -> &'static [&'static str] {
        &Reconstruction::METRICS
    }

    fn measure(
        &self,
        shipped: &Shipped<Self>,
        test: &Dataset,
        device: &Device,
    ) -> Result<Vec<f64>, TrainError> {
        let signature = Signature {
            latent: self.latent(),
            image: test.shape(),
            input: None,
            classes: Vec::new(),
        };
        let EncoderAndGenerator { generator, encoder } = &shipped.generator;
        let encoder = Encoder::new(generator, encoder, signature, device);
        let options = ReconstructionOptions {
            count: MEASURED,
            classes: false,
            ..ReconstructionOptions::default()
        };
        match Reconstruction::measure(&encoder, test, &options) {
            Ok(measured) => Ok(measured.metrics().to_vec()),
            // A run that diverged goes on, as with every other metric.
            Err(MeasureError::Sample(InferError::CodeNotFinite { .. })) => {
                Ok(vec![f64::NAN; Reconstruction::METRICS.len()])
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn pair_loss<const STOCHASTIC: bool>(
    turn: Turn<'_, Bidirectional<STOCHASTIC>>,
) -> PairLoss<'_, JointDiscriminatorNet> {
    PairLoss {
        discriminator: turn.discriminator,
        game: turn.game,
        key: turn.key,
    }
}

/// The real pairs (x, E(x)) and the fake ones (G(z), z).
fn pairs(round: &BidirectionalRound, (fakes, codes): (Tensor<4>, Tensor<2>)) -> (Pairs, Pairs) {
    let real = Pairs {
        images: round.real.clone(),
        codes,
    };
    let fake = Pairs {
        images: fakes,
        codes: round.latent.clone(),
    };
    (real, fake)
}

#[cfg(test)]
#[path = "bidirectional_tests.rs"]
mod tests;

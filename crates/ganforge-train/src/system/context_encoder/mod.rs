//! Inpainting: the generator completes an image with a hole (Pathak et al. 2016, "Context Encoders: Feature Learning by
//! Inpainting").
//!
//! The generator minimises `λ_rec · E w ⊙ (x - F(context))² + λ_adv · payoff` over the predicted pixels (equations 1 to 3),
//! where w is larger on predicted pixels that are not missing. The discriminator scores the predicted pixels alone, without
//! their context.

mod inpainting_config;

pub use inpainting_config::InpaintingConfig;

use std::path::Path;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use ganforge_data::{DataError, Dataset};
use ganforge_infer::{HoleErrors, Images, InferError, SampleOptions, Signature, sample};
use ganforge_model::networks::{ContextEncoderGenerator, ContextEncoderGeneratorConfig};
use ganforge_model::{
    ConfigError, DISCRIMINATOR, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorNet,
    GENERATOR, GeneratorArchitecture, GeneratorConfig, GeneratorNet, ImageShape, LatentSpec,
    ModelBundle, ModelError, ModelFile, NetworkSize, keyed_rng,
};
use ganforge_ops::mean;
use serde::{Deserialize, Serialize};

use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{AdversarialLoss, Game, Loss, PerPlayer, ScoreState, Term, Undecided};
use crate::system::interface::{About, Setting, Shipped, System, Turn};
use crate::system::loader::Loader;

/// The tables `[generator]`, `[discriminator]` and `[inpainting]` of a recipe with `system = "context-encoder"`.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::recipe::RecipeSource;
/// use ganforge_train::system::ContextEncoder;
///
/// let source = RecipeSource::find("context-encoder-2016-mnist-small")?;
/// // The reconstruction loss alone.
/// let changes = ["inpainting.adversarial=0".parse()?];
/// let recipe: Recipe<ContextEncoder> = Recipe::from_source(&source, &changes)?;
/// assert_eq!(recipe.system.inpainting.reconstruction, 0.999);
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextEncoder {
    /// The encoder and decoder.
    pub generator: ContextEncoderGeneratorConfig,
    /// Scores the predicted pixels: the patch in the centre, or the whole image.
    pub discriminator: DiscriminatorConfig,
    /// The losses.
    #[serde(default)]
    pub inpainting: InpaintingConfig,
}

/// The input of a turn of a [`ContextEncoder`].
#[derive(Debug, Clone)]
pub struct InpaintingRound {
    /// `[batch, channels, height, width]`, real images.
    pub real: Tensor<4>,
    /// `[1, 1, height, width]`, 1 at missing pixels and 0 elsewhere: one hole for the batch.
    pub mask: Tensor<4>,
}

impl System for ContextEncoder {
    const NAME: &'static str = "context-encoder";

    type Generator = ContextEncoderGenerator;
    type Discriminator = DiscriminatorNet;
    type State = ScoreState;
    type Round = InpaintingRound;
    /// The predicted pixels.
    type Generated = Tensor<4>;
    type Sampled = ContextEncoderGenerator;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        let Experiment {
            data, game, run, ..
        } = experiment;
        let refuse = |key: &str, value: String, allowed: &str| {
            let allowed = format!("{allowed} with system = \"{}\"", Self::NAME);
            Err(RecipeError::value(key, value, allowed))
        };
        if data.labels {
            return refuse("data.labels", "true".to_owned(), "false");
        }
        if game.generator_noise > 0.0 {
            let value = game.generator_noise.to_string();
            return refuse("game.generator_noise", value, "0");
        }
        if run.batch == 1 {
            return refuse("run.batch", "1".to_owned(), "2 or more, for batch norm,");
        }
        self.inpainting.check()?;
        self.generator
            .check()
            .map_err(|error| within("generator", error))?;
        game.check_players(&self.discriminator, data.labels, run.batch)
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(ContextEncoderGenerator, DiscriminatorNet), TrainError> {
        let Setting { image, device, .. } = *setting;
        let generator = self
            .generator
            .init(
                image,
                0,
                &mut experiment.weights_rng("generator weights"),
                device,
            )
            .map_err(TrainError::network("generator"))?;
        let scored = self.scored(image, &experiment.game);
        let discriminator = self
            .discriminator
            .init(
                scored,
                0,
                &mut experiment.weights_rng("discriminator weights"),
                device,
            )
            .map_err(|error| of_predicted_pixels(error, image))
            .map_err(TrainError::network("discriminator"))?;
        Ok((generator, discriminator))
    }

    /// None: a completed image depends on its context alone.
    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        _classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        let scored = self.scored(image, &experiment.game);
        PerPlayer {
            generator: self.generator.size(image, 0),
            discriminator: self.discriminator.size(scored, 0),
        }
    }

    fn next_round(
        &self,
        loader: &mut Loader<'_>,
        index: u64,
    ) -> Result<InpaintingRound, DataError> {
        let real = loader.next_images()?.images;
        let [_, channels, height, width] = real.dims();
        let image = ImageShape {
            channels,
            height,
            width,
        };
        let mut rng = keyed_rng(loader.latents.seed, "mask", index);
        let mask = self.generator.mask(image, &mut rng);
        let mask = TensorData::new(mask, [1, 1, height, width]);
        let mask = Tensor::from_data(mask, &loader.latents.device);
        Ok(InpaintingRound { real, mask })
    }

    fn generate(
        &self,
        generator: &ContextEncoderGenerator,
        round: &InpaintingRound,
        _game: &Game,
    ) -> Tensor<4> {
        generator.predict(generator.context(round.real.clone(), &round.mask))
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, predicted: Tensor<4>) -> Loss {
        let real = turn.generator.predicted().crop(turn.round.real.clone());
        adversarial(turn).discriminator_loss(real, predicted, None)
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, predicted: Tensor<4>) -> Loss {
        let InpaintingRound { real, mask } = turn.round;
        let rectangle = turn.generator.predicted();
        let real = rectangle.crop(real.clone());
        let missing = rectangle.crop(mask.clone());
        let weights = self.inpainting.weights(missing);
        let error = mean((predicted.clone() - real.clone()).square() * weights);
        let mut loss = error.clone() * self.inpainting.reconstruction;
        let mut terms = vec![Term::new("reconstruction", &error)];
        if self.inpainting.adversarial > 0.0 {
            let payoff = adversarial(turn).generator_loss(&real, predicted, None);
            terms.push(Term::new("adversarial", &payoff.loss));
            // The payoff's own terms but its total.
            let own = payoff.terms.into_iter();
            terms.extend(own.filter(|term| term.name != "generator_loss"));
            loss = loss + payoff.loss * self.inpainting.adversarial;
        }
        let total = Loss::new("generator_loss", loss);
        terms.splice(..0, total.terms);
        Loss { terms, ..total }
    }

    /// The reconstruction error is part of the generator's loss.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        Undecided::of(&experiment.game, device).with_other_terms()
    }

    fn sampled<'a>(&self, generator: &'a ContextEncoderGenerator) -> &'a ContextEncoderGenerator {
        generator
    }

    /// An image with its mask as one more channel.
    fn input(&self, image: ImageShape) -> Option<ImageShape> {
        self.generator.input(image)
    }

    /// The first images of the data, with a hole each.
    fn sample_inputs(
        &self,
        images: &Dataset,
        count: usize,
        seed: u64,
    ) -> Result<Option<Images>, TrainError> {
        let first: Vec<usize> = (0..images.len().min(count)).collect();
        let batch = images.gather(&first)?.images;
        Ok(Some(self.cut(images.shape(), &batch, seed, 0)?))
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let generator = GeneratorConfig::ContextEncoder(self.generator.clone());
        let bundle = ModelBundle::new(Self::NAME, about.card(())).with(
            GENERATOR,
            &generator,
            &shipped.generator,
        )?;
        let bundle = match &shipped.discriminator {
            Some(network) => bundle.with(DISCRIMINATOR, &self.discriminator, network)?,
            None => bundle,
        };
        bundle.to_bytes()
    }

    fn open_model(path: &Path, device: &Device) -> Result<ContextEncoderGenerator, ModelError> {
        let network = ModelFile::<GeneratorConfig>::open(path)?.into_network(device)?;
        if let GeneratorNet::ContextEncoder(network) = network {
            return Ok(network);
        }
        let what = "its generator does not complete images".to_owned();
        Err(ModelError::Description(what))
    }

    fn own_metrics(&self) -> &'static [&'static str] {
        &["hole_l1", "hole_l2", "hole_psnr"]
    }

    /// Errors of the missing pixels of all test images. Random holes are those of seed 0.
    fn measure(
        &self,
        shipped: &Shipped<Self>,
        test: &Dataset,
        device: &Device,
    ) -> Result<Vec<f64>, TrainError> {
        let image = test.shape();
        let signature = Signature {
            latent: self.latent(),
            image,
            input: self.input(image),
            classes: Vec::new(),
        };
        let mut errors = HoleErrors::default();
        let indices: Vec<usize> = (0..test.len()).collect();
        for (indices, first) in indices.chunks(MEASURED).zip((0..).step_by(MEASURED)) {
            let originals = Images::new(image, test.gather(indices)?.images)?;
            let inputs = Arc::new(self.cut(image, originals.data(), 0, first)?);
            let options = SampleOptions {
                inputs: Some(inputs.clone()),
                ..SampleOptions::new(indices.len(), 0)
            };
            let completed = sample(&shipped.generator, &signature, &options, device)?;
            let each = originals.iter().zip(&completed).zip(inputs.iter());
            for ((original, completed), input) in each {
                errors.add(image, original, completed, &input[image.values()..]);
            }
        }
        Ok(vec![errors.l1(), errors.l2(), errors.psnr()])
    }

    fn terms(&self) -> &'static [&'static str] {
        if self.inpainting.adversarial > 0.0 {
            &["reconstruction", "adversarial"]
        } else {
            &["reconstruction"]
        }
    }
}

/// Test images that are measured at a time.
const MEASURED: usize = 256;

impl ContextEncoder {
    /// Images with a hole each and their masks. `first` is the index of the first.
    fn cut(
        &self,
        image: ImageShape,
        pixels: &[f32],
        seed: u64,
        first: u64,
    ) -> Result<Images, InferError> {
        let inputs = pixels.chunks(image.values()).zip(first..);
        let inputs = inputs.flat_map(|(pixels, index)| {
            let mut rng = keyed_rng(seed, "input", index);
            self.generator.prepare_input(pixels, image, &mut rng)
        });
        let input = ImageShape {
            channels: image.channels + 1,
            ..image
        };
        Images::new(input, inputs.collect())
    }

    /// The size of what the discriminator scores: the predicted pixels, packed.
    fn scored(&self, image: ImageShape, game: &Game) -> ImageShape {
        let predicted = self.generator.predicted(image);
        ImageShape {
            channels: predicted.channels.saturating_mul(game.packing.max(1)),
            ..predicted
        }
    }
}

fn adversarial(turn: Turn<'_, ContextEncoder>) -> AdversarialLoss<'_, DiscriminatorNet> {
    AdversarialLoss {
        discriminator: turn.discriminator,
        state: turn.state,
        game: turn.game,
        key: turn.key,
    }
}

/// An error of a network's configuration, as one of the recipe.
fn within(table: &str, error: ConfigError) -> RecipeError {
    RecipeError::value(format!("{table}.{}", error.key), error.value, error.allowed)
}

/// States that a size which does not suit the discriminator is that of the predicted pixels.
fn of_predicted_pixels(error: ConfigError, image: ImageShape) -> ConfigError {
    if error.key != "data.size" {
        return error;
    }
    let ImageShape { height, width, .. } = image;
    let value = format!("{height}×{width}, of which {} is predicted", error.value);
    ConfigError::new(error.key, value, error.allowed)
}

//! A generator whose latent codes are recovered from its images (Chen et al. 2016, "`InfoGAN`: Interpretable Representation
//! Learning by Information Maximizing Generative Adversarial Nets").
//!
//! The recognition network Q shares the hidden layers of the discriminator. Both players minimise the cross-entropy of the
//! codes under Q, a bound on their mutual information with the images (equation 5).

use std::path::Path;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use ganforge_core::below;
use ganforge_data::{DataError, Dataset};
use ganforge_model::layers::{Init, WeightInit};
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput,
    DiscriminatorNet, DiscriminatorOutput, GeneratorArchitecture, GeneratorConfig, GeneratorNet,
    ImageShape, LatentSpec, ModelError, NetworkSize, keyed_rng,
};
use serde::{Deserialize, Serialize};

use super::gan::Gan;
use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::{Latents, Loader};
use super::rules::refuse_image_input;
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{AdversarialLoss, Game, Loss, PerPlayer, ScoreState};

/// Images per batch of the test.
const TEST_BATCH: usize = 500;

/// The tables `[generator]` and `[discriminator]`, and the codes, of a recipe with `system = "infogan"`.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::recipe::RecipeSource;
/// use ganforge_train::system::InfoGan;
///
/// let source = RecipeSource::find("infogan-2016-digits-small")?;
/// let recipe: Recipe<InfoGan> = Recipe::from_source(&source, &[])?;
/// assert_eq!((recipe.system.categories, recipe.system.continuous), (10, 2));
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoGan {
    /// The generator. Its class is the categorical code, and the first coordinates of its latents are the continuous codes.
    pub generator: GeneratorConfig,
    /// The discriminator; `conditioning = "auxiliary"`, whose classifier is Q for the categorical code.
    pub discriminator: DiscriminatorConfig,
    /// Values of the categorical code.
    pub categories: usize,
    /// Number of continuous codes.
    #[serde(default)]
    pub continuous: usize,
    /// Weight of the cross-entropy of the categorical code.
    #[serde(default = "one")]
    pub categorical_weight: f64,
    /// Weight of the negative log-likelihood of the continuous codes, each normal of variance 1 under Q.
    #[serde(default = "tenth")]
    pub continuous_weight: f64,
}

/// The input of a turn.
#[derive(Debug, Clone)]
pub struct InfoGanRound {
    /// `[batch, channels, height, width]`
    pub real: Tensor<4>,
    /// `[batch]`, the categorical code.
    pub category: Tensor<1, Int>,
    /// `[batch, dimension]`, of which the first coordinates are the continuous codes.
    pub noise: Tensor<2>,
}

/// The discriminator with Q, which shares its hidden layers.
#[derive(Module, Debug)]
pub struct Recogniser {
    /// The discriminator; its class logits are those of the categorical code.
    pub network: DiscriminatorNet,
    /// From the last hidden layer to the means of the continuous codes.
    pub continuous: Option<Linear>,
}

impl InfoGan {
    fn pair(&self) -> Gan {
        Gan {
            generator: self.generator.clone(),
            discriminator: self.discriminator.clone(),
        }
    }

    /// Adds the losses of the codes under Q, whose output for the fakes this is.
    fn with_codes(
        &self,
        loss: Loss,
        output: DiscriminatorOutput,
        recogniser: &Recogniser,
        round: &InfoGanRound,
    ) -> Loss {
        let logits = output
            .class_logits
            .expect("the recipe was checked for a classifier");
        let chosen =
            activation::log_softmax(logits, 1).gather(1, round.category.clone().unsqueeze_dim(1));
        let loss = loss.plus("categorical_loss", -chosen.mean(), self.categorical_weight);
        let Some(layer) = &recogniser.continuous else {
            return loss;
        };
        let means = layer.forward(output.features);
        let codes = round.noise.clone().narrow(1, 0, self.continuous);
        // Of a normal distribution of variance 1, without its constant.
        let distance = (means - codes).square().sum_dim(1).mean() * 0.5;
        loss.plus("continuous_loss", distance, self.continuous_weight)
    }
}

impl System for InfoGan {
    const NAME: &'static str = "infogan";
    const SHIPS_DISCRIMINATOR: bool = true;

    type Generator = GeneratorNet;
    type Discriminator = Recogniser;
    type State = ScoreState;
    type Round = InfoGanRound;
    type Generated = Tensor<4>;
    type Sampled = GeneratorNet;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        let refuse = |key: &str, value: String, allowed: String| {
            Err(RecipeError::value(key, value, allowed))
        };
        refuse_image_input(Self::NAME, &self.generator)?;
        if experiment.data.labels {
            let allowed = "false with system = \"infogan\", which learns without labels".to_owned();
            return refuse("data.labels", "true".to_owned(), allowed);
        }
        if self.categories < 2 {
            return refuse(
                "categories",
                self.categories.to_string(),
                "2 or more".to_owned(),
            );
        }
        let most = self.generator.latent().dimension;
        if self.continuous > most {
            let allowed = format!("0 to generator.latent, {most}");
            return refuse("continuous", self.continuous.to_string(), allowed);
        }
        if !self.discriminator.has_classifier() {
            let allowed = "\"auxiliary\" with system = \"infogan\": the classifier is Q for the categorical code".to_owned();
            return refuse("discriminator.conditioning", "another".to_owned(), allowed);
        }
        let weights = [
            ("categorical_weight", self.categorical_weight),
            ("continuous_weight", self.continuous_weight),
        ];
        for (key, weight) in weights {
            if !(weight.is_finite() && weight >= 0.0) {
                return refuse(key, weight.to_string(), "0 or more".to_owned());
            }
        }
        if experiment.game.packing > 1 {
            let allowed =
                "1 with system = \"infogan\": images scored together would have different codes"
                    .to_owned();
            return refuse("game.packing", experiment.game.packing.to_string(), allowed);
        }
        // Its networks have classes, the codes.
        let mut with_classes = experiment.clone();
        with_classes.data.labels = true;
        self.pair().check(&with_classes)
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(GeneratorNet, Recogniser), TrainError> {
        let (generator, network) = self.pair().init(experiment, setting)?;
        let images = Tensor::zeros(
            [
                1,
                setting.image.channels,
                setting.image.height,
                setting.image.width,
            ],
            setting.device,
        );
        let features = network
            .clone()
            .valid()
            .forward(DiscriminatorInput::new(images.inner()))
            .features
            .dims()[1];
        let mut rng = keyed_rng(experiment.run.seed, "weights of the continuous codes", 0);
        let mut init = WeightInit::new(Init::Normal { std: 0.02 }, &mut rng, setting.device);
        let continuous =
            (self.continuous > 0).then(|| init.linear(features, self.continuous, true));
        Ok((
            generator,
            Recogniser {
                network,
                continuous,
            },
        ))
    }

    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn sample_classes(&self) -> Option<Vec<String>> {
        Some((0..self.categories).map(|code| code.to_string()).collect())
    }

    fn sizes(
        &self,
        experiment: &Experiment,
        image: ImageShape,
        _classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        self.pair().sizes(experiment, image, self.categories)
    }

    fn next_round(&self, loader: &mut Loader<'_>, index: u64) -> Result<InfoGanRound, DataError> {
        let real = loader.next_images()?.images;
        let latents = loader.latents;
        Ok(InfoGanRound {
            real,
            category: self.categories(latents, "categorical code", index),
            noise: latents.draw("latent", index),
        })
    }

    fn redraw(&self, round: InfoGanRound, latents: &Latents, draw: u64) -> InfoGanRound {
        InfoGanRound {
            category: self.categories(latents, "categorical code of a generator turn", draw),
            noise: latents.draw("latent of a generator turn", draw),
            ..round
        }
    }

    fn generate(&self, generator: &GeneratorNet, round: &InfoGanRound, game: &Game) -> Tensor<4> {
        let round = super::gan::GanRound {
            real: round.real.clone(),
            class: Some(round.category.clone()),
            noise: round.noise.clone(),
        };
        self.pair().generate(generator, &round, game)
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let (loss, output) = adversarial(turn, &turn.discriminator.network)
            .discriminator_loss_and_output(turn.round.real.clone(), fakes, None);
        self.with_codes(loss, output, turn.discriminator, turn.round)
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let recogniser = turn.discriminator.clone().no_grad();
        let (loss, output) = adversarial(turn, &recogniser.network).generator_loss_and_output(
            &turn.round.real,
            fakes,
            None,
        );
        self.with_codes(loss, output, &recogniser, turn.round)
    }

    fn sampled<'a>(&self, generator: &'a GeneratorNet) -> &'a GeneratorNet {
        generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let recogniser = shipped.discriminator.as_ref();
        let shipped = Shipped {
            generator: shipped.generator.clone(),
            discriminator: recogniser.map(|recogniser| recogniser.network.clone()),
        };
        self.pair().to_model_file(&shipped, about)
    }

    fn open_model(path: &Path, device: &Device) -> Result<GeneratorNet, ModelError> {
        <Gan>::open_model(path, device)
    }

    fn terms(&self) -> &'static [&'static str] {
        if self.continuous > 0 {
            &["categorical_loss", "continuous_loss"]
        } else {
            &["categorical_loss"]
        }
    }

    fn own_metrics(&self) -> &'static [&'static str] {
        &["code_error"]
    }

    /// The share of test images whose class is not that which most images of their code have: the error of Q as a classifier
    /// that learned without labels (section 7.2).
    fn measure(
        &self,
        shipped: &Shipped<Self>,
        test: &Dataset,
        device: &Device,
    ) -> Result<Vec<f64>, TrainError> {
        let (Some(recogniser), Some(labels)) = (&shipped.discriminator, test.labels()) else {
            return Ok(vec![f64::NAN]);
        };
        let all: Vec<usize> = (0..test.len()).collect();
        let shape = test.shape();
        let mut counts = vec![vec![0_usize; test.classes().len()]; self.categories];
        for indices in all.chunks(TEST_BATCH) {
            let dims = [indices.len(), shape.channels, shape.height, shape.width];
            let images = TensorData::new(test.gather(indices)?.images, dims);
            let images = Tensor::from_data(images, &device.clone().without_autodiff());
            let output = recogniser.network.forward(DiscriminatorInput::new(images));
            let logits = output
                .class_logits
                .expect("the recipe was checked for a classifier");
            let codes: Vec<i64> = logits
                .argmax(1)
                .try_into_vec_as()
                .map_err(|error| TrainError::Stopped(error.to_string()))?;
            for (index, code) in indices.iter().zip(codes) {
                let code = usize::try_from(code).unwrap_or_default();
                counts[code][labels[*index] as usize] += 1;
            }
        }
        let right: usize = counts.iter().filter_map(|row| row.iter().max()).sum();
        Ok(vec![1.0 - right as f64 / test.len() as f64])
    }
}

impl InfoGan {
    /// Uniform codes of one purpose and step, `[batch]`.
    fn categories(&self, latents: &Latents, purpose: &str, step: u64) -> Tensor<1, Int> {
        let mut rng = keyed_rng(latents.seed, purpose, step);
        let codes: Vec<i32> = (0..latents.batch)
            .map(|_| i32::try_from(below(&mut rng, self.categories)).unwrap_or_default())
            .collect();
        Tensor::from_data(TensorData::new(codes, [latents.batch]), &latents.device)
    }
}

fn adversarial<'a>(
    turn: Turn<'a, InfoGan>,
    network: &'a DiscriminatorNet,
) -> AdversarialLoss<'a, DiscriminatorNet> {
    AdversarialLoss {
        discriminator: network,
        state: turn.state,
        game: turn.game,
        key: turn.key,
    }
}

fn one() -> f64 {
    1.0
}

fn tenth() -> f64 {
    0.1
}

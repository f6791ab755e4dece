//! Semi-supervised learning with a GAN (Salimans et al. 2016, "Improved Techniques for Training GANs", section 5).
//!
//! The discriminator is a classifier of K classes whose logit for a class of fakes is fixed at 0. It learns classes from a few
//! labelled images and reality from all; the generator matches its mean features.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use ganforge_data::{DataError, Dataset};
use ganforge_model::networks::{Classifier, ClassifierCard, ClassifierConfig};
use ganforge_model::{
    CLASSIFIER, GENERATOR, Generator, GeneratorArchitecture, GeneratorConfig, GeneratorInput,
    GeneratorNet, ImageShape, LatentSpec, ModelBundle, ModelError, ModelFile, NetworkSize,
};
use serde::{Deserialize, Serialize};

use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::{ImageBatch, Latents, Loader};
use super::rules::{keep_only, refuse_image_input};
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::payoff::Payoff;
use crate::game::{AtUndecided, Game, Loss, PerPlayer, ScoreState, Term, Undecided};

/// Images on which the norms of the classifier's layers are initialised.
const INITIAL_IMAGES: usize = 500;

/// Images per batch of the test.
const TEST_BATCH: usize = 500;

/// The tables `[generator]` and `[classifier]` of a recipe with `system = "semi-supervised"`.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::recipe::RecipeSource;
/// use ganforge_train::system::SemiSupervised;
///
/// let source = RecipeSource::find("salimans-2016-digits-small")?;
/// let recipe: Recipe<SemiSupervised> = Recipe::from_source(&source, &[])?;
/// assert_eq!(recipe.system.classifier.classes, 10);
/// assert_eq!(recipe.experiment.data.labelled, Some(5));
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SemiSupervised {
    /// The generator.
    pub generator: GeneratorConfig,
    /// The classifier, which is the discriminator.
    pub classifier: ClassifierConfig,
    /// Weight of the loss on unlabelled images and fakes beside that on labelled images; 0 is supervised learning.
    #[serde(default = "one")]
    pub unlabelled_weight: f64,
}

/// The input of a turn.
#[derive(Debug, Clone)]
pub struct SemiSupervisedRound {
    /// `[labelled, channels, height, width]`, and their classes.
    pub labelled: ImageBatch,
    /// `[batch, channels, height, width]`, for the discriminator.
    pub unlabelled: Tensor<4>,
    /// `[batch, channels, height, width]`, whose features the generator matches.
    pub matched: Tensor<4>,
    /// `[batch, dimension]`
    pub noise: Tensor<2>,
}

impl System for SemiSupervised {
    const NAME: &'static str = "semi-supervised";
    const SHIPS_DISCRIMINATOR: bool = true;
    const USES_LABELLED: bool = true;
    const USES_SECOND_BATCH: bool = true;

    type Generator = GeneratorNet;
    type Discriminator = Classifier;
    type State = ScoreState;
    type Round = SemiSupervisedRound;
    type Generated = Tensor<4>;
    type Sampled = GeneratorNet;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        keep_only(
            Self::NAME,
            &experiment.game,
            Payoff::NonSaturating,
            &[
                "update",
                "discriminator_steps",
                "generator_steps",
                "historical_averaging",
            ],
        )?;
        refuse_image_input(Self::NAME, &self.generator)?;
        if experiment.data.labels {
            let allowed = "false: `data.labelled` says how many labels are used, and the generator has no classes";
            return Err(RecipeError::value("data.labels", true, allowed));
        }
        let weight = self.unlabelled_weight;
        if !(weight.is_finite() && weight >= 0.0) {
            return Err(RecipeError::value("unlabelled_weight", weight, "0 or more"));
        }
        Ok(())
    }

    fn check_data(&self, images: &Dataset) -> Result<(), RecipeError> {
        let (classes, found) = (self.classifier.classes, images.classes().len());
        if classes == found {
            return Ok(());
        }
        let allowed = format!("{found}, the number of classes of the data");
        Err(RecipeError::value("classifier.classes", classes, allowed))
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(GeneratorNet, Classifier), TrainError> {
        let (image, device, seed) = (setting.image, setting.device, experiment.run.seed);
        let generator = self
            .generator
            .init(
                image,
                0,
                &mut experiment.weights_rng("generator weights"),
                device,
            )
            .map_err(TrainError::network("generator"))?;
        let classifier = self
            .classifier
            .init(
                image,
                &mut experiment.weights_rng("discriminator weights"),
                device,
            )
            .map_err(TrainError::network("classifier"))?;
        let Some(images) = setting.images else {
            return Ok((generator, classifier));
        };
        // The noise of the pass is drawn on the device.
        device.seed(seed);
        let classifier = classifier.init_from_images(images.clone());
        Ok((generator, classifier))
    }

    fn initial_images(&self) -> usize {
        INITIAL_IMAGES
    }

    fn latent(&self) -> LatentSpec {
        self.generator.latent()
    }

    fn sizes(
        &self,
        _experiment: &Experiment,
        image: ImageShape,
        _classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        PerPlayer {
            generator: self.generator.size(image, 0),
            discriminator: Some(self.classifier.size(image)),
        }
    }

    fn next_round(
        &self,
        loader: &mut Loader<'_>,
        index: u64,
    ) -> Result<SemiSupervisedRound, DataError> {
        Ok(SemiSupervisedRound {
            labelled: loader.next_labelled()?,
            unlabelled: loader.next_images()?.images,
            matched: loader.next_second()?.images,
            noise: loader.latents.draw("latent", index),
        })
    }

    fn redraw(
        &self,
        round: SemiSupervisedRound,
        latents: &Latents,
        draw: u64,
    ) -> SemiSupervisedRound {
        SemiSupervisedRound {
            noise: latents.draw("latent of a generator turn", draw),
            ..round
        }
    }

    fn generate(
        &self,
        generator: &GeneratorNet,
        round: &SemiSupervisedRound,
        _game: &Game,
    ) -> Tensor<4> {
        generator.forward(GeneratorInput::noise(round.noise.clone()))
    }

    /// Cross-entropy of labelled images, and the loss of a discriminator with logit log Σ exp(l) on unlabelled images and
    /// fakes, halved as in the published code.
    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let round = turn.round;
        let labelled = &round.labelled.images;
        let counts = [labelled.dims()[0], round.unlabelled.dims()[0]];
        let all = vec![labelled.clone(), round.unlabelled.clone(), fakes.detach()];
        let logits = turn.discriminator.forward(Tensor::cat(all, 0)).logits;
        let rows = logits.dims()[0];
        let of_labelled = logits.clone().narrow(0, 0, counts[0]);
        let of_rest = log_sum_exp(logits.narrow(0, counts[0], rows - counts[0]));
        let real = of_rest.clone().narrow(0, 0, counts[1]);
        let fake = of_rest.narrow(0, counts[1], rows - counts[0] - counts[1]);

        let class = round.labelled.class.clone();
        let class = class.expect("labelled images have classes");
        let supervised = cross_entropy(of_labelled.clone(), class.clone());
        let unsupervised = (softplus(real.clone().neg()) + softplus(fake.clone())) * 0.5;
        let mut loss = Loss::new(
            "discriminator_loss",
            supervised.clone() + unsupervised.clone() * self.unlabelled_weight,
        );
        let right = of_labelled
            .inner()
            .argmax(1)
            .flatten::<1>(0, 1)
            .equal(class.inner());
        let above = real.clone().inner().greater_scalar(0.0).float().mean();
        let below = fake.clone().inner().lower_scalar(0.0).float().mean();
        loss.terms.extend([
            Term::new("score_real", &real.mean()),
            Term::new("score_fake", &fake.mean()),
            Term::of("accuracy_real", above),
            Term::of("accuracy_fake", below),
            Term::new("supervised_loss", &supervised),
            Term::new("unsupervised_loss", &unsupervised),
            Term::of("labelled_accuracy", right.float().mean()),
        ]);
        loss
    }

    /// ‖E f(x) - E f(G(z))‖² over the number of features, the last hidden layer before its noise.
    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: Tensor<4>) -> Loss {
        let classifier = turn.discriminator.clone().no_grad();
        let mean = |images| classifier.forward(images).features.mean_dim(0);
        let real = mean(turn.round.matched.clone()).detach();
        let distance = (mean(fakes) - real).square().mean();
        Loss::new("generator_loss", distance)
    }

    /// None: the discriminator's loss has a cross-entropy of classes, and the generator's is a distance of features.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        Undecided {
            discriminator: None,
            generator: AtUndecided::Other,
            ..Undecided::of(&experiment.game, device)
        }
    }

    fn sampled<'a>(&self, generator: &'a GeneratorNet) -> &'a GeneratorNet {
        generator
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let classifier = ClassifierCard {
            config: self.classifier.clone(),
            names: about.label_names.clone(),
        };
        let bundle = ModelBundle::new(Self::NAME, about.card(self.generator.clone()));
        let mut bundle = bundle.with(GENERATOR, &self.generator, &shipped.generator)?;
        if let Some(network) = &shipped.discriminator {
            bundle = bundle.with(CLASSIFIER, &classifier, network)?;
        }
        bundle.to_bytes()
    }

    fn open_model(path: &Path, device: &Device) -> Result<GeneratorNet, ModelError> {
        ModelFile::<GeneratorConfig>::open(path)?.into_network(device)
    }

    fn terms(&self) -> &'static [&'static str] {
        &["supervised_loss", "unsupervised_loss", "labelled_accuracy"]
    }

    fn own_metrics(&self) -> &'static [&'static str] {
        &["error"]
    }

    /// The share of images that the shipped classifier puts into a wrong class.
    fn measure(
        &self,
        shipped: &Shipped<Self>,
        test: &Dataset,
        device: &Device,
    ) -> Result<Vec<f64>, TrainError> {
        let (Some(classifier), Some(labels)) = (&shipped.discriminator, test.labels()) else {
            return Ok(vec![f64::NAN]);
        };
        let all: Vec<usize> = (0..test.len()).collect();
        let shape = test.shape();
        let mut wrong = 0;
        for indices in all.chunks(TEST_BATCH) {
            let dims = [indices.len(), shape.channels, shape.height, shape.width];
            let images = TensorData::new(test.gather(indices)?.images, dims);
            let images = Tensor::from_data(images, &device.clone().without_autodiff());
            let classes = classifier.forward(images).logits.argmax(1);
            let classes: Vec<i64> = classes
                .try_into_vec_as()
                .map_err(|error| TrainError::Stopped(error.to_string()))?;
            let pairs = indices.iter().zip(classes);
            wrong += pairs
                .filter(|(index, class)| i64::from(labels[**index]) != *class)
                .count();
        }
        Ok(vec![wrong as f64 / test.len() as f64])
    }
}

/// log Σ exp(l) of each row, `[batch, 1]`.
fn log_sum_exp(logits: Tensor<2>) -> Tensor<2> {
    let largest = logits.clone().detach().max_dim(1);
    (logits - largest.clone()).exp().sum_dim(1).log() + largest
}

/// The mean of log Σ exp(l) less the logit of the class, `[1]`.
fn cross_entropy(logits: Tensor<2>, class: Tensor<1, Int>) -> Tensor<1> {
    let chosen = logits.clone().gather(1, class.unsqueeze_dim(1));
    (log_sum_exp(logits) - chosen).mean()
}

/// The mean of log(1 + exp(x)), `[1]`.
fn softplus(scores: Tensor<2>) -> Tensor<1> {
    activation::softplus(scores, 1.0).mean()
}

fn one() -> f64 {
    1.0
}

//! Translation between two domains without pairs: `[data]` is the first domain, the source, and `[target]` the second.
//!
//! The generator player owns a translator in each direction and the discriminator player a discriminator for each domain.
//! Its loss is the sum over both domains, so that the gradient of each translator is exact: the reconstruction of either
//! domain depends on both.

mod check;
mod class_agreement;
mod cycle_rules;
mod discriminators;
mod image_pool;
mod measures;
mod modes;
mod rules;
mod side;

pub use cycle_rules::CycleRules;
pub use discriminators::Discriminators;
pub use image_pool::ImagePool;
pub use rules::{DiscoRules, Distance, TranslationRules, Weights};

use std::path::Path;

use burn::tensor::{Device, Tensor};
use ganforge_data::{DataError, Dataset};
use ganforge_infer::{Images, Translator};
use ganforge_model::networks::{self, TranslatorConfig, Translators};
use ganforge_model::{
    DISCRIMINATOR, DiscriminatorArchitecture, DiscriminatorConfig, GENERATOR, GeneratorConfig,
    INVERSE, ImageShape, LatentSpec, ModelBundle, ModelError, NetworkSize,
};
use serde::{Deserialize, Serialize};

use side::{Side, WeightedSum, translate};

use super::interface::{About, Setting, Shipped, System, Turn};
use super::loader::Loader;
use crate::error::{RecipeError, TrainError};
use crate::experiment::Experiment;
use crate::game::{AdversarialLoss, Game, Loss, PerPlayer, ScoreState, Undecided};

/// `DiscoGAN` (Kim et al. 2017), `system = "discogan"`.
///
/// ```
/// use ganforge_train::Recipe;
/// use ganforge_train::recipe::RecipeSource;
/// use ganforge_train::system::{DiscoGan, TranslationRules};
///
/// let source = RecipeSource::find("discogan-2017-points-small")?;
/// let recipe: Recipe<DiscoGan> = Recipe::from_source(&source, &[])?;
/// let weights = recipe.system.translation.weights(0);
/// assert_eq!(weights.reconstruction, weights.adversarial);
/// # Ok::<(), ganforge_train::RecipeError>(())
/// ```
pub type DiscoGan = Translation<DiscoRules>;

/// `CycleGAN` (Zhu et al. 2017), `system = "cyclegan"`.
pub type CycleGan = Translation<CycleRules>;

/// The name of the first domain's discriminator in a model file; that of the second domain is [`DISCRIMINATOR`].
const SOURCE_DISCRIMINATOR: &str = "source_discriminator";

/// The tables `[generator]`, `[discriminator]` and `[translation]` of a recipe of two domains, with the losses `R` of a paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct Translation<R: TranslationRules> {
    /// The translator of each direction.
    pub generator: TranslatorConfig,
    /// The discriminator of each domain.
    pub discriminator: DiscriminatorConfig,
    /// The losses.
    #[serde(default)]
    pub translation: R,
}

/// The input of a turn of a [`Translation`].
#[derive(Debug, Clone)]
pub struct TranslationRound {
    /// `[batch, channels, height, width]`, images of the first domain.
    pub source: Tensor<4>,
    /// `[batch, channels, height, width]`, images of the second domain.
    pub target: Tensor<4>,
}

impl<R: TranslationRules> System for Translation<R> {
    const NAME: &'static str = R::NAME;
    const USES_TARGET: bool = true;

    type Generator = Translators;
    type Discriminator = Discriminators;
    /// Of the second domain and of the first.
    type State = [ScoreState; 2];
    type Round = TranslationRound;
    /// Fakes of the second domain and of the first.
    type Generated = (Tensor<4>, Tensor<4>);
    type Sampled = networks::Translator;

    fn check(&self, experiment: &Experiment) -> Result<(), RecipeError> {
        self.check_keys(experiment)
    }

    fn init(
        &self,
        experiment: &Experiment,
        setting: &Setting<'_>,
    ) -> Result<(Translators, Discriminators), TrainError> {
        let Setting { image, device, .. } = *setting;
        self.check_output(image)?;
        let mut forth = experiment.weights_rng("generator weights");
        let mut back = experiment.weights_rng("inverse generator weights");
        let generator = self
            .generator
            .init_both(image, [&mut forth, &mut back], device)
            .map_err(TrainError::network("generator"))?;
        let discriminator = |purpose| {
            self.discriminator
                .init(image, 0, &mut experiment.weights_rng(purpose), device)
                .map_err(TrainError::network("discriminator"))
        };
        let discriminators = Discriminators::new(
            discriminator("discriminator weights")?,
            discriminator("source discriminator weights")?,
            self.translation.pool(),
            image,
            device,
        );
        Ok((generator, discriminators))
    }

    /// None: a translation depends on its image alone.
    fn latent(&self) -> LatentSpec {
        LatentSpec::normal(0)
    }

    /// Of the turn of the generators, in which every translator keeps two passes, or three with the identity term.
    fn sizes(
        &self,
        _experiment: &Experiment,
        image: ImageShape,
        _classes: usize,
    ) -> PerPlayer<Option<NetworkSize>> {
        let twice = |size: NetworkSize, passes: f64| NetworkSize {
            parameters: 2.0 * size.parameters,
            matrices: 2.0 * size.matrices,
            per_image: passes * size.per_image,
            per_pair: passes * size.per_pair,
            per_batch: passes * size.per_batch,
            largest: size.largest,
        };
        let has_identity = self.translation.weights(u64::MAX).identity > 0.0;
        let passes = if has_identity { 6.0 } else { 4.0 };
        let generator = self.generator.size(image);
        let discriminator = self.discriminator.size(image, 0);
        PerPlayer {
            generator: generator.map(|size| twice(size, passes)),
            discriminator: discriminator.map(|size| twice(size, 1.0)),
        }
    }

    fn next_round(
        &self,
        loader: &mut Loader<'_>,
        _index: u64,
    ) -> Result<TranslationRound, DataError> {
        Ok(TranslationRound {
            source: loader.next_images()?.images,
            target: loader.next_target()?.images,
        })
    }

    fn generate(
        &self,
        generator: &Translators,
        round: &TranslationRound,
        _game: &Game,
    ) -> (Tensor<4>, Tensor<4>) {
        (
            translate(&generator.to_target, &round.source),
            translate(&generator.to_source, &round.target),
        )
    }

    fn discriminator_loss(&self, turn: Turn<'_, Self>, fakes: (Tensor<4>, Tensor<4>)) -> Loss {
        let fakes = [fakes.0.detach(), fakes.1.detach()];
        let shown = turn.discriminator.exchange(fakes, turn.key);
        let losses = self.sides(turn).zip(shown);
        let losses = losses.map(|(side, shown)| {
            let real = side.real.clone();
            side.adversarial.discriminator_loss(real, shown, None)
        });
        let sum = losses.reduce(|sum, loss| sum + loss);
        sum.expect("the second domain has a discriminator")
    }

    fn generator_loss(&self, turn: Turn<'_, Self>, fakes: (Tensor<4>, Tensor<4>)) -> Loss {
        let weights = self.translation.weights(turn.key.images);
        let mut sum = WeightedSum::default();
        for (side, fake) in self.sides(turn).zip([fakes.0, fakes.1]) {
            sum.add("adversarial", weights.adversarial, || {
                let loss = &side.adversarial;
                loss.generator_loss(side.real, fake.clone(), None).loss
            });
            sum.add("feature_matching", weights.feature_matching, || {
                side.feature_matching(&fake)
            });
            sum.add("reconstruction", weights.reconstruction, || {
                let back = translate(side.inverse, &fake);
                R::DISTANCE.between(back, side.original.clone())
            });
            sum.add("identity", weights.identity, || {
                let same = translate(side.translator, side.real);
                R::DISTANCE.between(same, side.real.clone())
            });
        }
        sum.into_loss()
    }

    /// A discriminator for each domain; the generator's loss has reconstructions.
    fn undecided(&self, experiment: &Experiment, device: &Device) -> Undecided {
        let sides = if self.translation.one_sided() { 1 } else { 2 };
        let undecided = Undecided::of(&experiment.game, device);
        undecided.times(sides).with_other_terms()
    }

    fn sampled<'a>(&self, generator: &'a Translators) -> &'a networks::Translator {
        &generator.to_target
    }

    fn input(&self, image: ImageShape) -> Option<ImageShape> {
        Some(image)
    }

    /// The first images of the first domain.
    fn sample_inputs(
        &self,
        images: &Dataset,
        count: usize,
        _seed: u64,
    ) -> Result<Option<Images>, TrainError> {
        let first: Vec<usize> = (0..images.len().min(count)).collect();
        let pixels = images.gather(&first)?.images;
        Ok(Some(Images::new(images.shape(), pixels)?))
    }

    fn to_model_file(&self, shipped: &Shipped<Self>, about: &About) -> Result<Vec<u8>, ModelError> {
        let network = self.generator.clone();
        let generator = GeneratorConfig::Translator { network };
        let translators = &shipped.generator;
        let mut bundle = ModelBundle::new(R::NAME, about.card(generator.clone()))
            .with(GENERATOR, &generator, &translators.to_target)?
            .with(INVERSE, &generator, &translators.to_source)?;
        if let Some(networks) = &shipped.discriminator {
            let config = &self.discriminator;
            bundle = bundle.with(DISCRIMINATOR, config, &networks.target)?.with(
                SOURCE_DISCRIMINATOR,
                config,
                &networks.source,
            )?;
        }
        bundle.to_bytes()
    }

    fn open_model(path: &Path, device: &Device) -> Result<Translators, ModelError> {
        Ok(Translators::open(path, device)?.0)
    }

    fn own_metrics(&self) -> &'static [&'static str] {
        if self.generator.translates_points() {
            measures::OF_POINTS
        } else {
            measures::OF_IMAGES
        }
    }

    fn measure_domains(
        &self,
        shipped: &Shipped<Self>,
        [source, target]: [&Dataset; 2],
        samples: usize,
        device: &Device,
    ) -> Result<Vec<(&'static str, f64)>, TrainError> {
        let translator = Translator::new(&shipped.generator, source.shape(), device);
        measures::measure(&translator, source, target, samples)
    }

    fn stored_values(&self, image: ImageShape) -> f64 {
        2.0 * self.translation.pool() as f64 * image.values() as f64
    }

    fn warnings(&self, experiment: &Experiment) -> Vec<String> {
        let run = &experiment.run;
        // A run that is shorter than a tick is a trial, whose schedules are not checked.
        let is_trial = run.images < run.tick;
        let warning = (!is_trial).then(|| self.translation.warning(run.images));
        warning.flatten().into_iter().collect()
    }

    fn terms(&self) -> &'static [&'static str] {
        self.translation.terms()
    }
}

impl<R: TranslationRules> Translation<R> {
    /// The domains with a discriminator: the second, and the first unless the rules are one-sided.
    fn sides<'a>(&self, turn: Turn<'a, Self>) -> impl Iterator<Item = Side<'a>> + use<'a, R> {
        let Turn {
            generator,
            discriminator,
            state,
            game,
            round,
            key,
        } = turn;
        let adversarial = |discriminator, state| AdversarialLoss {
            discriminator,
            state,
            game,
            key,
        };
        let target = Side {
            adversarial: adversarial(&discriminator.target, &state[0]),
            real: &round.target,
            original: &round.source,
            translator: &generator.to_target,
            inverse: &generator.to_source,
        };
        let source = Side {
            adversarial: adversarial(&discriminator.source, &state[1]),
            real: &round.source,
            original: &round.target,
            translator: &generator.to_source,
            inverse: &generator.to_target,
        };
        let count = if self.translation.one_sided() { 1 } else { 2 };
        [target, source].into_iter().take(count)
    }
}

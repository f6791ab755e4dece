//! The loop over stages.

use serde::Serialize;

use crate::classifier::{self, ClassifierSettings};
use crate::coefficient::coefficient;
use crate::data::BinaryImages;
use crate::model::{Activation, Model, Term};
use crate::sampler::{Enumeration, Sampler, Sampling};

/// How a model is boosted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Features to add.
    pub features: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How negatives are drawn.
    pub sampling: Sampling,
    /// Gibbs sweeps after each feature.
    pub sweeps: usize,
    /// The nonlinearity of the features.
    pub activation: Activation,
    /// How a feature is trained.
    pub classifier: ClassifierSettings,
}

impl Settings {
    /// Fifty features with exact sampling.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            features: 50,
            seed,
            sampling: Sampling::Exact,
            sweeps: 10,
            activation: Activation::Softplus,
            classifier: ClassifierSettings::default(),
        }
    }
}

/// The model after a number of features.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The model.
    pub model: &'a Model,
    /// Loss of the last feature's classifier; 2 log 2 is chance. `None` before the first feature.
    pub classifier_loss: Option<f64>,
    /// All states of the model, where sampling is exact.
    pub exact: Option<&'a Enumeration>,
    /// The negatives of the next stage.
    pub negatives: &'a BinaryImages,
}

/// Adds features to a model of independent pixels. `report` sees the model before the first feature and after each one.
///
/// # Errors
/// Those of `report`, which end the training.
pub fn boost<E>(
    data: &BinaryImages,
    settings: &Settings,
    mut report: impl FnMut(&Stage) -> Result<(), E>,
) -> Result<Model, E> {
    let (count, seed) = (data.count(), settings.seed);
    let mut model = Model::independent(data);
    let mut sampler = Sampler::new(settings.sampling, &model, count, settings.sweeps, seed);
    let mut classifier_loss = None;
    for stage in 0.. {
        let negatives = sampler.negatives(count, seed, stage);
        report(&Stage {
            model: &model,
            classifier_loss,
            exact: sampler.exact(),
            negatives: &negatives,
        })?;
        if stage == settings.features as u64 {
            break;
        }
        let (trained, loss) = classifier::train(
            data,
            &negatives,
            settings.activation,
            &settings.classifier,
            seed,
            stage,
        );
        let values = |images: &BinaryImages| -> Vec<f64> {
            images.rows().map(|x| trained.feature.value(x)).collect()
        };
        let term = Term {
            coefficient: coefficient(&values(data), &values(&negatives)),
            feature: trained.feature.clone(),
        };
        model.terms.push(term.clone());
        sampler.advance(&model, &term);
        classifier_loss = Some(loss);
    }
    Ok(model)
}

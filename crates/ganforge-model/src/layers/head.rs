//! The last layers of a discriminator: from features to scores and class logits.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

use super::condition::one_hot;
use super::{MinibatchFeatures, MinibatchLayer, Traced, WeightInit};
use crate::{ConfigError, DiscriminatorOutput, InputGradient, NetworkSize};

/// How a discriminator depends on the class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditioning {
    /// The class is concatenated to the image (Mirza & Osindero 2014, "Conditional Generative Adversarial Nets").
    Concatenation,
    /// The score is the sum of an unconditional score and the inner product of the features with an embedding of the class
    /// (Miyato & Koyama 2018, "cGANs with Projection Discriminator", equation 3).
    Projection,
    /// The discriminator does not receive the class; a second output classifies the image (Odena et al. 2017,
    /// "Conditional Image Synthesis With Auxiliary Classifier GANs").
    Auxiliary,
}

impl Conditioning {
    /// The conditioning chosen in a recipe, or the default `or` of the network.
    ///
    /// # Errors
    /// A choice in a game without classes, where it has no effect.
    pub(crate) fn choose(
        chosen: Option<Self>,
        or: Self,
        classes: usize,
    ) -> Result<Self, ConfigError> {
        match chosen {
            Some(chosen) if classes == 0 => Err(ConfigError::new(
                "conditioning",
                chosen.name(),
                "left out without classes; `data.labels = true` shows them to the players",
            )),
            Some(chosen) => Ok(chosen),
            None => Ok(or),
        }
    }

    /// Classes that are inputs beside the image.
    pub(crate) fn input_classes(self, classes: usize) -> usize {
        match self {
            Self::Concatenation => classes,
            Self::Projection | Self::Auxiliary => 0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Concatenation => "concatenation",
            Self::Projection => "projection",
            Self::Auxiliary => "auxiliary",
        }
    }
}

/// The options of a [`Head`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadConfig {
    pub conditioning: Conditioning,
    pub minibatch: Option<MinibatchFeatures>,
    pub classes: usize,
}

impl HeadConfig {
    /// Classes that are inputs beside the image.
    pub fn input_classes(&self) -> usize {
        self.conditioning.input_classes(self.classes)
    }

    /// Adds the size of the layers.
    pub fn add_to(&self, size: &mut NetworkSize, features: f64) {
        let mut inputs = features;
        if let Some(minibatch) = self.minibatch {
            minibatch.add_to(size, features);
            inputs += minibatch.extra() as f64;
            size.keep(inputs);
        }
        size.matrix(inputs);
        size.vector(1.0);
        size.keep(1.0);
        let classes = self.classes as f64;
        match self.conditioning {
            Conditioning::Projection if self.classes > 0 => {
                size.matrix(classes * features);
                size.keep(features);
            }
            Conditioning::Auxiliary if self.classes > 0 => {
                size.matrix(classes * features);
                size.vector(classes);
                size.keep(classes);
            }
            Conditioning::Concatenation | Conditioning::Projection | Conditioning::Auxiliary => {}
        }
    }
}

/// The last layers of a discriminator: a score, and class logits with an auxiliary classifier.
#[derive(Module, Debug)]
pub struct Head {
    score: Linear,
    projection: Option<Linear>,
    classifier: Option<Linear>,
    minibatch: Option<MinibatchLayer>,
    classes: usize,
}

impl Head {
    /// A head for `features` values per image; `classes` is 0 for an unconditional discriminator.
    ///
    /// # Errors
    /// Minibatch features of size 0.
    pub fn new(
        features: usize,
        conditioning: Conditioning,
        minibatch: Option<MinibatchFeatures>,
        classes: usize,
        init: &mut WeightInit<'_>,
    ) -> Result<Self, ConfigError> {
        if let Some(minibatch) = minibatch {
            minibatch.check()?;
        }
        let has = |kind| classes > 0 && conditioning == kind;
        let inputs = features + minibatch.map_or(0, MinibatchFeatures::extra);
        Ok(Self {
            score: init.linear(inputs, 1, true),
            projection: has(Conditioning::Projection)
                .then(|| init.linear(classes, features, false)),
            classifier: has(Conditioning::Auxiliary).then(|| init.linear(features, classes, true)),
            minibatch: minibatch.map(|minibatch| minibatch.init(features, init)),
            classes,
        })
    }

    /// Scores of images with these features.
    ///
    /// # Shapes
    /// - `features`: `[batch, features]`
    /// - `class`: `[batch]`, `None` for an unconditional discriminator
    #[must_use]
    pub fn trace<'a>(
        &'a self,
        features: Traced<'a, 2>,
        class: Option<Tensor<1, Int>>,
    ) -> TracedOutput<'a> {
        let rows = features.value();
        let class_logits = self.classifier.as_ref();
        let class_logits = class_logits.map(|layer| layer.forward(rows.clone()));
        let logits = match (&self.projection, class) {
            (Some(projection), Some(class)) => {
                let embedding = projection.forward(one_hot(class, self.classes));
                features.fork(
                    |rows| self.score(rows),
                    |rows| rows.inner_product(embedding),
                )
            }
            _ => self.score(features),
        };
        TracedOutput {
            output: DiscriminatorOutput {
                logits: logits.value(),
                features: rows,
                class_logits,
            },
            logits,
        }
    }

    fn score<'a, const S: usize>(&'a self, features: Traced<'a, 2, S>) -> Traced<'a, 2, S> {
        let inputs = match &self.minibatch {
            Some(layer) => {
                let inputs = layer.forward(features.value());
                features.mixed(inputs)
            }
            None => features,
        };
        inputs.linear(&self.score)
    }
}

/// The output of a discriminator with the backward pass from its logits to the images.
pub struct TracedOutput<'a> {
    /// The output of the forward pass.
    pub output: DiscriminatorOutput,
    logits: Traced<'a, 2>,
}

impl<'a> TracedOutput<'a> {
    /// The output of a discriminator without an auxiliary classifier.
    ///
    /// # Shapes
    /// - `logits`: `[batch, outputs]`
    /// - `features`: `[batch, features]`
    #[must_use]
    pub fn new(logits: Traced<'a, 2>, features: Tensor<2>) -> Self {
        Self {
            output: DiscriminatorOutput {
                logits: logits.value(),
                features,
                class_logits: None,
            },
            logits,
        }
    }

    /// The gradient of each score with respect to its image; `None` if a score depends on the whole batch.
    #[must_use]
    pub fn input_gradient(self) -> Option<InputGradient> {
        let ones = self.output.logits.ones_like().detach();
        Some(InputGradient {
            gradient: self.logits.pull_back(ones)?,
            output: self.output,
        })
    }
}

//! The classifier of a semi-supervised GAN (Salimans et al. 2016, "Improved Techniques for Training GANs", section 5):
//! fully connected layers with weight normalisation, and normal noise on the input and after every hidden layer.
//!
//! Its K logits are also the discriminator of K + 1 classes whose logit for fakes is fixed at 0: an image is real with
//! probability Z / (Z + 1), Z = Σ exp(logit).

use burn::module::Module;
use burn::nn::{GaussianNoise, GaussianNoiseConfig};
use burn::tensor::{Device, Tensor};
use ganforge_ops::{Nonlinearity, Rectifier};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::layers::WeightNormLinear;
use crate::size::{self, NetworkSize, numbers};
use crate::{ConfigError, ImageShape};

/// The table `[classifier]` of a recipe.
///
/// ```
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::networks::ClassifierConfig;
/// use ganforge_model::{ImageShape, keyed_rng};
///
/// let image = ImageShape { channels: 1, height: 8, width: 8 };
/// let (rng, device) = (&mut keyed_rng(0, "weights", 0), Device::flex());
/// let network = ClassifierConfig::new([32, 16], 10).init(image, rng, &device)?;
/// let output = network.forward(Tensor::zeros([4, 1, 8, 8], &device));
/// assert_eq!(output.logits.dims(), [4, 10]);
/// assert_eq!(output.features.dims(), [4, 16]);
/// # Ok::<(), ganforge_model::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierConfig {
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Number of classes, 2 or more.
    pub classes: usize,
    /// Standard deviation of the noise on pixels, which are mapped to [0, 1] before.
    #[serde(default = "input_noise")]
    pub input_noise: f64,
    /// Standard deviation of the noise after each hidden layer.
    #[serde(default = "hidden_noise")]
    pub hidden_noise: f64,
}

/// What a model file says of a classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierCard {
    /// The network.
    pub config: ClassifierConfig,
    /// The names of the classes, in the order of the logits.
    pub names: Vec<String>,
}

/// A classifier with weight normalisation and noise.
#[derive(Module, Debug)]
pub struct Classifier {
    hidden: Vec<WeightNormLinear>,
    output: WeightNormLinear,
    input_noise: GaussianNoise,
    hidden_noise: GaussianNoise,
}

/// The output of a [`Classifier`] for a batch of images.
#[derive(Debug, Clone)]
pub struct ClassifierOutput {
    /// `[batch, classes]`
    pub logits: Tensor<2>,
    /// `[batch, units]`, the last hidden layer before its own noise.
    pub features: Tensor<2>,
}

impl ClassifierConfig {
    /// A classifier with hidden layers of these sizes; other fields have their defaults.
    #[must_use]
    pub fn new(hidden: impl Into<Vec<usize>>, classes: usize) -> Self {
        Self {
            hidden: hidden.into(),
            classes,
            input_noise: input_noise(),
            hidden_noise: hidden_noise(),
        }
    }

    /// Builds the network with weights drawn from `rng`.
    ///
    /// # Errors
    /// No hidden layer or one of 0 units, fewer than 2 classes, noise that is negative or not finite, or too many parameters.
    pub fn init(
        &self,
        image: ImageShape,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Classifier, ConfigError> {
        let Some(&last) = self.hidden.last() else {
            return Err(ConfigError::new("hidden", "[]", "one layer or more"));
        };
        for &units in &self.hidden {
            ConfigError::at_least_one("hidden", units)?;
        }
        if self.classes < 2 {
            return Err(ConfigError::new("classes", self.classes, "2 or more"));
        }
        let noises = [
            ("input_noise", self.input_noise),
            ("hidden_noise", self.hidden_noise),
        ];
        for (key, std) in noises {
            if !(std.is_finite() && std >= 0.0) {
                return Err(ConfigError::new(key, std, "0 or more"));
            }
        }
        size::check(self, |config| Some(config.size(image)))?;
        let mut hidden = Vec::new();
        let mut inputs = image.values();
        for &units in &self.hidden {
            hidden.push(WeightNormLinear::new([inputs, units], false, rng, device));
            inputs = units;
        }
        Ok(Classifier {
            hidden,
            output: WeightNormLinear::new([last, self.classes], true, rng, device),
            input_noise: GaussianNoiseConfig::new(self.input_noise).init(),
            hidden_noise: GaussianNoiseConfig::new(self.hidden_noise).init(),
        })
    }

    /// Number of parameters and stored activations.
    #[must_use]
    pub fn size(&self, image: ImageShape) -> NetworkSize {
        let mut size = NetworkSize::default();
        size.keep(2.0 * numbers(image));
        let mut inputs = numbers(image);
        for &units in self.hidden.iter().chain([&self.classes]) {
            let outputs = units as f64;
            size.matrix(inputs * outputs);
            size.vector(2.0 * outputs);
            size.keep(2.0 * outputs);
            inputs = outputs;
        }
        size
    }
}

impl Classifier {
    /// Classifies images. In training, noise is added.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    #[must_use]
    pub fn forward(&self, images: Tensor<4>) -> ClassifierOutput {
        let mut rows = self.input(images);
        let mut features = rows.clone();
        for layer in &self.hidden {
            features = layer.forward(rows, RECTIFIER);
            rows = self.hidden_noise.forward(features.clone());
        }
        ClassifierOutput {
            logits: self.output.forward(rows, Nonlinearity::LINEAR),
            features,
        }
    }

    /// Sets the norms and biases of each layer in turn so that its outputs for these images, with noise, have mean 0 and
    /// variance 1 before the activation (Salimans & Kingma 2016, section 3).
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, height, width]`
    #[must_use]
    pub fn init_from_images(mut self, images: Tensor<4>) -> Self {
        let mut rows = self.input(images);
        let mut hidden = Vec::with_capacity(self.hidden.len());
        for layer in self.hidden {
            let layer = layer.normalise(rows.clone());
            rows = layer.forward(rows, RECTIFIER).detach();
            rows = self.hidden_noise.forward(rows);
            hidden.push(layer);
        }
        self.hidden = hidden;
        self.output = self.output.normalise(rows);
        self
    }

    /// The pixels in [0, 1], with noise in training.
    fn input(&self, images: Tensor<4>) -> Tensor<2> {
        let rows: Tensor<2> = images.flatten(1, 3);
        self.input_noise.forward((rows + 1.0) * 0.5)
    }
}

const RECTIFIER: Nonlinearity = Nonlinearity::Rectifier(Rectifier::Relu);

fn input_noise() -> f64 {
    0.3
}

fn hidden_noise() -> f64 {
    0.5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed_rng;
    use burn::tensor::Distribution;

    const IMAGE: ImageShape = ImageShape {
        channels: 1,
        height: 4,
        width: 4,
    };

    fn network(config: &ClassifierConfig, device: &Device) -> Result<Classifier, ConfigError> {
        config.init(IMAGE, &mut keyed_rng(0, "weights", 0), device)
    }

    #[test]
    fn noise_is_of_training_alone() {
        let config = ClassifierConfig::new([8], 3);
        let logits = |device: &Device| {
            let images = Tensor::ones([2, 1, 4, 4], device);
            network(&config, device).unwrap().forward(images).logits
        };
        let device = Device::flex();
        let difference = logits(&device) - logits(&device);
        assert_eq!(difference.abs().max().into_scalar::<f32>(), 0.0);
        let device = device.autodiff();
        let difference = logits(&device) - logits(&device);
        assert!(difference.abs().max().into_scalar::<f32>() > 0.0);
    }

    #[test]
    fn initial_logits_have_mean_0_and_variance_1_without_noise() {
        let device = Device::flex();
        device.seed(1);
        let images = Tensor::<4>::random([200, 1, 4, 4], Distribution::Uniform(-1.0, 1.0), &device);
        let network = network(&ClassifierConfig::new([12, 6], 3), &device).unwrap();
        let network = network.init_from_images(images.clone());
        let logits = network.forward(images).logits;
        let mean = logits.clone().mean_dim(0).abs().max();
        assert!(mean.into_scalar::<f32>() < 1e-5);
        let variance = logits.square().mean_dim(0) - 1.0;
        assert!(variance.abs().max().into_scalar::<f32>() < 1e-4);
    }

    #[test]
    fn what_makes_no_classifier_is_refused() {
        let device = Device::flex();
        let noisy = ClassifierConfig {
            hidden_noise: f64::NAN,
            ..ClassifierConfig::new([4], 3)
        };
        for (config, key) in [
            (ClassifierConfig::new([], 3), "hidden"),
            (ClassifierConfig::new([0], 3), "hidden"),
            (ClassifierConfig::new([4], 1), "classes"),
            (noisy, "hidden_noise"),
        ] {
            let error = network(&config, &device).unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        }
    }
}

//! The metadata of a model file.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::{KEY, open_file};
use crate::tensor_file::TensorFile;
use crate::{GeneratorArchitecture, GeneratorConfig, ImageShape, LatentSpec, ModelError};

/// The format of a file that holds one generator.
pub const FORMAT: u64 = 1;

/// The format of a file that holds networks by name.
pub const FORMAT_NAMED: u64 = 2;

/// The name of the network that generates samples.
pub const GENERATOR: &str = "generator";

/// The name of a classifier that is shipped beside it.
pub const CLASSIFIER: &str = "classifier";

/// The name of a discriminator that is shipped beside it.
pub const DISCRIMINATOR: &str = "discriminator";

/// The name of the network that computes latents of images.
pub const ENCODER: &str = "encoder";

/// The name of the network that translates back, from the second domain to the first.
pub const INVERSE: &str = "inverse";

/// The metadata of a generator: its configuration `A`, and how it was trained.
///
/// ```
/// use ganforge_model::networks::MlpGeneratorConfig;
/// use ganforge_model::{GeneratorConfig, ImageShape, ModelCard};
///
/// let config = GeneratorConfig::Mlp(MlpGeneratorConfig::new(16, [32]));
/// let image = ImageShape { channels: 1, height: 8, width: 8 };
/// let card = ModelCard {
///     recipe: "my-digits".to_owned(),
///     seed: 7,
///     ..ModelCard::new(config, image)
/// };
/// assert_eq!((card.format, card.latent.dimension), (1, 16));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard<A = GeneratorConfig> {
    /// Format number, [`FORMAT`].
    pub format: u64,
    /// The network's configuration.
    pub architecture: A,
    /// Its latents.
    pub latent: LatentSpec,
    /// Shape of an image.
    pub image: ImageShape,
    /// Class names in label order; empty for an unconditional model.
    pub classes: Vec<String>,
    /// Name of the recipe that trained it.
    pub recipe: String,
    /// Seed of the run.
    pub seed: u64,
    /// Real images shown to the discriminator during training.
    pub images_seen: u64,
    /// Fingerprint of the training data.
    pub data_fingerprint: String,
    /// Version of ganforge that wrote the file.
    pub version: String,
}

/// Largest side of an image, in pixels. The size of the images of a convolutional network is not bounded by that of its
/// weights.
const MAX_SIDE: usize = 8192;

/// Upper bound on the values in a file per value of a weight matrix: a column may have a bias and the parameters and
/// statistics of a norm.
const MAX_VALUES_PER_WEIGHT: usize = 8;

/// Number of values up to which a file is not checked against this bound.
const SMALL_NETWORK: usize = 1 << 20;

impl<A: GeneratorArchitecture> ModelCard<A> {
    /// The card of an unconditional generator of unknown origin: no recipe, seed 0, no images seen.
    #[must_use]
    pub fn new(architecture: A, image: ImageShape) -> Self {
        Self {
            format: FORMAT,
            latent: architecture.latent(),
            architecture,
            image,
            classes: Vec::new(),
            recipe: String::new(),
            seed: 0,
            images_seen: 0,
            data_fingerprint: String::new(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Checks that the card agrees with its configuration, and that the image is not too large.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        let expected = self.architecture.latent();
        if self.latent != expected {
            return Err(ModelError::Description(format!(
                "its latents are {:?}, its architecture takes {expected:?}",
                self.latent
            )));
        }
        let sides = [self.image.channels, self.image.height, self.image.width];
        if sides.iter().all(|side| (1..=MAX_SIDE).contains(side)) {
            return Ok(());
        }
        Err(ModelError::Description(format!(
            "its images are {}, allowed are sides of 1 to {MAX_SIDE}",
            self.image
        )))
    }

    /// Checks that a file with `found` values can hold the weights of the configuration, before memory is allocated for the
    /// network.
    pub(super) fn check_count(&self, found: usize) -> Result<(), ModelError> {
        let claimed = self
            .architecture
            .weight_count(self.image, self.classes.len());
        let Some(claimed) = claimed else {
            let what = "it has more weights than can be counted".to_owned();
            return Err(ModelError::Weights(what));
        };
        let most = match claimed {
            // Unknown: a network of another crate.
            0 => usize::MAX,
            _ => claimed
                .saturating_mul(MAX_VALUES_PER_WEIGHT)
                .max(SMALL_NETWORK),
        };
        if (claimed..=most).contains(&found) {
            return Ok(());
        }
        Err(ModelError::Weights(format!(
            "it has {claimed} weights, the file holds {found}"
        )))
    }
}

/// The metadata of named networks. That of a file of one generator is read as a network called [`GENERATOR`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundleCard {
    /// Format number, [`FORMAT_NAMED`].
    pub format: u64,
    /// The system that trained the networks, as a recipe names it.
    pub system: String,
    /// The configuration of each network, by name.
    pub networks: BTreeMap<String, Value>,
    /// Latents of the generator.
    pub latent: LatentSpec,
    /// Shape of an image.
    pub image: ImageShape,
    /// Class names in label order; empty for an unconditional model.
    pub classes: Vec<String>,
    /// Name of the recipe that trained it.
    pub recipe: String,
    /// Seed of the run.
    pub seed: u64,
    /// Real images shown to the discriminator during training.
    pub images_seen: u64,
    /// Fingerprint of the training data.
    pub data_fingerprint: String,
    /// Version of ganforge that wrote the file.
    pub version: String,
}

impl BundleCard {
    /// Reads the metadata of a model file of either format, without its weights.
    ///
    /// # Errors
    /// As [`ModelFile::open`](crate::ModelFile::open).
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(&open_file(path)?)
    }

    /// The card of one network.
    ///
    /// # Errors
    /// No network of that name, or a configuration that is not an `A`.
    pub fn network<A: DeserializeOwned>(&self, name: &str) -> Result<ModelCard<A>, ModelError> {
        let architecture = self.networks.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.networks.keys().map(String::as_str).collect();
            ModelError::Description(format!(
                "it has no network called `{name}`, but {}",
                known.join(", ")
            ))
        })?;
        let architecture = A::deserialize(architecture)
            .map_err(|error| ModelError::UnknownArchitecture(error.to_string()))?;
        let card = self.clone();
        Ok(ModelCard {
            format: card.format,
            architecture,
            latent: card.latent,
            image: card.image,
            classes: card.classes,
            recipe: card.recipe,
            seed: card.seed,
            images_seen: card.images_seen,
            data_fingerprint: card.data_fingerprint,
            version: card.version,
        })
    }

    /// The prefix of the names of a network's tensors; empty in a file of one generator.
    pub(super) fn prefix(&self, name: &str) -> String {
        if self.format == FORMAT {
            String::new()
        } else {
            format!("{name}.")
        }
    }

    /// Parses the metadata of a file.
    pub(super) fn read(file: &TensorFile<'_, impl Read>) -> Result<Self, ModelError> {
        #[derive(Deserialize)]
        struct Format {
            format: u64,
        }
        let description = file.metadata(KEY).ok_or(ModelError::NotGanforge)?;
        let damaged = |error: serde_json::Error| ModelError::Description(error.to_string());
        // First the format: other fields depend on it.
        let Format { format } = serde_json::from_str(description).map_err(damaged)?;
        match format {
            FORMAT => {
                let card: ModelCard<Value> = serde_json::from_str(description).map_err(damaged)?;
                Ok(Self::of_one_generator(card))
            }
            FORMAT_NAMED => serde_json::from_str(description).map_err(damaged),
            found => Err(ModelError::UnknownFormat {
                found,
                known: FORMAT_NAMED,
            }),
        }
    }

    fn of_one_generator(card: ModelCard<Value>) -> Self {
        Self {
            format: card.format,
            system: "gan".to_owned(),
            networks: BTreeMap::from([(GENERATOR.to_owned(), card.architecture)]),
            latent: card.latent,
            image: card.image,
            classes: card.classes,
            recipe: card.recipe,
            seed: card.seed,
            images_seen: card.images_seen,
            data_fingerprint: card.data_fingerprint,
            version: card.version,
        }
    }
}

//! The model file: safetensors with the configuration of its networks in the metadata.
//!
//! Every reader of safetensors can read the weights. The metadata key `ganforge` holds JSON: a [`ModelCard`] in a file of
//! one generator (format 1), a [`BundleCard`] in a file of named networks, whose tensors are prefixed by the name
//! (format 2). No allocation exceeds the size of the file: the header is checked against the length of the file
//! before a tensor is read, and a configuration with more weights than the file contains is refused before the network is
//! built.

mod bundle;
mod card;
mod file;
mod translators;

pub use bundle::ModelBundle;
pub use card::{
    BundleCard, CLASSIFIER, DISCRIMINATOR, ENCODER, FORMAT, FORMAT_NAMED, GENERATOR, INVERSE,
    ModelCard,
};

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use burn::tensor::{Device, TensorData};

use crate::tensor_file::TensorFile;
use crate::{
    GeneratorArchitecture, GeneratorConfig, ModelError, apply_weights, collect_weights, keyed_rng,
};
use file::{check_finite, open_file, to_bytes};

/// A generator: its weights, and the card from which the network is built.
///
/// ```
/// use ganforge_model::burn::tensor::Device;
/// use ganforge_model::networks::MlpGeneratorConfig;
/// use ganforge_model::{GeneratorArchitecture, GeneratorConfig, ImageShape, ModelCard, ModelFile, keyed_rng};
///
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let config = GeneratorConfig::Mlp(MlpGeneratorConfig::new(16, [32]));
/// let network = config.init(image, 0, &mut keyed_rng(7, "weights", 0), &device)?;
/// let bytes = ModelFile::new(ModelCard::new(config, image), &network).to_bytes()?;
///
/// let file: ModelFile = ModelFile::from_bytes(&bytes)?;
/// assert_eq!(file.card.image, image);
/// assert_eq!(file.weights["output.weight"].shape().as_slice(), [32, 64]);
/// let network = file.network(&device)?;
/// # drop(network);
/// # Ok::<(), ganforge_model::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ModelFile<A = GeneratorConfig> {
    /// The network's configuration and origin.
    pub card: ModelCard<A>,
    /// Tensors of 32-bit floats, by path.
    pub weights: BTreeMap<String, TensorData>,
}

impl<A: GeneratorArchitecture> ModelFile<A> {
    /// A model of the weights of `network`.
    #[must_use]
    pub fn new(card: ModelCard<A>, network: &A::Network) -> Self {
        Self {
            card,
            weights: collect_weights(network),
        }
    }

    /// Reads a file of either format, from format 2 the network called `generator`.
    ///
    /// # Errors
    /// A file that cannot be read, is truncated, exceeds 8 GiB, or has another format.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(open_file(path)?)
    }

    /// Reads the content of a model file.
    ///
    /// # Errors
    /// Truncated bytes, or another format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::read(TensorFile::open(bytes, bytes.len() as u64, Path::new(""))?)
    }

    fn read(file: TensorFile<'_, impl Read>) -> Result<Self, ModelError> {
        let bundle = BundleCard::read(&file)?;
        let card: ModelCard<A> = bundle.network(GENERATOR)?;
        let prefix = bundle.prefix(GENERATOR);
        card.check_count(file.elements(&prefix))?;
        let weights = file.tensors(&prefix)?;
        Ok(Self { card, weights })
    }

    /// The content of a model file. The same model gives the same bytes.
    ///
    /// # Errors
    /// Weights that are not 32-bit floats.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        to_bytes(&self.card, &self.weights)
    }

    /// Builds the network on `device`.
    ///
    /// # Errors
    /// A configuration that is out of range, or weights that do not fit it.
    pub fn network(&self, device: &Device) -> Result<A::Network, ModelError> {
        self.clone().into_network(device)
    }

    /// As [`network`](Self::network), without a copy of the weights.
    ///
    /// # Errors
    /// As [`network`](Self::network).
    pub fn into_network(self, device: &Device) -> Result<A::Network, ModelError> {
        self.card.check()?;
        let held = self.weights.values().map(TensorData::num_elements).sum();
        self.card.check_count(held)?;
        let mut rng = keyed_rng(0, "placeholder weights", 0);
        let network = self.card.architecture.init(
            self.card.image,
            self.card.classes.len(),
            &mut rng,
            device,
        )?;
        apply_weights(network, self.weights)
    }

    /// Checks that all weights are finite; they are not if training diverged.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] names the first tensor that is not.
    pub fn check_finite(&self) -> Result<(), ModelError> {
        check_finite(&self.weights)
    }
}

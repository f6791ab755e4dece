//! Several networks in one file.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use burn::module::Module;
use burn::tensor::TensorData;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::card::{BundleCard, FORMAT_NAMED, ModelCard};
use super::file::{check_finite, open_file, to_bytes};
use crate::tensor_file::TensorFile;
use crate::{ConfigError, ModelError, apply_weights, collect_weights};

/// Named networks with their configurations. A file of one generator is read as a bundle of one network called
/// `generator`.
///
/// ```
/// use ganforge_model::burn::tensor::Device;
/// use ganforge_model::networks::{MlpDiscriminatorConfig, MlpGeneratorConfig};
/// use ganforge_model::{GeneratorConfig, ImageShape, ModelBundle, ModelCard, keyed_rng};
///
/// let (image, device) = (ImageShape { channels: 1, height: 8, width: 8 }, Device::flex());
/// let rng = &mut keyed_rng(7, "weights", 0);
/// let (g, d) = (MlpGeneratorConfig::new(16, [32]), MlpDiscriminatorConfig::new([32]));
/// let (generator, discriminator) = (g.init(image, 0, rng, &device)?, d.init(image, 0, rng, &device)?);
///
/// let g = GeneratorConfig::Mlp(g);
/// let bytes = ModelBundle::new("gan", ModelCard::new(g.clone(), image))
///     .with("generator", &g, &generator)?
///     .with("discriminator", &d, &discriminator)?
///     .to_bytes()?;
///
/// let bundle = ModelBundle::from_bytes(&bytes)?;
/// let discriminator = bundle.network("discriminator", |card: &ModelCard<MlpDiscriminatorConfig>| {
///     card.architecture.init(card.image, 0, &mut keyed_rng(0, "weights", 0), &device)
/// })?;
/// # drop(discriminator);
/// # Ok::<(), ganforge_model::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ModelBundle {
    /// Configurations and origin of the networks.
    pub card: BundleCard,
    /// Tensors of 32-bit floats of each network, by path.
    weights: BTreeMap<String, BTreeMap<String, TensorData>>,
}

impl ModelBundle {
    /// A bundle without networks. Of `about`, architecture and format are ignored.
    #[must_use]
    pub fn new<A>(system: &str, about: ModelCard<A>) -> Self {
        let card = BundleCard {
            format: FORMAT_NAMED,
            system: system.to_owned(),
            networks: BTreeMap::new(),
            latent: about.latent,
            image: about.image,
            classes: about.classes,
            recipe: about.recipe,
            seed: about.seed,
            images_seen: about.images_seen,
            data_fingerprint: about.data_fingerprint,
            version: about.version,
        };
        Self {
            card,
            weights: BTreeMap::new(),
        }
    }

    /// Adds a network under a name.
    ///
    /// # Errors
    /// A configuration that cannot be serialized as JSON.
    pub fn with<M: Module>(
        mut self,
        name: &str,
        architecture: &impl Serialize,
        network: &M,
    ) -> Result<Self, ModelError> {
        let architecture = serde_json::to_value(architecture)
            .map_err(|error| ModelError::Description(error.to_string()))?;
        self.card.networks.insert(name.to_owned(), architecture);
        self.weights
            .insert(name.to_owned(), collect_weights(network));
        Ok(self)
    }

    /// Reads a file of either format.
    ///
    /// # Errors
    /// A file that cannot be read, is truncated, exceeds 8 GiB, or has another format.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(open_file(path)?)
    }

    /// Reads the content of a file of either format.
    ///
    /// # Errors
    /// Truncated bytes, or another format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::read(TensorFile::open(bytes, bytes.len() as u64, Path::new(""))?)
    }

    fn read(file: TensorFile<'_, impl Read>) -> Result<Self, ModelError> {
        let card = BundleCard::read(&file)?;
        let mut all = file.tensors("")?;
        let mut weights = BTreeMap::new();
        for name in card.networks.keys() {
            let prefix = card.prefix(name);
            let (own, rest) = all
                .into_iter()
                .partition::<BTreeMap<_, _>, _>(|(tensor, _)| tensor.starts_with(&prefix));
            all = rest;
            let own = own.into_iter();
            let own = own.map(|(tensor, data)| (tensor[prefix.len()..].to_owned(), data));
            weights.insert(name.clone(), own.collect());
        }
        match all.into_keys().next() {
            Some(tensor) => Err(ModelError::Weights(format!(
                "tensor `{tensor}` belongs to none of its networks"
            ))),
            None => Ok(Self { card, weights }),
        }
    }

    /// The content of a file of format 2. The same networks give the same bytes.
    ///
    /// # Errors
    /// Weights that are not 32-bit floats.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let networks = self.weights.iter();
        let tensors = networks.flat_map(|(name, tensors)| {
            let tensors = tensors.iter();
            tensors.map(move |(tensor, data)| (format!("{name}.{tensor}"), data.clone()))
        });
        to_bytes(&self.card, &tensors.collect())
    }

    /// Checks the weights of a network before memory is allocated for it: there are at least as many values as its configuration
    /// takes, and all are finite. `least` is `None` where that number cannot be counted.
    ///
    /// # Errors
    /// Fewer values, no such network, or a value that is not finite.
    pub fn check(&self, name: &str, least: Option<usize>) -> Result<(), ModelError> {
        let weights = self.weights.get(name);
        let held = weights.map_or(0, |weights| {
            weights
                .values()
                .map(TensorData::num_elements)
                .sum::<usize>()
        });
        if least.is_none_or(|least| held < least) {
            let least = least.map_or("more than can be counted".to_owned(), |least| {
                least.to_string()
            });
            return Err(ModelError::Weights(format!(
                "its {name} has {least} weights, the file holds {held}"
            )));
        }
        weights.map_or(Ok(()), check_finite)
    }

    /// Builds a network: `init` creates one from the card, and its weights are replaced by those of the bundle.
    ///
    /// # Errors
    /// No network of that name, a configuration that is not an `A` or is out of range, or weights that do not fit it.
    pub fn network<A: DeserializeOwned, M: Module>(
        &self,
        name: &str,
        init: impl FnOnce(&ModelCard<A>) -> Result<M, ConfigError>,
    ) -> Result<M, ModelError> {
        let card = self.card.network(name)?;
        let weights = self.weights.get(name).cloned().unwrap_or_default();
        apply_weights(init(&card)?, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DiscriminatorArchitecture, DiscriminatorConfig, GeneratorArchitecture, GeneratorConfig,
        ImageShape, ModelFile, keyed_rng,
    };
    use burn::tensor::Device;

    const IMAGE: ImageShape = ImageShape {
        channels: 1,
        height: 4,
        width: 4,
    };

    fn parts() -> (GeneratorConfig, DiscriminatorConfig) {
        let config = r#"{"kind": "mlp", "latent": 2, "hidden": [3]}"#;
        let other = r#"{"kind": "mlp", "hidden": [5]}"#;
        (
            serde_json::from_str(config).unwrap(),
            serde_json::from_str(other).unwrap(),
        )
    }

    fn card(architecture: GeneratorConfig) -> ModelCard {
        ModelCard {
            recipe: "digits".to_owned(),
            seed: 1,
            images_seen: 640,
            ..ModelCard::new(architecture, IMAGE)
        }
    }

    #[test]
    fn networks_are_read_by_name_and_the_generator_as_a_model_file() {
        let device = Device::flex();
        let (g, d) = parts();
        let mut rng = keyed_rng(0, "weights", 0);
        let generator = g.init(IMAGE, 0, &mut rng, &device).unwrap();
        let discriminator = d.init(IMAGE, 0, &mut rng, &device).unwrap();
        let bundle = ModelBundle::new("pair", card(g.clone()))
            .with("generator", &g, &generator)
            .and_then(|bundle| bundle.with("critic", &d, &discriminator))
            .unwrap();
        let bytes = bundle.to_bytes().unwrap();

        let read = ModelBundle::from_bytes(&bytes).unwrap();
        assert_eq!(read.card, bundle.card);
        let rebuilt = read.network("critic", |card: &ModelCard<DiscriminatorConfig>| {
            let mut rng = keyed_rng(9, "other weights", 0);
            card.architecture.init(card.image, 0, &mut rng, &device)
        });
        assert_eq!(
            collect_weights(&rebuilt.unwrap()),
            collect_weights(&discriminator)
        );

        let file: ModelFile = ModelFile::from_bytes(&bytes).unwrap();
        assert_eq!(file.weights, collect_weights(&generator));
        assert!(file.network(&device).is_ok());
    }

    #[test]
    fn a_file_of_one_generator_is_a_bundle_of_one_network() {
        let device = Device::flex();
        let (g, _) = parts();
        let mut rng = keyed_rng(0, "weights", 0);
        let generator = g.init(IMAGE, 0, &mut rng, &device).unwrap();
        let bytes = ModelFile::new(card(g), &generator).to_bytes().unwrap();
        let bundle = ModelBundle::from_bytes(&bytes).unwrap();
        assert_eq!(bundle.card.system, "gan");
        let names: Vec<&String> = bundle.card.networks.keys().collect();
        assert_eq!(names, ["generator"]);
    }

    #[test]
    fn a_missing_network_is_an_error_with_its_name() {
        let (g, _) = parts();
        let bundle = ModelBundle::new("pair", card(g));
        let missing = bundle.card.network::<GeneratorConfig>("encoder");
        let message = missing.unwrap_err().to_string();
        assert!(message.contains("`encoder`"), "{message}");
    }
}

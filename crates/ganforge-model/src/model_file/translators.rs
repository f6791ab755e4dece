//! Reading translators from a model file.

use std::path::Path;

use burn::tensor::Device;

use super::bundle::ModelBundle;
use super::card::{INVERSE, ModelCard};
use super::{BundleCard, ModelFile};
use crate::networks::{Translator, Translators};
use crate::{ConfigError, GeneratorConfig, GeneratorNet, ModelError, keyed_rng};

impl Translators {
    /// Opens a model of two domains, with its card.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged, or whose networks are no translators.
    pub fn open(path: &Path, device: &Device) -> Result<(Self, BundleCard), ModelError> {
        let file: ModelFile<GeneratorConfig> = ModelFile::open(path)?;
        file.check_finite()?;
        // The networks of both directions are alike, so that the checks of the first hold for the second.
        let architecture = file.card.architecture.clone();
        let GeneratorNet::Translator(to_target) = file.into_network(device)? else {
            return Err(ModelError::Description(NOT_TWO_DOMAINS.to_owned()));
        };
        let bundle = ModelBundle::open(path)?;
        if !bundle.card.networks.contains_key(INVERSE) {
            return Err(ModelError::Description(NOT_TWO_DOMAINS.to_owned()));
        }
        let to_source = bundle.network(INVERSE, |card: &ModelCard<GeneratorConfig>| {
            inverse(card, &architecture, device)
        })?;
        Ok((
            Self {
                to_target,
                to_source,
            },
            bundle.card,
        ))
    }
}

const NOT_TWO_DOMAINS: &str = "it does not translate between two domains";

fn inverse(
    card: &ModelCard<GeneratorConfig>,
    expected: &GeneratorConfig,
    device: &Device,
) -> Result<Translator, ConfigError> {
    match &card.architecture {
        GeneratorConfig::Translator { network } if card.architecture == *expected => {
            let rng = &mut keyed_rng(0, "placeholder weights", 0);
            network.init(card.image, rng, device)
        }
        _ => Err(ConfigError::new(
            INVERSE,
            "another network",
            "one like the generator",
        )),
    }
}

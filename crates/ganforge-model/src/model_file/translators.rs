//! Reading translators from a model file.

use std::path::Path;

use burn::tensor::Device;

use super::bundle::ModelBundle;
use super::card::{INVERSE, ModelCard};
use super::{BundleCard, ModelFile};
use crate::networks::{Translator, Translators};
use crate::{GeneratorArchitecture, GeneratorConfig, GeneratorNet, ModelError, keyed_rng};

impl Translators {
    /// Opens a model of two domains, with its card.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged, whose networks are no translators or not alike, or whose weights are too few or
    /// not finite.
    pub fn open(path: &Path, device: &Device) -> Result<(Self, BundleCard), ModelError> {
        let file: ModelFile<GeneratorConfig> = ModelFile::open(path)?;
        file.check_finite()?;
        let architecture = file.card.architecture.clone();
        let GeneratorNet::Translator(to_target) = file.into_network(device)? else {
            return Err(ModelError::Description(NOT_TWO_DOMAINS.to_owned()));
        };
        let bundle = ModelBundle::open(path)?;
        let to_source = inverse(&bundle, &architecture, device)?;
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

/// The translator back, which is like the generator.
fn inverse(
    bundle: &ModelBundle,
    generator: &GeneratorConfig,
    device: &Device,
) -> Result<Translator, ModelError> {
    let refuse = |reason: &str| Err(ModelError::Description(reason.to_owned()));
    if !bundle.card.networks.contains_key(INVERSE) {
        return refuse(NOT_TWO_DOMAINS);
    }
    let card: ModelCard<GeneratorConfig> = bundle.card.network(INVERSE)?;
    let GeneratorConfig::Translator { network } = &card.architecture else {
        return refuse(NOT_TWO_DOMAINS);
    };
    if card.architecture != *generator {
        return refuse("its networks `generator` and `inverse` have different configurations");
    }
    bundle.check(INVERSE, card.architecture.weight_count(card.image, 0))?;
    bundle.network(INVERSE, |card: &ModelCard<GeneratorConfig>| {
        let rng = &mut keyed_rng(0, "placeholder weights", 0);
        network.init(card.image, rng, device)
    })
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::networks::{MlpTranslatorConfig, TranslatorConfig};
    use crate::{ImageShape, apply_weights, collect_weights};

    fn config(units: usize) -> TranslatorConfig {
        TranslatorConfig::Mlp(MlpTranslatorConfig::new([units]))
    }

    fn card(units: usize) -> GeneratorConfig {
        let network = config(units);
        GeneratorConfig::Translator { network }
    }

    fn network(units: usize) -> Translator {
        let rng = &mut keyed_rng(3, "weights", 0);
        let network = config(units).init(ImageShape::POINT, rng, &Device::flex());
        network.unwrap()
    }

    fn bundle() -> ModelBundle {
        let about = ModelCard::new(card(3), ImageShape::POINT);
        let bundle = ModelBundle::new("discogan", about);
        bundle.with("generator", &card(3), &network(3)).unwrap()
    }

    fn opened(bytes: &[u8]) -> Result<Translators, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        std::fs::write(&path, bytes).unwrap();
        let opened = Translators::open(&path, &Device::flex());
        let opened = opened.map(|(translators, _)| translators);
        opened.map_err(|error| error.to_string())
    }

    fn complaint(bytes: &[u8]) -> String {
        opened(bytes).map(|_| ()).unwrap_err()
    }

    #[test]
    fn a_network_back_that_is_missing_or_unlike_the_generator_is_refused() {
        let whole = bundle().with(INVERSE, &card(3), &network(3)).unwrap();
        assert!(opened(&whole.to_bytes().unwrap()).is_ok());
        let missing = complaint(&bundle().to_bytes().unwrap());
        assert!(missing.contains("two domains"), "{missing}");
        let other = bundle().with(INVERSE, &card(4), &network(4)).unwrap();
        let other = complaint(&other.to_bytes().unwrap());
        assert!(other.contains("different configurations"), "{other}");
        // Of the right configuration, with the weights of a smaller network.
        let fewer = bundle().with(INVERSE, &card(3), &network(1)).unwrap();
        let fewer = complaint(&fewer.to_bytes().unwrap());
        assert!(fewer.contains("inverse"), "{fewer}");
    }

    #[test]
    fn a_weight_that_is_not_finite_is_refused_in_either_direction() {
        for value in [f32::NAN, f32::INFINITY] {
            let mut weights = collect_weights(&network(3));
            let tensor = TensorData::new(vec![value, 0.0], [2]);
            weights.insert("output.bias".to_owned(), tensor);
            let damaged = apply_weights(network(3), weights).unwrap();
            for (forth, back) in [(&damaged, &network(3)), (&network(3), &damaged)] {
                let about = ModelCard::new(card(3), ImageShape::POINT);
                let bundle = ModelBundle::new("discogan", about);
                let bundle = bundle.with("generator", &card(3), forth).unwrap();
                let bundle = bundle.with(INVERSE, &card(3), back).unwrap();
                let complaint = complaint(&bundle.to_bytes().unwrap());
                assert!(complaint.contains("output.bias"), "{complaint}");
            }
        }
    }
}

//! Translators in both directions.

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use super::{Translator, TranslatorConfig};
use crate::{ConfigError, ImageShape};

/// A translator in each direction between two domains, whose networks are alike.
#[derive(Module, Debug)]
pub struct Translators {
    /// From the first domain to the second.
    pub to_target: Translator,
    /// From the second domain to the first.
    pub to_source: Translator,
}

impl TranslatorConfig {
    /// Builds a network for each direction; each random number generator draws the weights of one.
    ///
    /// # Errors
    /// As [`init`](Self::init).
    pub fn init_both(
        &self,
        image: ImageShape,
        rngs: [&mut ChaCha8Rng; 2],
        device: &Device,
    ) -> Result<Translators, ConfigError> {
        let [forth, back] = rngs;
        Ok(Translators {
            to_target: self.init(image, forth, device)?,
            to_source: self.init(image, back, device)?,
        })
    }
}

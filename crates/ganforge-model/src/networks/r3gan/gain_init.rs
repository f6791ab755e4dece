//! Initial weights of a given gain.

use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use crate::layers::{Init, WeightInit};

/// Draws the weights of layers from N(0, gain² / `fan_in`).
pub(super) struct GainInit<'a> {
    rng: &'a mut ChaCha8Rng,
    device: &'a Device,
}

impl<'a> GainInit<'a> {
    pub fn new(rng: &'a mut ChaCha8Rng, device: &'a Device) -> Self {
        Self { rng, device }
    }

    /// The initializer of a layer whose outputs each depend on `fan_in` inputs.
    pub fn with(&mut self, gain: f64, fan_in: usize) -> WeightInit<'_> {
        let std = gain / (fan_in as f64).sqrt();
        WeightInit::new(Init::Normal { std }, self.rng, self.device)
    }
}

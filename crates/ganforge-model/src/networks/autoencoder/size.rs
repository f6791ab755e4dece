//! The size of the autoencoder.

use super::AutoencoderDiscriminatorConfig;
use crate::ImageShape;
use crate::layers::Activation;
use crate::size::{NetworkSize, numbers};

impl AutoencoderDiscriminatorConfig {
    /// Number of parameters and stored activations.
    pub(crate) fn size(&self, image: ImageShape) -> NetworkSize {
        let pixels = numbers(image);
        let mut size = NetworkSize::default();
        size.keep(pixels);
        let mut before = pixels;
        let mut layer = |outputs: f64, hidden: bool| {
            size.matrix(before * outputs);
            size.vector(outputs);
            size.keep(outputs);
            // The input of an activation whose derivative needs it.
            if hidden && matches!(self.activation, Activation::Softplus | Activation::Elu) {
                size.keep(outputs);
            }
            before = outputs;
        };
        for &units in &self.encoder {
            layer(units as f64, true);
        }
        layer(self.code as f64, false);
        for units in self.decoder_units() {
            layer(units as f64, true);
        }
        layer(pixels, false);
        // After the output activation, and the residual.
        size.keep_in(2.0, pixels);
        size.keep(1.0);
        size
    }
}

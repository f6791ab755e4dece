//! Sizes of the networks of this folder.

use super::{JointMlpDiscriminatorConfig, MlpEncoderConfig};
use crate::ImageShape;
use crate::size::{NetworkSize, numbers};

impl MlpEncoderConfig {
    /// Number of parameters and stored activations.
    pub(crate) fn size(&self, image: ImageShape, latent: usize) -> NetworkSize {
        let mut size = NetworkSize::default();
        let inputs = numbers(image) + (self.inputs(image, latent) - image.values()) as f64;
        size.keep(inputs);
        let stack = self.stack();
        let last = stack.add_to(&mut size, inputs, &self.hidden, self.norm_first);
        let outputs = self.outputs(latent) as f64;
        size.matrix(last * outputs);
        size.vector(outputs);
        size.keep(outputs);
        size
    }
}

impl JointMlpDiscriminatorConfig {
    /// Number of parameters and stored activations.
    pub(crate) fn size(&self, image: ImageShape, latent: usize) -> NetworkSize {
        let mut size = NetworkSize::default();
        let inputs = numbers(image) + latent as f64;
        size.keep(inputs);
        if self.dropout_input > 0.0 {
            size.keep(2.0 * inputs);
        }
        let stack = self.stack();
        let (alone, both) = self.split();
        let image = stack.add_to(&mut size, numbers(image), alone, self.norm_first);
        let latent = latent as f64;
        let code = stack.add_to(&mut size, latent, &self.code_hidden, self.norm_first);
        size.keep(image + code);
        let last = stack.add_to(&mut size, image + code, both, self.norm_joint());
        size.matrix(last);
        size.vector(1.0);
        size.keep(1.0);
        size
    }
}

//! Sizes of the fully connected networks.

use super::{MlpDiscriminatorConfig, MlpGeneratorConfig, widths};
use crate::ImageShape;
use crate::layers::{Activation, Conditioning, HeadConfig, Norm};
use crate::size::{NetworkSize, numbers};

impl MlpGeneratorConfig {
    /// Number of parameters and stored activations.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> NetworkSize {
        let entry = self.entry(classes);
        let mut size = NetworkSize::default();
        size.keep(entry.columns() as f64);
        for [inputs, outputs] in widths(entry.columns(), &self.hidden) {
            size.linear(inputs, outputs, self.norm == Norm::None);
            size.keep(outputs as f64);
            self.norm.add_to(&mut size, outputs, classes, 1.0);
        }
        entry.add_to(&mut size);
        let last = self.hidden.last().copied().unwrap_or(entry.columns());
        size.matrix(last as f64 * numbers(image));
        size.vector(numbers(image));
        if self.output_weight_norm {
            size.vector(numbers(image));
        }
        size.keep(numbers(image));
        size
    }
}

impl MlpDiscriminatorConfig {
    /// Number of parameters and stored activations.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> NetworkSize {
        let head = HeadConfig {
            conditioning: self.conditioning.unwrap_or(Conditioning::Concatenation),
            minibatch: self.minibatch_features,
            classes,
        };
        let inputs = numbers(image) + head.input_classes() as f64;
        let mut size = NetworkSize::default();
        size.keep(inputs);
        if self.dropout_input > 0.0 {
            size.keep(2.0 * inputs);
        }
        let mut before = inputs;
        for &units in &self.hidden {
            let pieces = units as f64 * self.maxout_pieces as f64;
            size.matrix(before * pieces);
            size.vector(pieces);
            size.keep(pieces);
            if self.maxout_pieces > 1 || self.activation == Activation::Softplus {
                size.keep(units as f64);
            }
            if self.dropout_hidden > 0.0 {
                size.keep(2.0 * units as f64);
            }
            before = units as f64;
        }
        head.add_to(&mut size, before);
        size
    }
}

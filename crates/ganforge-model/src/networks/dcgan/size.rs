//! Sizes of the networks of DCGAN.

use super::{DcganDiscriminatorConfig, DcganGeneratorConfig, Pyramid};
use crate::ImageShape;
use crate::layers::{Conditioning, HeadConfig, Norm};
use crate::size::{NetworkSize, numbers, pixels};

/// Kernel size of every stage.
const KERNEL: usize = 4;

impl DcganGeneratorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let pyramid = Pyramid::of(image, "dcgan").ok()?;
        let entry = self.entry(classes);
        let mut channels = pyramid.channels(self.width);
        let bias = self.norm == Norm::None;
        let mut positions = pyramid.base_pixels();
        let base = channels[0] as f64 * positions;
        let mut size = NetworkSize::default();
        size.keep(entry.columns() as f64);
        size.matrix(entry.columns() as f64 * base);
        size.vector(if bias { base } else { 0.0 });
        size.keep(base);
        channels.push(image.channels);
        for (stage, pair) in channels.windows(2).enumerate() {
            self.norm.add_to(&mut size, pair[0], classes, positions);
            let last = stage + 2 == channels.len();
            size.convolution([pair[0], pair[1]], KERNEL, 1, bias && !last);
            positions *= 4.0;
            size.keep(pair[1] as f64 * positions);
        }
        entry.add_to(&mut size);
        // After the hyperbolic tangent.
        size.keep(numbers(image));
        Some(size)
    }
}

impl DcganDiscriminatorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let pyramid = Pyramid::of(image, "dcgan").ok()?;
        let head = HeadConfig {
            conditioning: self.conditioning.unwrap_or(Conditioning::Concatenation),
            minibatch: self.minibatch_features,
            classes,
        };
        let mut positions = pixels(image);
        let mut inputs = image.channels.saturating_add(head.input_classes());
        let mut size = NetworkSize::default();
        size.keep(inputs as f64 * positions);
        for (stage, outputs) in pyramid.channels(self.width).into_iter().rev().enumerate() {
            size.convolution([inputs, outputs], KERNEL, 1, false);
            positions /= 4.0;
            size.keep(outputs as f64 * positions);
            if self.batch_norm && stage > 0 {
                Norm::Batch.add_to(&mut size, outputs, classes, positions);
            }
            inputs = outputs;
        }
        head.add_to(&mut size, inputs as f64 * positions);
        Some(size)
    }
}

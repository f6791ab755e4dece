//! Sizes of the layers.

use super::config::ContextEncoderGeneratorConfig;
use super::side::{SideSizes, halved, side_sizes};
use crate::ImageShape;
use crate::layers::Norm;
use crate::size::{NetworkSize, numbers};

/// Kernel size of every layer.
const KERNEL: usize = 4;

impl ContextEncoderGeneratorConfig {
    /// Number of parameters and stored activations.
    pub(super) fn network_size(&self, image: ImageShape) -> NetworkSize {
        let SideSizes {
            top_grid,
            predicted,
        } = side_sizes(self.region, self.encoder.len(), self.decoder.len(), image);
        let area = |[height, width]: [usize; 2]| height as f64 * width as f64;
        let mut size = NetworkSize::default();
        size.keep(numbers(image));
        let mut inputs = image.channels;
        for (layer, &outputs) in self.encoder.iter().enumerate() {
            size.convolution([inputs, outputs], KERNEL, 1, false);
            let side = |side| halved(side, layer + 1);
            let positions = area([side(image.height), side(image.width)]);
            size.keep(outputs as f64 * positions);
            if layer > 0 {
                Norm::Batch.add_to(&mut size, outputs, 0, positions);
            }
            inputs = outputs;
        }
        size.matrix(inputs as f64 * area(top_grid) * self.code as f64);
        size.keep(self.code as f64);
        Norm::Batch.add_to(&mut size, self.code, 0, 1.0);
        let mut inputs = self.decoder.first().copied().unwrap_or(0);
        let mut positions = predicted.first().copied().map_or(0.0, area);
        let base = inputs as f64 * positions;
        size.matrix(self.code as f64 * base);
        size.keep(base);
        let outputs = self.decoder.iter().skip(1).chain([&image.channels]);
        for (&outputs, &after) in outputs.zip(predicted.iter().skip(1)) {
            Norm::Batch.add_to(&mut size, inputs, 0, positions);
            size.convolution([inputs, outputs], KERNEL, 1, false);
            positions = area(after);
            size.keep(outputs as f64 * positions);
            inputs = outputs;
        }
        // After the hyperbolic tangent.
        size.keep(image.channels as f64 * positions);
        size
    }
}

//! Sizes of the layers.

use super::ContextEncoderGeneratorConfig;
use super::rectangle::Rectangle;
use crate::ImageShape;
use crate::layers::Norm;
use crate::size::{NetworkSize, numbers, pixels};

/// Kernel size of every layer.
const KERNEL: usize = 4;

/// A side after `times` layers that halve it, rounded down.
pub(super) fn halved(side: usize, times: usize) -> usize {
    u32::try_from(times).map_or(0, |times| side.checked_shr(times).unwrap_or(0))
}

/// Heights and widths of layers.
pub(super) struct SideSizes {
    /// What the last layer of the encoder leaves.
    pub top_grid: [usize; 2],
    /// The base grid of the decoder, then the output of each of its layers.
    pub predicted: Vec<[usize; 2]>,
}

impl ContextEncoderGeneratorConfig {
    pub(super) fn side_sizes(&self, image: ImageShape) -> SideSizes {
        let Rectangle { height, width, .. } = self.region.predicted(image);
        let layers = self.decoder.len();
        let predicted = (0..=layers).rev();
        SideSizes {
            top_grid: [image.height, image.width].map(|side| halved(side, self.encoder.len())),
            predicted: predicted
                .map(|times| [height, width].map(|side| halved(side, times)))
                .collect(),
        }
    }

    /// Number of parameters and stored activations.
    pub(super) fn network_size(&self, image: ImageShape) -> NetworkSize {
        let SideSizes {
            top_grid,
            predicted,
        } = self.side_sizes(image);
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
        size.keep(image.channels as f64 * positions.min(pixels(image)));
        size
    }
}

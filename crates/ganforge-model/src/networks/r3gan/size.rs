//! Sizes of the networks of R3GAN.

use super::stage::{EXPANSION, MIX};
use super::stages::Stages;
use super::{R3ganDiscriminatorConfig, R3ganGeneratorConfig};
use crate::ImageShape;
use crate::layers::{Conditioning, HeadConfig};
use crate::size::{NetworkSize, numbers, pixels};

impl R3ganGeneratorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let stages = self.stages(image).ok()?;
        let inputs = self.latent.saturating_add(classes);
        let (mut from, mut positions) = (stages.channels[0], stages.base_pixels());
        let mut size = NetworkSize::default();
        size.keep(inputs as f64);
        size.linear(inputs, from, false);
        size.keep(from as f64);
        size.matrix(from as f64 * positions);
        size.keep(from as f64 * positions);
        for (index, &to) in stages.channels.iter().enumerate() {
            if index > 0 {
                transition(&mut size, [from, to], positions);
                positions *= 4.0;
                size.keep(to as f64 * positions);
            }
            stages.add_blocks_to(&mut size, to, positions);
            from = to;
        }
        size.convolution([from, image.channels], 1, 1, false);
        size.keep(numbers(image));
        Some(size)
    }
}

impl R3ganDiscriminatorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let stages = self.stages(image).ok()?;
        let head = HeadConfig {
            conditioning: self.conditioning.unwrap_or(Conditioning::Projection),
            minibatch: self.minibatch_features,
            classes,
        };
        let inputs = image.channels.saturating_add(head.input_classes());
        let mut positions = pixels(image);
        let mut size = NetworkSize::default();
        size.keep(inputs as f64 * positions);
        size.convolution([inputs, self.width], 1, 1, false);
        size.keep(self.width as f64 * positions);
        let mut from = self.width;
        for (index, &to) in stages.channels.iter().rev().enumerate() {
            if index > 0 {
                positions /= 4.0;
                size.keep(from as f64 * positions);
                transition(&mut size, [from, to], positions);
            }
            stages.add_blocks_to(&mut size, to, positions);
            from = to;
        }
        // The basis, and its product with each channel.
        size.matrix(from as f64 * positions);
        size.keep(from as f64 * positions);
        size.keep(from as f64);
        head.add_to(&mut size, from as f64);
        Some(size)
    }
}

impl Stages {
    /// Adds the residual blocks of one stage.
    fn add_blocks_to(&self, size: &mut NetworkSize, channels: usize, positions: f64) {
        let inner = channels.saturating_mul(EXPANSION) as f64;
        let (outer, blocks) = (channels as f64, self.blocks as f64);
        let mix = inner * self.group_width as f64 * (MIX * MIX) as f64;
        size.matrix(blocks * (2.0 * inner * outer + mix));
        size.vector(blocks * 2.0 * inner);
        size.keep_in(2.0 * blocks, inner * positions);
        size.keep_in(blocks, outer * positions);
    }

    /// Pixels of the base grid.
    fn base_pixels(&self) -> f64 {
        self.base_grid[0] as f64 * self.base_grid[1] as f64
    }
}

/// Adds the convolution that changes channels between two stages, if they differ.
fn transition(size: &mut NetworkSize, [from, to]: [usize; 2], positions: f64) {
    if from != to {
        size.convolution([from, to], 1, 1, false);
        size.keep(to as f64 * positions);
    }
}

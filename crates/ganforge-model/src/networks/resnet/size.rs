//! Sizes of the residual networks.

use super::block::BlockKind;
use super::{ResnetDiscriminatorConfig, ResnetGeneratorConfig, channels, effective_max_width};
use crate::ImageShape;
use crate::layers::{Conditioning, HeadConfig, Norm};
use crate::networks::pyramid::Pyramid;
use crate::size::{NetworkSize, numbers, pixels};

impl ResnetGeneratorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let channels = self.channels(image).ok()?;
        let entry = self.entry(classes);
        let mut positions = Pyramid::of(image, "resnet").ok()?.base_pixels();
        let base = channels[0] as f64 * positions;
        let mut size = NetworkSize::default();
        size.keep(entry.columns() as f64);
        size.matrix(entry.columns() as f64 * base);
        size.vector(base);
        size.keep(base);
        for pair in channels.windows(2) {
            let [inputs, outputs] = [pair[0], pair[1]];
            rectify(entry.norm, &mut size, inputs, classes, positions);
            positions *= 4.0;
            // The upsampled input of the first convolution.
            size.keep(inputs as f64 * positions);
            size.convolution([inputs, outputs], 3, 1, entry.norm == Norm::None);
            size.keep(outputs as f64 * positions);
            entry.norm.add_to(&mut size, outputs, classes, positions);
            size.convolution([outputs, outputs], 3, 1, true);
            size.convolution([inputs, outputs], 1, 1, true);
            size.keep(outputs as f64 * positions);
        }
        entry.norm.add_to(&mut size, self.width, classes, positions);
        entry.add_to(&mut size);
        size.convolution([self.width, image.channels], 3, 1, true);
        // Before and after the hyperbolic tangent.
        size.keep(numbers(image));
        size.keep(numbers(image));
        Some(size)
    }
}

impl ResnetDiscriminatorConfig {
    /// Number of parameters and stored activations; `None` for an unsupported image size.
    pub(crate) fn size(&self, image: ImageShape, classes: usize) -> Option<NetworkSize> {
        let most = effective_max_width(self.width, self.max_width).ok()?;
        let halvings = Pyramid::of(image, "resnet").ok()?.stages;
        let head = HeadConfig {
            conditioning: self.conditioning.unwrap_or(Conditioning::Projection),
            minibatch: self.minibatch_features,
            classes,
        };
        let mut positions = pixels(image);
        let mut inputs = image.channels.saturating_add(head.input_classes());
        let mut size = NetworkSize::default();
        size.keep(inputs as f64 * positions);
        let down = channels(self.width, most, (halvings - 1).max(1));
        for (index, outputs) in down.into_iter().enumerate() {
            let kind = if index == 0 {
                BlockKind::First
            } else {
                BlockKind::Down
            };
            positions = block(&mut size, kind, [inputs, outputs], positions);
            inputs = outputs;
        }
        for _ in 0..2 {
            positions = block(&mut size, BlockKind::SameSize, [inputs; 2], positions);
        }
        size.keep(inputs as f64);
        head.add_to(&mut size, inputs as f64);
        Some(size)
    }
}

/// A norm and a rectifier whose input is also used by the shortcut.
fn rectify(norm: Norm, size: &mut NetworkSize, channels: usize, classes: usize, positions: f64) {
    if norm == Norm::None {
        size.keep(channels as f64 * positions);
    } else {
        norm.add_to(size, channels, classes, positions);
    }
}

/// Adds a block of the discriminator; returns the number of pixels after it.
fn block(
    size: &mut NetworkSize,
    kind: BlockKind,
    [inputs, outputs]: [usize; 2],
    positions: f64,
) -> f64 {
    let hidden = kind.hidden([inputs, outputs]);
    let after = match kind {
        BlockKind::First | BlockKind::Down => positions / 4.0,
        BlockKind::SameSize => positions,
    };
    if kind != BlockKind::First {
        // The rectified input; the shortcut uses the input itself.
        size.keep(inputs as f64 * positions);
    }
    size.convolution([inputs, hidden], 3, 1, true);
    size.keep(hidden as f64 * positions);
    size.convolution([hidden, outputs], 3, 1, true);
    if kind.has_shortcut_conv([inputs, outputs]) {
        size.keep(inputs as f64 * after);
        size.convolution([inputs, outputs], 1, 1, true);
    }
    size.keep(outputs as f64 * after);
    after
}

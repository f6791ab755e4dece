//! Residual blocks at one size.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::gain_init::GainInit;
use crate::layers::memory::{convolution_workspace, numbers};
use crate::layers::{Activation, Traced};

/// Factor by which channels are expanded inside a block.
pub(super) const EXPANSION: usize = 2;
/// Kernel size of the grouped convolution.
pub(super) const MIX: usize = 3;

/// The blocks of one size, and the change of channels to the next size.
#[derive(Module, Debug)]
pub(super) struct Stage {
    transition: Option<Conv2d>,
    blocks: Vec<Block>,
}

/// An inverted residual block: x plus a 1×1 convolution to twice the channels, a grouped 3×3 convolution, and a 1×1
/// convolution to the original channels.
///
/// The first two have a bias and a leaky rectifier. Initial weights of the last are zero, so that the initial block is the
/// identity.
#[derive(Module, Debug)]
struct Block {
    expand: Conv2d,
    mix: Conv2d,
    reduce: Conv2d,
}

impl Stage {
    /// A stage of `blocks` blocks whose weights have this `gain`, with a transition if `from` and `to` differ.
    pub fn new(
        channels: usize,
        [from, to]: [usize; 2],
        blocks: usize,
        group_width: usize,
        gain: f64,
        init: &mut GainInit<'_>,
    ) -> Self {
        Self {
            transition: (from != to)
                .then(|| init.with(1.0, from).convolution([from, to], 1, 1, false)),
            blocks: (0..blocks)
                .map(|_| Block::new(channels, group_width, gain, init))
                .collect(),
        }
    }

    /// Applies the blocks and records the backward pass.
    ///
    /// # Shapes
    /// - input, output: `[batch, channels, height, width]`
    pub fn trace<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        let blocks = self.blocks.iter();
        blocks.fold(images, |images, block| block.trace(images))
    }

    /// Applies the blocks without recording the backward pass.
    ///
    /// # Shapes
    /// - input, output: `[batch, channels, height, width]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let blocks = self.blocks.iter();
        blocks.fold(images, |images, block| {
            block.trace(Traced::new(images)).value()
        })
    }

    /// Values that [`forward`](Self::forward) holds for one image of this size.
    pub fn activation_values(&self, [height, width]: [usize; 2]) -> u64 {
        let channels = |block: &Block| block.expand.weight.val().dims();
        let channels = self.blocks.first().map_or([0; 4], channels);
        // The input of a block, and three tensors of its inner channels: before and after a rectifier, and transposed.
        numbers(&[3 * channels[0] + channels[1], height, width])
    }

    /// Workspace of its convolutions, in values; blocks share it.
    pub fn workspace(&self, size: [usize; 2]) -> u64 {
        let Some(block) = self.blocks.first() else {
            return 0;
        };
        let layers = [&block.expand, &block.mix, &block.reduce];
        let work = layers.map(|layer| convolution_workspace(layer, size));
        work.into_iter().fold(0, u64::saturating_add)
    }

    /// Changes channels to those of the next stage.
    ///
    /// # Shapes
    /// - `[batch, from, height, width]` to `[batch, to, height, width]`
    pub fn change_channels<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        match &self.transition {
            Some(transition) => images.convolution(transition),
            None => images,
        }
    }
}

impl Block {
    fn new(channels: usize, group_width: usize, gain: f64, init: &mut GainInit<'_>) -> Self {
        let inner = EXPANSION * channels;
        let groups = inner / group_width;
        Self {
            expand: init
                .with(gain, channels)
                .convolution([channels, inner], 1, 1, true),
            mix: init.with(gain, group_width * MIX * MIX).convolution(
                [inner, inner],
                MIX,
                groups,
                true,
            ),
            reduce: init
                .with(0.0, inner)
                .convolution([inner, channels], 1, 1, false),
        }
    }

    fn trace<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        images.fork(
            |images| images,
            |images| {
                images
                    .convolution(&self.expand)
                    .activation(Activation::LeakyRelu)
                    .convolution(&self.mix)
                    .activation(Activation::LeakyRelu)
                    .convolution(&self.reduce)
            },
        )
    }
}

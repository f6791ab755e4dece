//! Residual blocks at one size.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;

use super::gain_init::GainInit;
use crate::layers::memory::{convolution_workspace, numbers};
use crate::layers::{Activation, Traced};

/// Channels inside a block, per channel outside.
pub(super) const EXPANSION: usize = 2;
/// Pixels across the kernel of the grouped convolution.
pub(super) const MIX: usize = 3;

/// The blocks of one size, and the change of channels between it and the neighbouring size.
#[derive(Module, Debug)]
pub(super) struct Stage {
    transition: Option<Conv2d>,
    blocks: Vec<Block>,
}

/// x plus a branch: 1×1 to twice the channels, 3×3 within groups, 1×1 back.
///
/// After either of the first two come a bias per channel and a leaky rectifier. The last starts at zero, so the block
/// starts as the identity.
#[derive(Module, Debug)]
struct Block {
    expand: Conv2d,
    mix: Conv2d,
    reduce: Conv2d,
}

impl Stage {
    /// `gain` is for the weights inside the blocks; without a change of channels there is no transition.
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

    /// All blocks in turn.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]`, which stays
    pub fn trace<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 4> {
        let blocks = self.blocks.iter();
        blocks.fold(images, |images, block| block.trace(images))
    }

    /// All blocks in turn, forgetting each on the way.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]`, which stays
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let blocks = self.blocks.iter();
        blocks.fold(images, |images, block| {
            block.trace(Traced::new(images)).value()
        })
    }

    /// Numbers that [`forward`](Self::forward) holds for one image of this size.
    pub fn activation_values(&self, [height, width]: [usize; 2]) -> u64 {
        let channels = |block: &Block| block.expand.weight.val().dims();
        let channels = self.blocks.first().map_or([0; 4], channels);
        // The inside of a block with its rectifier's output and its channels turned, while its input waits.
        numbers(&[3 * channels[0] + channels[1], height, width])
    }

    /// Numbers that its convolutions work in; blocks take turns.
    pub fn workspace(&self, size: [usize; 2]) -> u64 {
        let Some(block) = self.blocks.first() else {
            return 0;
        };
        let layers = [&block.expand, &block.mix, &block.reduce];
        let work = layers.map(|layer| convolution_workspace(layer, size));
        work.into_iter().fold(0, u64::saturating_add)
    }

    /// To the channels of the next stage.
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

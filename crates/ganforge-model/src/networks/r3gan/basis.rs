//! One learned pattern per channel: what the generator starts from, and what the discriminator ends in.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::layers::{Traced, WeightInit};

/// One pattern on the base grid per channel, `[channels, height, width]`.
#[derive(Module, Debug)]
pub(super) struct Basis {
    weight: Param<Tensor<3>>,
}

impl Basis {
    pub fn new(channels: usize, [height, width]: [usize; 2], mut init: WeightInit<'_>) -> Self {
        Self {
            weight: init.weight([channels, height, width], height * width),
        }
    }

    /// `[channels, height, width]`
    pub fn dims(&self) -> [usize; 3] {
        self.weight.val().dims()
    }

    /// Each channel's pattern times a number.
    ///
    /// # Shapes
    /// - `[batch, channels]` to `[batch, channels, height, width]`
    pub fn scale(&self, rows: Tensor<2>) -> Tensor<4> {
        let [batch, channels] = rows.dims();
        rows.reshape([batch, channels, 1, 1]) * self.weight.val().unsqueeze()
    }

    /// The inner product of each channel with its pattern: a depthwise convolution that sees the whole grid.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]` to `[batch, channels]`
    pub fn project<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 2> {
        let patterns: Tensor<4> = self.weight.val().unsqueeze();
        let products = images.value() * patterns.clone();
        images
            .then(products, |gradient| gradient * patterns)
            .sum_pool()
    }
}

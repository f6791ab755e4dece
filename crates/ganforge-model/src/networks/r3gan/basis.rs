//! A learned basis, one image per channel: the start of the generator and the end of the discriminator.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::layers::{Traced, WeightInit};

/// A weight per channel and position of the base grid, `[channels, height, width]`.
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

    /// The basis of each channel times a value per image.
    ///
    /// # Shapes
    /// - `[batch, channels]` to `[batch, channels, height, width]`
    pub fn scale(&self, rows: Tensor<2>) -> Tensor<4> {
        let [batch, channels] = rows.dims();
        rows.reshape([batch, channels, 1, 1]) * self.weight.val().unsqueeze()
    }

    /// The inner product of each channel with its basis: a depthwise convolution whose kernel is the whole grid.
    ///
    /// # Shapes
    /// - `[batch, channels, height, width]` to `[batch, channels]`
    pub fn project<'a>(&'a self, images: Traced<'a, 4>) -> Traced<'a, 2> {
        let basis: Tensor<4> = self.weight.val().unsqueeze();
        let products = images.value() * basis.clone();
        images
            .then(products, |gradient| gradient * basis)
            .sum_pool()
    }
}

//! Maxout units (Goodfellow et al. 2013): the largest of several linear pieces.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::WeightInit;

/// A layer of units, each the maximum over `pieces` affine functions of the input.
#[derive(Module, Debug)]
pub struct Maxout {
    pieces: Linear,
    units: usize,
}

impl Maxout {
    /// `units` outputs, each the maximum of `pieces` affine functions of `inputs` numbers.
    pub fn new(inputs: usize, units: usize, pieces: usize, init: &mut WeightInit<'_>) -> Self {
        Self {
            pieces: init.linear(inputs, units * pieces, true),
            units,
        }
    }

    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, units]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let pieces = self.pieces.forward(input);
        let [batch, width] = pieces.dims();
        pieces
            .reshape([batch, self.units, width / self.units])
            .max_dim(2)
            .reshape([batch, self.units])
    }
}

//! Maxout units (Goodfellow et al. 2013): the largest of several linear pieces.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Int, Tensor};

use super::condition::one_hot;
use super::{WeightInit, pull_back_linear};

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
        self.evaluate(input).max_dim(2).squeeze_dim(2)
    }

    /// [`forward`](Self::forward), with a one for the piece that each unit took and zeros for its others.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, units]`, and the choice `[batch, units, pieces]`
    #[must_use]
    pub fn forward_with_choice(&self, input: Tensor<2>) -> (Tensor<2>, Tensor<3>) {
        let pieces = self.evaluate(input);
        let [.., count] = pieces.dims();
        let (largest, taken) = pieces.max_dim_with_indices(2);
        let taken: Tensor<2, Int> = taken.squeeze_dim(2);
        (largest.squeeze_dim(2), one_hot(taken, count))
    }

    /// Back through the layer: `gradient` by its outputs becomes the gradient by its input.
    ///
    /// # Shapes
    /// - `gradient`: `[batch, units]`
    /// - `choice`: `[batch, units, pieces]`
    /// - output: `[batch, inputs]`
    #[must_use]
    pub fn pull_back(&self, gradient: Tensor<2>, choice: Tensor<3>) -> Tensor<2> {
        let of_pieces = gradient.unsqueeze_dim::<3>(2) * choice;
        pull_back_linear(&self.pieces, of_pieces.flatten(1, 2))
    }

    /// # Shapes
    /// - output: `[batch, units, pieces]`
    fn evaluate(&self, input: Tensor<2>) -> Tensor<3> {
        let pieces = self.pieces.forward(input);
        let [batch, width] = pieces.dims();
        pieces.reshape([batch, self.units, width / self.units])
    }
}

//! Maxout units (Goodfellow et al. 2013): the largest of several linear pieces.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Int, Tensor};

use super::condition::one_hot;
use super::{WeightInit, linear};

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
        self.largest(self.evaluate(input))
    }

    /// The affine functions, not yet compared.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, units · pieces]`
    #[must_use]
    pub fn evaluate(&self, input: Tensor<2>) -> Tensor<2> {
        linear(&self.pieces, input)
    }

    /// # Shapes
    /// - `pieces`: `[batch, units · pieces]`
    /// - output: `[batch, units]`
    pub(super) fn largest(&self, pieces: Tensor<2>) -> Tensor<2> {
        let [_, width] = pieces.dims();
        ganforge_ops::maxout(pieces, width / self.units)
    }

    /// Back through the layer: `gradient` by its outputs becomes the gradient with respect to its input, through the piece that
    /// each unit took.
    ///
    /// # Shapes
    /// - `gradient`: `[batch, units]`
    /// - `pieces`: `[batch, units · pieces]`, [evaluated](Self::evaluate) at the input
    /// - output: `[batch, inputs]`
    #[must_use]
    pub fn pull_back(&self, gradient: Tensor<2>, pieces: Tensor<2>) -> Tensor<2> {
        let [batch, width] = pieces.dims();
        let count = width / self.units;
        let units: Tensor<3> = pieces.reshape([batch, self.units, count]);
        let taken: Tensor<2, Int> = units.argmax(2).squeeze_dim(2);
        let of_pieces = gradient.unsqueeze_dim::<3>(2) * one_hot::<2, 3>(taken, count);
        let rows: Tensor<2> = of_pieces.flatten(1, 2);
        rows.matmul(self.pieces.weight.val().transpose())
    }
}

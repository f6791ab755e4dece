//! Maxout (Goodfellow et al. 2013, "Maxout Networks").

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Int, Tensor};

use super::condition::one_hot;
use super::{WeightInit, linear};

/// A layer whose units are each the maximum of several affine functions of the input.
#[derive(Module, Debug)]
pub struct Maxout {
    pieces: Linear,
    units: usize,
}

impl Maxout {
    /// `units` outputs, each the maximum of `pieces` affine functions of `inputs` values.
    pub fn new(inputs: usize, units: usize, pieces: usize, init: &mut WeightInit<'_>) -> Self {
        Self {
            pieces: init.linear(inputs, units * pieces, true),
            units,
        }
    }

    /// The maxima.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, units]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.maximum(self.evaluate(input))
    }

    /// The affine functions.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, units · pieces]`
    #[must_use]
    pub fn evaluate(&self, input: Tensor<2>) -> Tensor<2> {
        linear(&self.pieces, input)
    }

    /// The maximum of the pieces of each unit.
    ///
    /// # Shapes
    /// - `pieces`: `[batch, units · pieces]`
    /// - output: `[batch, units]`
    pub(super) fn maximum(&self, pieces: Tensor<2>) -> Tensor<2> {
        let [_, width] = pieces.dims();
        ganforge_ops::maxout(pieces, width / self.units)
    }

    /// The backward pass: the gradient with respect to the input, from that with respect to the output, through the largest
    /// piece of each unit.
    ///
    /// # Shapes
    /// - `gradient`: `[batch, units]`
    /// - `pieces`: `[batch, units · pieces]`, from [`evaluate`](Self::evaluate)
    /// - output: `[batch, inputs]`
    #[must_use]
    pub fn pull_back(&self, gradient: Tensor<2>, pieces: Tensor<2>) -> Tensor<2> {
        let [batch, width] = pieces.dims();
        let count = width / self.units;
        let units: Tensor<3> = pieces.reshape([batch, self.units, count]);
        let argmax: Tensor<2, Int> = units.argmax(2).squeeze_dim(2);
        let piece_gradient = gradient.unsqueeze_dim::<3>(2) * one_hot::<2, 3>(argmax, count);
        let rows: Tensor<2> = piece_gradient.flatten(1, 2);
        rows.matmul(self.pieces.weight.val().transpose())
    }
}

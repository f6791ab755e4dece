//! Minibatch discrimination (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.2).
//!
//! The tensor `T` maps the features `f` of a sample to a matrix `M = f·T` with one row per kernel. The new feature `o_b` of
//! the sample is the sum of `exp(-‖M_b - M'_b‖₁)` over the batch. As in the paper, the sum includes the similarity 1 of the
//! sample to itself. The authors' code omits it and adds a bias, which the bias of the next layer replaces here; weight
//! normalisation and data-dependent initialisation of that code are not implemented.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use crate::layers::WeightInit;

/// The similarity of each sample to its batch, in learned projections.
#[derive(Module, Debug)]
pub struct MinibatchDiscrimination {
    /// `T`; the weight is `[features, kernels · dimensions]`.
    projection: Linear,
    kernels: usize,
}

impl MinibatchDiscrimination {
    /// `kernels` projections of `features` values to `dimensions` coordinates each.
    #[must_use]
    pub fn new(
        features: usize,
        kernels: usize,
        dimensions: usize,
        init: &mut WeightInit<'_>,
    ) -> Self {
        Self {
            projection: init.linear(features, kernels * dimensions, false),
            kernels,
        }
    }

    /// The similarities. Memory grows with the square of the batch: `batch² · kernels · dimensions` values, several times in
    /// training.
    ///
    /// # Shapes
    /// - `rows`: `[batch, features]`
    /// - output: `[batch, kernels]`, in [1, batch]
    #[must_use]
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let projected = self.projection.forward(rows);
        let [batch, width] = projected.dims();
        let projected: Tensor<3> = projected.reshape([batch, self.kernels, width / self.kernels]);
        let difference = projected.clone().unsqueeze_dim::<4>(1) - projected.unsqueeze_dim(0);
        let distance: Tensor<3> = difference.abs().sum_dim(3).squeeze_dim(3);
        distance.neg().exp().sum_dim(1).squeeze_dim(1)
    }
}

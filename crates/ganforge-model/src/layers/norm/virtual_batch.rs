//! Virtual batch normalisation (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.5).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::kind::EPSILON;

/// Normalises each example by the statistics of a fixed reference batch and of itself, so that no example depends on the
/// others it happens to be batched with.
///
/// With `n` reference examples, the example itself weighs `1 / (n + 1)`, as in the authors' code; reference examples
/// are normalised by the reference batch alone. Scale and shift per channel are learned, from 1 and 0.
#[derive(Module, Debug)]
pub struct VirtualBatchNorm {
    /// `[channels]`.
    gamma: Param<Tensor<1>>,
    /// `[channels]`.
    beta: Param<Tensor<1>>,
}

impl VirtualBatchNorm {
    /// Scales start at 1, shifts at 0.
    #[must_use]
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([channels], device)),
            beta: Param::from_tensor(Tensor::zeros([channels], device)),
        }
    }

    /// # Shapes
    /// - `input`: `[reference + batch, channels, …]`, the reference batch's activations first
    /// - output: that of `input`
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, reference: usize) -> Tensor<D> {
        let dims = input.dims();
        let positions = dims[2..].iter().product();
        let input: Tensor<3> = input.reshape([dims[0], dims[1], positions]);
        let of_reference = input.clone().narrow(0, 0, reference);
        let of_batch = input.narrow(0, reference, dims[0] - reference);
        let fixed = Moments::over_positions(&of_reference).over_examples();
        let each = Moments::over_positions(&of_batch).mixed_with(&fixed, reference);
        let normalised = Tensor::cat(
            vec![fixed.standardise(of_reference), each.standardise(of_batch)],
            0,
        );
        let gamma = self.gamma.val().reshape([1, dims[1], 1]);
        let beta = self.beta.val().reshape([1, dims[1], 1]);
        (normalised * gamma + beta).reshape(dims)
    }
}

/// Mean and variance per channel, each `[batch, channels, 1]`.
///
/// Variances are summed from parts, never taken as `E[x²] - E[x]²`, which cancels.
struct Moments {
    mean: Tensor<3>,
    variance: Tensor<3>,
}

impl Moments {
    /// Of each example alone.
    fn over_positions(input: &Tensor<3>) -> Self {
        let mean = input.clone().mean_dim(2);
        let variance = (input.clone() - mean.clone()).square().mean_dim(2);
        Self { mean, variance }
    }

    /// Of all examples together, `[1, channels, 1]`.
    fn over_examples(self) -> Self {
        let mean = self.mean.clone().mean_dim(0);
        let between = (self.mean - mean.clone()).square();
        Self {
            variance: (self.variance + between).mean_dim(0),
            mean,
        }
    }

    /// Of each example together with `count` others of moments `others`.
    fn mixed_with(self, others: &Self, count: usize) -> Self {
        let own = 1.0 / (count as f64 + 1.0);
        let theirs = 1.0 - own;
        let apart = self.mean.clone() - others.mean.clone();
        Self {
            mean: self.mean * own + others.mean.clone() * theirs,
            variance: self.variance * own
                + others.variance.clone() * theirs
                + apart.square() * (own * theirs),
        }
    }

    fn standardise(&self, input: Tensor<3>) -> Tensor<3> {
        (input - self.mean.clone()) / (self.variance.clone() + EPSILON).sqrt()
    }
}

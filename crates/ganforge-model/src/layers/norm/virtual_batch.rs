//! Virtual batch norm (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.5).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::kind::EPSILON;

/// Normalises each example by the statistics of a fixed reference batch together with the example, so that its output does
/// not depend on the rest of its batch.
///
/// With `n` reference examples, the example has weight `1 / (n + 1)`, as in the authors' code. Reference examples are
/// normalised by the reference batch alone. Scale and shift per channel are learned.
#[derive(Module, Debug)]
pub struct VirtualBatchNorm {
    /// `[channels]`.
    gamma: Param<Tensor<1>>,
    /// `[channels]`.
    beta: Param<Tensor<1>>,
}

impl VirtualBatchNorm {
    /// A layer with scales 1 and shifts 0.
    #[must_use]
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([channels], device)),
            beta: Param::from_tensor(Tensor::zeros([channels], device)),
        }
    }

    /// Normalises the reference batch and the batch.
    ///
    /// # Shapes
    /// - `input`: `[reference + batch, channels, …]`, the reference batch first
    /// - output: as `input`
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, reference: usize) -> Tensor<D> {
        let dims = input.dims();
        let positions = dims[2..].iter().product();
        let input: Tensor<3> = input.reshape([dims[0], dims[1], positions]);
        let of_reference = input.clone().narrow(0, 0, reference);
        let of_batch = input.narrow(0, reference, dims[0] - reference);
        let fixed = Moments::over_positions(&of_reference).over_examples();
        let each = Moments::over_positions(&of_batch).combined_with(&fixed, reference);
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
/// Variances are combined from parts; `E[x²] - E[x]²` would lose accuracy by cancellation.
struct Moments {
    mean: Tensor<3>,
    variance: Tensor<3>,
}

impl Moments {
    /// Moments of each example.
    fn over_positions(input: &Tensor<3>) -> Self {
        let mean = input.clone().mean_dim(2);
        let variance = (input.clone() - mean.clone()).square().mean_dim(2);
        Self { mean, variance }
    }

    /// Moments of all examples together, `[1, channels, 1]`.
    fn over_examples(self) -> Self {
        let mean = self.mean.clone().mean_dim(0);
        let between = (self.mean - mean.clone()).square();
        Self {
            variance: (self.variance + between).mean_dim(0),
            mean,
        }
    }

    /// Moments of each example together with `count` reference examples of moments `reference`.
    fn combined_with(self, reference: &Self, count: usize) -> Self {
        let weight = 1.0 / (count as f64 + 1.0);
        let reference_weight = 1.0 - weight;
        let difference = self.mean.clone() - reference.mean.clone();
        Self {
            mean: self.mean * weight + reference.mean.clone() * reference_weight,
            variance: self.variance * weight
                + reference.variance.clone() * reference_weight
                + difference.square() * (weight * reference_weight),
        }
    }

    fn standardise(&self, input: Tensor<3>) -> Tensor<3> {
        (input - self.mean.clone()) / (self.variance.clone() + EPSILON).sqrt()
    }
}

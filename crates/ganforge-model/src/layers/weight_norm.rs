//! Weight normalisation (Salimans & Kingma 2016, "Weight Normalization").

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor};
use ganforge_ops::Nonlinearity;

use super::{Init, WeightInit};

/// Added to the squared norm of a column.
const EPSILON: f64 = 1e-6;

/// A fully connected layer whose weight is given by a direction and a norm for each output: column j of the weight is
/// s_j · v_j / ‖v_j‖.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use ganforge_model::keyed_rng;
/// use ganforge_model::layers::WeightNormLinear;
/// use ganforge_ops::Nonlinearity;
///
/// let device = Device::flex();
/// let layer = WeightNormLinear::new([8, 4], true, &mut keyed_rng(0, "weights", 0), &device);
/// let input = Tensor::<2>::from_data([[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]], &device);
/// // Outputs do not change with the length of a direction.
/// let output = layer.forward(input.clone(), Nonlinearity::LINEAR);
/// assert_eq!(output.dims(), [1, 4]);
/// ```
#[derive(Module, Debug)]
pub struct WeightNormLinear {
    /// `[inputs, outputs]`
    direction: Param<Tensor<2>>,
    /// `[outputs]`, the norm of each column of the weight.
    scale: Param<Tensor<1>>,
    /// `[outputs]`
    bias: Param<Tensor<1>>,
}

impl WeightNormLinear {
    /// A layer with directions drawn from N(0, 0.1²), norms of 1 and biases of 0. The norms are trained where `trains_scale`;
    /// else [`normalise`](Self::normalise) alone sets them.
    #[must_use]
    pub fn new(
        [inputs, outputs]: [usize; 2],
        trains_scale: bool,
        rng: &mut rand_chacha::ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let mut init = WeightInit::new(Init::Normal { std: 0.1 }, rng, device);
        let scale = Tensor::ones([outputs], device);
        Self {
            direction: init.weight([inputs, outputs], inputs),
            scale: if trains_scale {
                Param::from_tensor(scale)
            } else {
                Param::initialized(ParamId::new(), scale)
            },
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
        }
    }

    /// The output after an activation.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`
    /// - output: `[batch, outputs]`
    #[must_use]
    pub fn forward(&self, input: Tensor<2>, activation: Nonlinearity) -> Tensor<2> {
        let weight = normalised(self.direction.val(), self.scale.val());
        ganforge_ops::linear(input, weight, Some(self.bias.val()), activation)
    }

    /// Sets norms and biases so that the outputs of this batch have mean 0 and variance 1 before the activation.
    ///
    /// # Shapes
    /// - `input`: `[batch, inputs]`, without gradients
    #[must_use]
    pub fn normalise(mut self, input: Tensor<2>) -> Self {
        let weight = normalised(self.direction.val(), self.scale.val());
        let output = input.matmul(weight);
        let mean = output.clone().mean_dim(0);
        let deviation = (output - mean.clone()).square().mean_dim(0).sqrt();
        // An output that is constant over the batch keeps its norm.
        let constant = deviation.clone().equal_scalar(0.0);
        let deviation = deviation.mask_fill(constant, 1.0);
        let bias: Tensor<1> = (mean.neg() / deviation.clone()).flatten(0, 1).detach();
        let deviation: Tensor<1> = deviation.flatten(0, 1).detach();
        self.scale = self
            .scale
            .map(|scale| replaced(&scale, scale.clone() / deviation));
        self.bias = self.bias.map(|old| replaced(&old, bias));
        self
    }
}

/// The columns of `direction` with the norms `scale`.
///
/// # Shapes
/// - `direction`: `[inputs, outputs]`
/// - `scale`: `[outputs]`
/// - output: `[inputs, outputs]`
pub(crate) fn normalised(direction: Tensor<2>, scale: Tensor<1>) -> Tensor<2> {
    let norm = (direction.clone().square().sum_dim(0) + EPSILON).sqrt();
    direction * (scale.unsqueeze::<2>() / norm)
}

/// A value in place of a parameter's, which keeps whether it is trained.
fn replaced<const D: usize>(old: &Tensor<D>, new: Tensor<D>) -> Tensor<D> {
    new.detach().set_require_grad(old.is_require_grad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed_rng;
    use burn::tensor::Distribution;

    fn layer(device: &Device) -> WeightNormLinear {
        WeightNormLinear::new([6, 5], false, &mut keyed_rng(1, "weights", 0), device)
    }

    #[test]
    fn columns_have_the_norms_of_the_scale() {
        let device = Device::flex();
        let direction = layer(&device).direction.val();
        let scale = Tensor::from_data([1.0_f32, 2.0, 3.0, 4.0, 5.0], &device);
        let norms = normalised(direction, scale.clone())
            .square()
            .sum_dim(0)
            .sqrt();
        let error = (norms.squeeze::<1>() - scale)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(error < 1e-3, "{error}");
    }

    #[test]
    fn a_normalised_batch_has_mean_0_and_variance_1() {
        let device = Device::flex();
        device.seed(3);
        let input = Tensor::<2>::random([64, 6], Distribution::Uniform(0.0, 4.0), &device);
        let output = layer(&device)
            .normalise(input.clone())
            .forward(input, Nonlinearity::LINEAR);
        let mean = output.clone().mean_dim(0).abs().max().into_scalar::<f32>();
        let variance = output.square().mean_dim(0) - 1.0;
        assert!(mean < 1e-5, "{mean}");
        assert!(variance.abs().max().into_scalar::<f32>() < 1e-4);
    }

    #[test]
    fn a_fixed_scale_is_not_trained() {
        let device = Device::flex().autodiff();
        let layer = layer(&device);
        let input = Tensor::<2>::ones([2, 6], &device);
        let layer = layer.normalise(Tensor::random([9, 6], Distribution::Default, &device));
        assert!(!layer.scale.val().is_require_grad());
        let loss = layer.forward(input, Nonlinearity::LINEAR).sum();
        let gradients = loss.backward();
        assert!(layer.scale.val().grad(&gradients).is_none());
        assert!(layer.direction.val().grad(&gradients).is_some());
        assert!(layer.bias.val().grad(&gradients).is_some());
    }
}

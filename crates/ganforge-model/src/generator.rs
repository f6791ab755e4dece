//! The trait of generators, and the built-in ones.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use crate::io::GeneratorInput;

/// A network that generates images. A Burn module that implements it can be trained, sampled and saved.
///
/// ```
/// use ganforge_model::burn::module::Module;
/// use ganforge_model::burn::nn::Linear;
/// use ganforge_model::burn::tensor::{Device, Tensor};
/// use ganforge_model::layers::{Init, WeightInit};
/// use ganforge_model::{Generator, GeneratorInput, keyed_rng};
/// # use ganforge_model::burn;
///
/// /// One linear layer from a latent to an image of 8×8 pixels.
/// #[derive(Module, Debug)]
/// struct Flat {
///     layer: Linear,
/// }
///
/// impl Generator for Flat {
///     fn forward(&self, input: GeneratorInput) -> Tensor<4> {
///         let rows = self.layer.forward(input.expect_noise()).tanh();
///         let [batch, _] = rows.dims();
///         rows.reshape([batch, 1, 8, 8])
///     }
/// }
///
/// let device = Device::flex();
/// let mut rng = keyed_rng(7, "weights", 0);
/// let layer = WeightInit::new(Init::He, &mut rng, &device).linear(16, 64, true);
/// let images = Flat { layer }.forward(GeneratorInput::noise(Tensor::zeros([4, 16], &device)));
/// assert_eq!(images.dims(), [4, 1, 8, 8]);
/// ```
pub trait Generator: Module + ModuleDisplay {
    /// Generates a batch of images.
    ///
    /// # Shapes
    /// - output: `[batch, channels, height, width]`; pixels are in [-1, 1], or near it if the last layer is unbounded
    fn forward(&self, input: GeneratorInput) -> Tensor<4>;

    /// An upper bound, in bytes, on the memory of [`forward`](Self::forward) for `batch` images without gradients:
    /// activations and the workspace of convolutions, without the weights.
    ///
    /// Samplers choose their batch size by it, and refuse a network that exceeds their limit with one image. The default, 0,
    /// is unknown.
    fn forward_memory(&self, _batch: usize) -> u64 {
        0
    }
}

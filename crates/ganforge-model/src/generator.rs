//! The player that makes images, as an open trait and as the built-in architectures a recipe can name.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use crate::io::GeneratorInput;

/// A network that turns latents into images. Implement it for a module of your own to train it here.
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
    /// # Shapes
    /// - output: `[batch, channels, height, width]`, in [-1, 1] for pixels, or about it without a bounded last layer
    fn forward(&self, input: GeneratorInput) -> Tensor<4>;

    /// Bytes that [`forward`](Self::forward) of so many latents may take without gradients, beside the weights: what lies
    /// between layers, and what convolutions work in.
    ///
    /// Samplers compute as many images at a time as fit a bound on it, and refuse an image that exceeds one alone. 0, as
    /// here, is no bound.
    fn forward_memory(&self, _rows: usize) -> u64 {
        0
    }
}

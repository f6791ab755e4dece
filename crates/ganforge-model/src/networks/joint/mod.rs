//! Networks of games over pairs of an image and a latent (Dumoulin et al. 2017, "Adversarially Learned Inference"; Donahue et
//! al. 2017, "Adversarial Feature Learning"): encoders, which compute latents of images, and joint discriminators, which score
//! pairs. Layers are fully connected.

mod discriminator;
mod encoder;
mod encoder_noise;
mod size;
mod stack;

pub use discriminator::{JointMlpDiscriminator, JointMlpDiscriminatorConfig};
pub use encoder::{MlpEncoder, MlpEncoderConfig};
pub use encoder_noise::EncoderNoise;

use burn::tensor::Tensor;

/// Images as rows of pixels, mapped from [-1, 1] to `range`.
///
/// # Shapes
/// - `images`: `[batch, channels, height, width]`
/// - output: `[batch, channels · height · width]`
fn pixels(images: Tensor<4>, [lowest, highest]: [f64; 2]) -> Tensor<2> {
    let rows = images.flatten(1, 3);
    let (factor, offset) = ((highest - lowest) / 2.0, lowest.midpoint(highest));
    let identity = (factor - 1.0).abs() < f64::EPSILON && offset.abs() < f64::EPSILON;
    if identity {
        rows
    } else {
        rows * factor + offset
    }
}

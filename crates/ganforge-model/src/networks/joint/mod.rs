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

use crate::ConfigError;
use crate::layers::{Activation, Init};

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

fn check_range([lowest, highest]: [f64; 2]) -> Result<(), ConfigError> {
    if lowest.is_finite() && highest.is_finite() && lowest < highest {
        return Ok(());
    }
    let range = format!("[{lowest}, {highest}]");
    let allowed = "[lowest, highest], two numbers of which the second is larger";
    Err(ConfigError::new("input_range", range, allowed))
}

fn leaky_relu() -> Activation {
    Activation::LeakyRelu
}

fn signed() -> [f64; 2] {
    [-1.0, 1.0]
}

fn he() -> Init {
    Init::He
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

//! DCGAN (Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs").
//!
//! Every stage is a convolution with kernel 4, stride 2, padding 1; `k` stages lead from a base of
//! `4 × 4` to `4·2ᵏ` pixels. Both sides of the image shrink by the same 2ᵏ, so the base of a
//! non-square image is `4 × n`. Deviations: kernel 4 instead of 5, and a linear layer at either end, as
//! in the widely used PyTorch example. Classes enter by concatenation: one-hot next to the latent, constant
//! planes next to the image; or, in the generator, through its norms.

mod discriminator;
mod generator;
mod size;

pub use discriminator::{DcganDiscriminator, DcganDiscriminatorConfig};
pub use generator::{DcganGenerator, DcganGeneratorConfig};

use super::pyramid::Pyramid;
use crate::layers::Init;

fn dcgan_init() -> Init {
    Init::Normal { std: 0.02 }
}

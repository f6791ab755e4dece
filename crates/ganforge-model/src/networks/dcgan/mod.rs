//! DCGAN (Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs").
//!
//! Every stage is a convolution with kernel 4, stride 2 and padding 1; `k` stages connect a base grid of `4 × 4` with an
//! image of `4·2ᵏ` pixels. The base grid of a non-square image is `4 × n`.
//!
//! Deviation: kernel 4 instead of 5, as in PyTorch's example, whose convolutions at either end equal the linear layers here.
//!
//! Classes are concatenated: one-hot to the latent, as constant planes to the image. The generator may use conditional
//! batch norm instead.

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

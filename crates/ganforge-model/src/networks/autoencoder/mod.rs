//! Discriminators that are autoencoders: the score of an image is its reconstruction error with the sign changed (Zhao et
//! al. 2017, "Energy-based Generative Adversarial Network"; Berthelot et al. 2017, "BEGAN").
//!
//! Fully connected, as EBGAN's on MNIST. BEGAN's discriminator is convolutional; its kinds of layers (ELU, a linear code, a
//! linear output) are here, its convolutions are not.

mod discriminator;
mod energy;
mod size;

pub use discriminator::{AutoencoderDiscriminator, AutoencoderDiscriminatorConfig};
pub use energy::ReconstructionError;

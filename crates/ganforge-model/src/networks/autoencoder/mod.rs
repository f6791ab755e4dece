//! Autoencoders as discriminators: the score of an image is its negative reconstruction error (Zhao et al. 2017,
//! "Energy-based Generative Adversarial Network"; Berthelot et al. 2017, "BEGAN").
//!
//! Layers are fully connected, as EBGAN's on MNIST. BEGAN's discriminator is convolutional; of its layers, ELU, the linear
//! code and the linear output are supported.

mod discriminator;
mod energy;
mod size;

pub use discriminator::{AutoencoderDiscriminator, AutoencoderDiscriminatorConfig};
pub use energy::ReconstructionError;

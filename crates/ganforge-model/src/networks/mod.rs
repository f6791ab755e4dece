//! One file per architecture; each opens with its paper and where it deviates.

mod autoencoder;
mod dcgan;
mod mlp;
mod pyramid;
mod r3gan;
mod resnet;

pub use autoencoder::{
    AutoencoderDiscriminator, AutoencoderDiscriminatorConfig, ReconstructionError,
};
pub use dcgan::{
    DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig,
};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use r3gan::{
    R3ganDiscriminator, R3ganDiscriminatorConfig, R3ganGenerator, R3ganGeneratorConfig,
};
pub use resnet::{
    ResnetDiscriminator, ResnetDiscriminatorConfig, ResnetGenerator, ResnetGeneratorConfig,
};

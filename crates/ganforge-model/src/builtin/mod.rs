//! The architectures that a recipe can name.

mod discriminator;
mod generator;

pub use discriminator::{DiscriminatorConfig, DiscriminatorNet};
pub use generator::{GeneratorConfig, GeneratorNet};

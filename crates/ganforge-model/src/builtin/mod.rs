//! Built-in networks, by their kind in a recipe.

mod discriminator;
mod generator;
mod pairs;

pub use discriminator::{DiscriminatorConfig, DiscriminatorNet};
pub use generator::{GeneratorConfig, GeneratorNet};
pub use pairs::{EncoderConfig, EncoderNet, JointDiscriminatorConfig, JointDiscriminatorNet};

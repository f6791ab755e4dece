//! Built-in networks, by their kind in a recipe.

mod discriminator;
mod generator;

pub use discriminator::{DiscriminatorConfig, DiscriminatorNet};
pub use generator::{GeneratorConfig, GeneratorNet};

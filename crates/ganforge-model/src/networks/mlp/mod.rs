//! Fully connected networks, as those of Goodfellow et al. 2014 ("Generative Adversarial Nets").
//!
//! Hidden layers of the discriminator are linear or maxout. The generator may have norms, which the paper does not.
//! Classes are concatenated (Mirza & Osindero 2014), or used by conditional batch norm in the generator.

mod discriminator;
mod generator;
mod size;

pub use discriminator::{MlpDiscriminator, MlpDiscriminatorConfig};
pub use generator::{MlpGenerator, MlpGeneratorConfig};

use crate::ConfigError;

/// The number of inputs and outputs of each hidden layer.
fn widths(inputs: usize, hidden: &[usize]) -> Vec<[usize; 2]> {
    let before = std::iter::once(&inputs).chain(hidden);
    before.zip(hidden).map(|(&i, &o)| [i, o]).collect()
}

fn check_hidden(hidden: &[usize]) -> Result<(), ConfigError> {
    hidden
        .iter()
        .try_for_each(|&units| ConfigError::at_least_one("hidden", units))
}

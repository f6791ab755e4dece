//! Fully connected players: the networks of Goodfellow et al. 2014 ("Generative Adversarial Nets") and of
//! every small experiment since.
//!
//! The generator offers normalisation, which the paper predates; the discriminator's hidden layers are
//! plain or maxout. Classes enter by concatenation (Mirza & Osindero 2014), or through the generator's norms.

mod discriminator;
mod generator;
mod size;

pub use discriminator::{MlpDiscriminator, MlpDiscriminatorConfig};
pub use generator::{MlpGenerator, MlpGeneratorConfig};

use crate::ConfigError;
use crate::layers::Init;

/// Inputs and outputs of each hidden layer.
fn widths(inputs: usize, hidden: &[usize]) -> Vec<[usize; 2]> {
    let before = std::iter::once(&inputs).chain(hidden);
    before.zip(hidden).map(|(&i, &o)| [i, o]).collect()
}

fn check_hidden(hidden: &[usize]) -> Result<(), ConfigError> {
    hidden
        .iter()
        .try_for_each(|&units| ConfigError::at_least_one("hidden", units))
}

fn he() -> Init {
    Init::He
}

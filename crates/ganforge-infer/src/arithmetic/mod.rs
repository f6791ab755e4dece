//! Arithmetic with latents (Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs", section 6.3.2 and figure 7):
//! each concept is the mean of the latents of a few samples, and the sum of concepts is the latent of a new image.

mod compute;
mod concept;
mod figure;

pub use compute::{Arithmetic, ConceptImages};
pub use concept::{ArithmeticOptions, Concept, Sign};

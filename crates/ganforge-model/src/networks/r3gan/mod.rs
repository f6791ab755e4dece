//! R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv 2501.05441).
//!
//! Residual blocks and resampling, without norms and with an unbounded output. The generator multiplies a learned 4×4 basis
//! per channel by a linear map of the latent, then alternates blocks and upsampling. The discriminator mirrors it and ends
//! in a weighted sum over the last 4×4 pixels of each channel. Pixels of fakes may leave [-1, 1]. Initial weights are
//! N(0, gain² / `fan_in`), with gain 1 outside the blocks.
//!
//! Resampling is that of the authors' code: the filter `[1, 2, 1]` is convolved with `[1, 1]`, and images are padded with
//! zeros.
//!
//! Deviations:
//! - the authors choose widths, groups and blocks per stage; here channels double from the full size up to a limit, and
//!   groups of the 3×3 convolutions have the same number of channels in all stages;
//! - the basis of a non-square image is `4 × n`;
//! - the last layer of the discriminator has a bias, which a relativistic payoff cancels;
//! - the one-hot class is concatenated to the latent; the authors embed it first, which is equivalent because the layer
//!   after it is linear;
//! - the discriminator uses the class by projection, a sum of an unconditional score and one of the class; the authors use
//!   the latter alone. Concatenation and an auxiliary classifier are also available.

mod basis;
mod discriminator;
mod gain_init;
mod generator;
mod size;
mod stage;
mod stages;

pub use discriminator::{R3ganDiscriminator, R3ganDiscriminatorConfig};
pub use generator::{R3ganGenerator, R3ganGeneratorConfig};

fn two() -> usize {
    2
}

fn sixteen() -> usize {
    16
}

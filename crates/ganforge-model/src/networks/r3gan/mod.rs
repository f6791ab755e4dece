//! R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv 2501.05441).
//!
//! Residual blocks and resampling, and nothing else: no normalisation, no bounded output. The generator scales a learned
//! 4×4 pattern per channel by a linear map of the latent, then alternates blocks with doublings; the discriminator is its
//! mirror image and ends in a weighted sum over each channel's last 4×4 pixels. Fakes lie about [-1, 1] and may leave it.
//! Weights start at N(0, gain² / `fan_in`), with gain 1 outside the blocks.
//!
//! Resampling is that of the authors' code: its filter `[1, 2, 1]` is convolved with `[1, 1]` before use, and images end
//! in zeros beyond their edges.
//!
//! Deviations:
//! - the authors give widths, groups and blocks stage by stage; here channels double from the full size up to a cap, and
//!   groups of the 3×3 convolutions have the same number of channels everywhere;
//! - the pattern of a non-square image is `4 × n`;
//! - the discriminator's last layer has a bias, which a relativistic payoff does not see;
//! - the generator's classes are one-hot next to the latent: the authors multiply them by a matrix first, with nothing
//!   between it and the linear map;
//! - the discriminator's classes enter by projection, a sum of an unconditional score and one of the class; in the authors'
//!   the class's score is all there is. Concatenation and an auxiliary classifier can be asked for.

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

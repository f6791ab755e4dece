//! Residual networks of SNGAN (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
//! appendix B). They follow those of Gulrajani et al. 2017 ("Improved Training of Wasserstein GANs"), whose
//! discriminator takes the mean over pixels where this one takes the sum.
//!
//! `k` blocks connect a base grid of `4 × 4` with an image of `4·2ᵏ` pixels. The base grid of a non-square image is `4 × n`.
//! `width = 256` for the generator and `width = 128` for the discriminator are the networks for 32×32 pixels. Spectral
//! normalisation is not part of the network: training applies it to the weights of any network. Without it, the
//! sum over pixels makes initial scores large.
//!
//! Differences from the authors' code:
//! - Sizes other than 32×32 have more or fewer blocks of the same kind; the authors use other networks from 64 pixels.
//! - Initial weights are He normal. The authors use Glorot uniform, with gain √2 in the residual branch and 1 elsewhere; if a
//!   layer keeps its channels, gain √2 is He's variance.
//! - The output layer has a bias, and the last norm of the generator depends on the class like the others. Convolutions
//!   before a norm have no bias, because the norm cancels it.
//! - A 1×1 convolution of a shortcut runs at the smaller size of its block. It commutes with average pooling and with
//!   nearest-neighbour upsampling, so the result is the same.
//! - Classes are used by conditional batch norm and by projection, as in Miyato & Koyama 2018 ("cGANs with Projection
//!   Discriminator"), unless the recipe chooses another conditioning.

mod block;
mod discriminator;
mod generator;
mod size;

pub use discriminator::{ResnetDiscriminator, ResnetDiscriminatorConfig};
pub use generator::{ResnetGenerator, ResnetGeneratorConfig};

use crate::ConfigError;

/// Channels of `count` blocks, starting at the image: each has twice those of the one before, at most `most`.
fn channels(width: usize, most: usize, count: usize) -> Vec<usize> {
    std::iter::successors(Some(width), |channels| Some(channels.saturating_mul(2)))
        .map(|channels| channels.min(most))
        .take(count)
        .collect()
}

/// The largest number of channels: `max_width`, or `width` by default.
///
/// # Errors
/// A width of 0, or a `max_width` below `width`.
fn effective_max_width(width: usize, max_width: Option<usize>) -> Result<usize, ConfigError> {
    ConfigError::at_least_one("width", width)?;
    let max = max_width.unwrap_or(width);
    if max < width {
        return Err(ConfigError::new(
            "max_width",
            max,
            format!("`width`, {width}, or more"),
        ));
    }
    Ok(max)
}

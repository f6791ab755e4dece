//! Residual networks of SNGAN (Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks",
//! appendix B). They follow those of Gulrajani et al. 2017 ("Improved Training of Wasserstein GANs"), whose
//! discriminator takes the mean over pixels where this one takes the sum.
//!
//! `k` blocks lead from a base grid of `4 × 4` to `4·2ᵏ` pixels; both sides of the image shrink by the same 2ᵏ, so the
//! base of a non-square image is `4 × n`. `width = 256` for the generator and `width = 128` for the discriminator make
//! the networks for 32×32 pixels. Spectral normalisation is no layer here, for it is a property of weights: it is put
//! on them from outside, on any network's. Without it the sum over pixels makes scores large from the start.
//!
//! What differs from the authors' code:
//! - Other sizes than 32×32 have more or fewer blocks of the same kind; the authors have other networks for 64 pixels and
//!   more.
//! - Weights start from He's normal distribution. The authors draw from Glorot's uniform one, with gain √2 within the
//!   residual branch and 1 elsewhere; where a layer keeps its channels, gain √2 is He's variance.
//! - The output layer has a bias, and in the generator the last norm depends on the class like the others. Convolutions
//!   right before a norm have no bias, which the norm would take away.
//! - A 1×1 convolution on a shortcut runs at the smaller of its block's two sizes: it commutes with means over squares
//!   and with repeated pixels, so the result is the same.
//! - Classes enter by conditional batch norm and by projection, as in Miyato & Koyama 2018 ("cGANs with Projection
//!   Discriminator"); other ways can be chosen.

mod block;
mod discriminator;
mod generator;
mod size;

pub use discriminator::{ResnetDiscriminator, ResnetDiscriminatorConfig};
pub use generator::{ResnetGenerator, ResnetGeneratorConfig};

use crate::ConfigError;
use crate::layers::Init;

/// Channels of `count` blocks, from the one at the image inwards: doubled by every halving up to `most`.
fn channels(width: usize, most: usize, count: usize) -> Vec<usize> {
    std::iter::successors(Some(width), |channels| Some(channels.saturating_mul(2)))
        .map(|channels| channels.min(most))
        .take(count)
        .collect()
}

/// The largest width, which is `width` itself unless told otherwise.
///
/// # Errors
/// No width at all, or a limit below it.
fn effective_max_width(width: usize, max_width: Option<usize>) -> Result<usize, ConfigError> {
    ConfigError::at_least_one("width", width)?;
    let largest = max_width.unwrap_or(width);
    if largest < width {
        return Err(ConfigError::new(
            "max_width",
            largest,
            format!("`width`, {width}, or more"),
        ));
    }
    Ok(largest)
}

fn he() -> Init {
    Init::He
}

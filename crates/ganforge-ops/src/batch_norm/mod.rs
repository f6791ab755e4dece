//! Batch normalisation followed by a rectifier as one operation (Ioffe & Szegedy 2015, "Batch Normalization").
//!
//! With the mean μ and the biased variance σ² of a channel over batch and positions, and s = 1 / √(σ² + ε), the output is
//!
//! ```text
//! y = f(n),  n = (x − μ) γ s + β
//! ```
//!
//! With the gradient g with respect to y, h = g f′(n), and means over the same elements, the gradients are
//!
//! ```text
//! ∂β = Σ h    ∂γ = s Σ h (x − μ)    ∂x = γ s (h − mean(h) − (x − μ) s² mean(h (x − μ)))
//! ```
//!
//! The forward pass reads the input once for the moments and once for the output; the backward pass once for the sums and once for the gradient.
//! Neither the normalised values nor the rectifier's mask are stored: n is recomputed. Sums are double precision, one for each position of an image,
//! in the order of the batch, so they depend neither on threads nor on instruction sets.

#[cfg(feature = "autodiff")]
mod autodiff;
mod extension;
#[cfg(feature = "autodiff")]
mod gradient;
mod groups;
mod moments;
mod output;
mod tensor;

#[cfg(feature = "autodiff")]
pub use extension::BatchNormGradient;
pub use extension::{BatchNormInferenceOps, BatchNormOps};
pub use tensor::{BatchNormOutput, batch_norm, batch_norm_train};

use groups::{ChannelGroup, ImageDimensions};
use moments::Moments;

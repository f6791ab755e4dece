//! Paths through latent space.

mod interpolation;
mod path;

pub use interpolation::Interpolation;
pub use path::LatentPath;

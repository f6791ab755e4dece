//! Finding the latent of an image.

mod adam;
mod options;
mod project;

pub use options::ProjectionOptions;
pub use project::Projection;

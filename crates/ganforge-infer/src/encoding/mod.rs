//! Latents and features of images.

mod codes;
mod features;

pub use codes::Codes;
pub use features::Features;

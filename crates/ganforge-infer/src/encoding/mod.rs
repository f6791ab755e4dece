//! Latents of images, and images from latents.

mod codes;
mod encoder;
mod noise;

pub use codes::Codes;
pub use encoder::Encoder;
pub use noise::CodeNoise;

//! Latents and features of images.

mod codes;
mod encoder;
mod features;
mod noise;

pub use codes::Codes;
pub use encoder::{Encoder, load_encoder};
pub use features::Features;
pub use noise::CodeNoise;

//! Latents and features of images.

mod encoder;
mod features;
mod noise;

pub use encoder::{Encoder, load_encoder};
pub use features::Features;
pub use noise::CodeNoise;

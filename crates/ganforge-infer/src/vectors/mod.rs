//! Latents and features as arrays.

mod read_npy;
#[expect(clippy::module_inception, reason = "the type has the name of its room")]
mod vectors;

pub use vectors::Vectors;

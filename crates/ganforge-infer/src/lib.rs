//! From a model file to images.
//!
//! - [`Sampler`] opens a model file and draws images from it: the same seed, the same images.
//! - [`sample`] does the same for any [`Generator`](ganforge_model::Generator), such as one in training.
//! - [`Images`] holds what was drawn as raw floats; [`pixel`] is the one way from there to 8 bits.
//! - [`Output`] writes a grid, a folder of files or a numpy array, never half of one.
//!
//! ```no_run
//! use burn::tensor::Device;
//! use ganforge_infer::{GridOptions, SampleOptions, Sampler};
//!
//! let sampler = Sampler::open("model.safetensors", &Device::default())?;
//! let images = sampler.sample(&SampleOptions::default())?;
//! images.write_grid("samples.png", &GridOptions::default())?;
//! # Ok::<(), ganforge_infer::InferError>(())
//! ```
//!
//! Nothing here names a backend or needs gradients: a program that samples links neither.

mod aside;
mod error;
mod grid;
mod images;
mod npy;
mod output;
mod picture;
mod sample;
mod sampler;
mod scatter;

pub use error::InferError;
pub use grid::GridOptions;
pub use images::Images;
pub use output::Output;
pub use picture::pixel;
pub use sample::{SampleOptions, Signature, batches, latent, sample};
pub use sampler::Sampler;

//! From a model file to images.
//!
//! - [`Sampler`] opens a model file and draws images from it: the same seed, the same images.
//! - [`sample`] does the same for any [`Generator`](ganforge_model::Generator), such as one in training.
//! - [`Images`] holds what was drawn as raw floats; [`pixel`] is the one way from there to 8 bits.
//! - [`Output`] writes a grid, a folder of files or a numpy array, never half of one; an [`ImageWriter`] does so batch by
//!   batch, in memory that does not grow with the number of images.
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
//! Fifty thousand images take no more memory than a batch of them:
//!
//! ```no_run
//! # use burn::tensor::Device;
//! # use ganforge_infer::{GridOptions, Output, SampleOptions, Sampler};
//! # let sampler = Sampler::open("model.safetensors", &Device::default())?;
//! let options = SampleOptions { count: 50_000, ..SampleOptions::default() };
//! let image = sampler.signature().image;
//! let mut writer = Output::at("samples/")?.open(options.count, image, &GridOptions::default())?;
//! for images in sampler.batches(&options)? {
//!     writer.add(&images?)?;
//! }
//! writer.finish()?;
//! # Ok::<(), ganforge_infer::InferError>(())
//! ```
//!
//! Nothing here names a backend or needs gradients: a program that samples links neither.

mod error;
mod images;
mod picture;
mod sampling;
mod writer;

pub use burn;
pub use error::InferError;
pub use images::Images;
pub use picture::{GridOptions, pixel};
pub use sampling::{SampleOptions, Sampler, Signature, batches, generate, latent, sample};
pub use writer::{ImageWriter, Output};

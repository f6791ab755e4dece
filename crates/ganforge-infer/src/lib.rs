//! Images from a model file.
//!
//! ```
//! # let model = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixture/digits.safetensors");
//! # let folder = tempfile::tempdir()?;
//! # let grid = folder.path().join("samples.png");
//! use ganforge_infer::{GridOptions, SampleOptions, Sampler};
//!
//! let sampler = Sampler::open(model)?;
//! let images = sampler.sample(&SampleOptions::new(16, 0))?;
//! images.write_grid(grid, &GridOptions::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`Sampler`] opens a model file and draws images from it: by seed, by class, truncated, or from latents of your own. The same seed gives the same images.
//! - [`LatentPath`] passes from latent to latent, for strips and films; [`Vectors`] holds latents and features, and reads and writes them as `.npy`.
//! - `Sampler::project`, with the feature `projection`, finds the latent of an image.
//! - [`Encoder`] opens a model file with an encoder, and computes latents and reconstructions of images.
//! - [`sample`] does the same for any [`Generator`](ganforge_model::Generator), such as one in training.
//! - [`Sampler::arithmetic`] adds and subtracts mean latents of samples.
//! - [`Classifier`] classifies images by the classifier that a semi-supervised model ships.
//! - [`Features`] computes the pooled hidden layers of a shipped discriminator, for a classifier with few labels.
//! - [`Translator`] translates images between two domains, and [`TranslationAccuracy`] compares translations with the truth.
//! - [`Images`] holds raw floats; [`pixel`] converts a value to 8 bits.
//! - [`Inpainter`] completes images with a hole; [`HoleErrors`] compares them with the original ones.
//! - [`Output`] writes a grid, a folder of files or a numpy array. [`ImageWriter`] writes batch by batch, in memory that does not grow with the
//!   number of images.
//!
//! Fifty thousand images take no more memory than a batch:
//!
//! ```no_run
//! # use ganforge_infer::{GridOptions, Output, SampleOptions, Sampler};
//! # let sampler = Sampler::open("model.safetensors")?;
//! let options = SampleOptions::new(50_000, 0);
//! let image = sampler.signature().image;
//! let mut writer = Output::at("samples/")?.open(options.count, image, &GridOptions::default())?;
//! for images in sampler.batches(&options)? {
//!     writer.add(&images?)?;
//! }
//! writer.finish()?;
//! # Ok::<(), ganforge_infer::InferError>(())
//! ```
//!
//! This crate names no backend and needs no gradients.

mod arithmetic;
mod classifier;
mod encoding;
mod error;
mod images;
mod inpainting;
mod latent_path;
mod picture;
#[cfg(feature = "projection")]
mod projection;
mod sampling;
mod translation;
mod vectors;
mod writer;

pub use arithmetic::{Arithmetic, ArithmeticOptions, Concept, ConceptImages, Sign};
pub use burn;
pub use burn::tensor::Device;
pub use classifier::Classifier;
pub use encoding::{CodeNoise, Encoder, Features, load_encoder};
pub use error::InferError;
pub use images::Images;
pub use inpainting::{HoleErrors, Inpainter};
pub use latent_path::{Interpolation, LatentPath};
pub use picture::{GridOptions, pixel};
#[cfg(feature = "projection")]
pub use projection::{Projection, ProjectionOptions};
pub use sampling::{SampleOptions, Sampler, Signature, batches, generate, latent, sample};
pub use translation::{Direction, SquaredError, TranslationAccuracy, Translator};
pub use vectors::Vectors;
pub use writer::{ImageWriter, Output};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

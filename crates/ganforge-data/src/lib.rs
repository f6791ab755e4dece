//! Datasets and batches of training images, as plain `Vec<f32>` values for any device.
//!
//! ```
//! use ganforge_data::{BatchStream, DataOptions, DataSpec, Dataset};
//!
//! let spec: DataSpec = "digits".parse()?;
//! let options = DataOptions::new().size([16, 16]).labels(true);
//! let dataset = Dataset::open(&spec, &options)?;
//! assert_eq!(dataset.to_string(), "1797 images of 1x16x16 in 10 classes");
//!
//! // Shuffled batches of 64 images under seed 7, from step 0 on.
//! let mut stream = BatchStream::new(dataset, 64, 7, 0)?;
//! let batch = stream.next()?;
//! assert_eq!(batch.images.len(), 64 * 16 * 16);
//! # Ok::<(), ganforge_data::DataError>(())
//! ```
//!
//! A [`DataSpec`] names a source, [`DataOptions`] say how its images are preprocessed, a [`Dataset`] holds them and a [`BatchStream`] shuffles them into
//! batches. [`inspect`](mod@inspect) reports statistics and defects of a source before a run, and [`fetch`] downloads the public datasets.
//!
//! # Structure
//!
//! Each room uses only those before it: `transform` (crop, scale, pad, convert colours) · `decode` (one image file) · `storage` (where the values of a dataset
//! are kept) · `sources` (one loader per kind of source) · `dataset` · `batches` and `inspect`. `fetch` stands beside them.
//!
//! To add a source, write a loader in `sources/` that returns a `RawDataset`, add a variant to [`DataSpec`] and call the loader in `dataset/load.rs`.
//!
//! # Invariants
//!
//! - The crate depends on no network, device or tensor library.
//! - Images are channels × height × width floats in [-1, 1]; a 2-D point is an image of shape `[2, 1, 1]` whose values are its coordinates, not scaled.
//! - The batch of step `n` is a function of the data, the seed and `n`, so a resumed run needs no saved generator state.
//! - A file header is never trusted: its sizes are checked against the bytes that follow. A damaged file is an error or is skipped, never a panic.
//! - Memory is bounded before it is allocated: an image by `max_pixels`, a dataset by `memory_limit`, and all images being decoded by one shared budget.

mod batches;
mod cache;
mod dataset;
mod decode;
mod error;
mod fetch;
pub mod inspect;
mod options;
mod sources;
mod spec;
mod storage;
mod transform;

pub use batches::BatchStream;
pub use cache::cache_dir;
pub use dataset::{Batch, Dataset};
pub use error::{DataError, Skipped};
pub use fetch::{FetchProgress, INCEPTION_SHA256, fetch};
pub use ganforge_core::{ChaCha8Rng, ImageShape, keyed_rng};
pub use options::{DataOptions, Resize, Split};
pub use sources::{Mixture, read_image};
pub use spec::DataSpec;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

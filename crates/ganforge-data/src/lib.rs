//! Datasets to batches: what the user names with `--data` becomes `Vec<f32>` images, ready for any device.
//!
//! ```
//! use ganforge_data::{BatchStream, DataOptions, DataSpec, Dataset};
//!
//! let spec: DataSpec = "digits".parse()?;
//! let dataset = Dataset::open(&spec, &DataOptions::default())?;
//! let mut stream = BatchStream::new(dataset, 64, 7, 0)?;
//! let batch = stream.next()?;
//! assert_eq!(batch.images.len(), 64 * 8 * 8);
//! # Ok::<(), ganforge_data::DataError>(())
//! ```
//!
//! The way through the crate: [`DataSpec`] says where the data are, [`DataOptions`] what they become, [`Dataset`] holds them, [`BatchStream`] deals them
//! out. [`inspect`](mod@inspect) is the doctor that looks at data before a run, and [`fetch`] brings the public sets into the cache folder.
//!
//! # To add a dataset
//!
//! Write one file with a `load(…) -> Result<Loaded, DataError>`, name it in [`DataSpec`] and in the one `match` of `source.rs`.
//!
//! # Invariants
//!
//! - The crate knows no network, no device and no tensor library.
//! - Images are channels × height × width floats in [-1, 1]; a 2-D point is an image of shape `[2, 1, 1]` that keeps its coordinates.
//! - The batch of step `n` is a function of the data, the seed and `n` alone, so a resumed run needs no saved generator state.
//! - No header is believed before the bytes behind it are counted, and no file, however broken, is a panic.
//! - What a file takes in memory is bounded before it is taken: an image by `max_pixels`, a set by `memory_limit`, images under way by a share of one memory.

mod batch;
mod cache;
mod content;
mod dataset;
mod dealer;
mod digits;
mod error;
mod fetch;
mod fingerprint;
mod fit;
mod folder;
mod idx;
pub mod inspect;
mod loaded;
mod mixture;
mod options;
mod placement;
mod points;
mod printable;
mod public;
mod random;
mod shape;
mod source;
mod spec;
mod stacked;
mod stream;
mod workers;

pub use batch::Batch;
pub use cache::cache_dir;
pub use dataset::Dataset;
pub use error::{DataError, Skipped};
pub use fetch::{FetchError, FetchProgress, INCEPTION_SHA256, fetch};
pub use mixture::Mixture;
pub use options::{DataOptions, Resize, Split};
pub use printable::printable;
pub use random::{ChaCha8Rng, keyed_rng};
pub use shape::ImageShape;
pub use spec::DataSpec;
pub use stream::BatchStream;

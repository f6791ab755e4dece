//! What the crates of ganforge share, and no formula: the shape of an image, keyed randomness, atomic file writes,
//! digests, and text that is safe to print.
//!
//! It knows neither Burn nor a network, so that datasets and networks can agree on an [`ImageShape`] and on
//! [`keyed_rng`] without knowing of each other.
//!
//! ```
//! use ganforge_core::{ImageShape, keyed_rng, permutation};
//!
//! let shape = ImageShape { channels: 1, height: 28, width: 28 };
//! assert_eq!(shape.values(), 784);
//!
//! // The order of epoch 3 under seed 7: the same on every machine.
//! let order = permutation(&mut keyed_rng(7, "order", 3), 10);
//! assert_eq!(order.len(), 10);
//! ```

mod atomic_file;
mod digest;
mod image_shape;
mod printable;
mod random;
mod text_file;

pub use atomic_file::{AtomicFile, Sink, atomic_write, sync_folder, sync_parent, write_synced};
pub use digest::hex_digest;
pub use image_shape::ImageShape;
pub use printable::printable;
pub use random::{ChaCha8Rng, below, choose, keyed_rng, permutation};
pub use text_file::read_text;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

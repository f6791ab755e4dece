//! Loaders: one file or folder per kind of source, each of which returns a [`RawDataset`].

pub(crate) mod digits;
pub(crate) mod downloaded;
mod file;
pub(crate) mod folder;
pub(crate) mod idx;
pub(crate) mod mixture;
pub(crate) mod points;
mod raw_dataset;
pub(crate) mod stacked;

pub(crate) use downloaded::{FASHION_MNIST, MNIST};
pub use file::read_image;
pub use mixture::Mixture;
pub(crate) use raw_dataset::RawDataset;

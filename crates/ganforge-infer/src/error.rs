//! What can go wrong between a model file and an image.

use std::path::PathBuf;

use burn::tensor::TensorReadError;
use ganforge_model::{ConfigError, ImageSpec, ModelError};

/// Why nothing was sampled, drawn or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferError {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file was read but holds no model this version can use.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ModelError,
    },
    /// The bytes hold no model this version can use.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An option has a value that cannot be granted.
    #[error(transparent)]
    Option(#[from] ConfigError),
    /// More numbers than memory can hold.
    #[error("{count} images of {image} do not fit in memory; ask for fewer at a time")]
    TooManyImages {
        /// Images asked for.
        count: usize,
        /// Size of each.
        image: ImageSpec,
    },
    /// Numbers that do not divide into the rows they should form.
    #[error("{numbers} numbers do not divide into rows of {row}")]
    NotWholeRows {
        /// Numbers given.
        numbers: usize,
        /// Numbers one row takes.
        row: usize,
    },
    /// The network made something else than it was announced to make.
    #[error("the generator made a batch of shape {found:?}, expected {expected:?}")]
    Shape {
        /// `[batch, channels, height, width]` as made.
        found: [usize; 4],
        /// `[batch, channels, height, width]` as announced.
        expected: [usize; 4],
    },
    /// The device could not compute or hand over the images.
    #[error("the device failed: {0}")]
    Device(#[from] TensorReadError),
    /// Images that cannot be shown as a picture, alone or in a grid.
    #[error(
        "{image} is no grey or RGB image; write raw numbers to a .npy file{}",
        if image.is_point() { ", or a scatter plot to a .png file" } else { "" }
    )]
    NoPicture {
        /// Size of each.
        image: ImageSpec,
    },
    /// A grid of more pixels than a picture can reasonably have.
    #[error(
        "a grid of {count} images of {image} is too large for one picture; write to a folder or a .npy file"
    )]
    GridTooLarge {
        /// Images in the grid.
        count: usize,
        /// Size of each.
        image: ImageSpec,
    },
    /// The file name asks for a format that is not written.
    #[error(
        "cannot write {}; accepted: a .png file (grid), a .npy file (raw numbers) or a folder (one file each)",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A picture could not be encoded.
    #[error("encoding the picture failed: {0}")]
    Encode(#[from] image::ImageError),
}

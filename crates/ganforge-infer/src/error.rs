//! What can go wrong between a model file and an image.

use std::path::{Path, PathBuf};

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
    /// An image whose computation takes more memory than is allowed.
    #[error(
        "computing one image of {image} takes this network up to {}, more than the {} allowed",
        bytes(*needed), bytes(*allowed)
    )]
    ImageTooLarge {
        /// Its size.
        image: ImageSpec,
        /// Bytes it may take.
        needed: u64,
        /// Bytes allowed.
        allowed: u64,
    },
    /// An image that is no image, of a network whose weights are finite.
    #[error(
        "{}image {index} is not finite: it holds {value}; the network's sums exceed 32-bit floats, so that it cannot be used \
         with these latents",
        path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default()
    )]
    NotFinite {
        /// The model file, where there is one.
        path: Option<PathBuf>,
        /// Which image, counted from 0.
        index: usize,
        /// What it holds.
        value: f32,
    },
    /// More bytes than a file can have.
    #[error("{count} images of {image} are too many for one file; ask for fewer")]
    FileTooLarge {
        /// Images asked for.
        count: usize,
        /// Size of each.
        image: ImageSpec,
    },
    /// More files than a folder should have.
    #[error(
        "{count} images are too many for one folder, which gets {most} files at most; write to a .npy file"
    )]
    TooManyFiles {
        /// Images asked for.
        count: usize,
        /// Files of a folder at most.
        most: usize,
    },
    /// More points than a scatter plot can show.
    #[error(
        "{count} points are too many for one plot, which shows {most} at most; write to a .npy file"
    )]
    TooManyPoints {
        /// Points asked for.
        count: usize,
        /// Points of a plot at most.
        most: usize,
    },
    /// Other images were to be written than was announced.
    #[error(
        "{} images of {} were announced to be written, {} of {} came",
        announced.0, announced.1, found.0, found.1
    )]
    NotAnnounced {
        /// Number and size of the images that came.
        found: (usize, ImageSpec),
        /// Number and size that were announced.
        announced: (usize, ImageSpec),
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

/// So many bytes in words.
fn bytes(count: u64) -> String {
    const MEBI: u64 = 1 << 20;
    match count.div_ceil(MEBI) {
        mebi @ ..10_240 => format!("{mebi} MiB"),
        mebi => format!("{} GiB", mebi.div_ceil(1024)),
    }
}

impl InferError {
    /// What the system said of a file or folder.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

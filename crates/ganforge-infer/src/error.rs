//! Errors of sampling and of writing images.

use std::path::{Path, PathBuf};

use burn::tensor::TensorReadError;
use ganforge_model::{ConfigError, ImageShape, ModelError};

/// Why images could not be sampled, drawn or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferError {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The file does not hold a model that this version can use.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ModelError,
    },
    /// The bytes do not hold a model that this version can use.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] ConfigError),
    /// The images do not fit in memory.
    #[error("{count} images of {image} do not fit in memory; ask for fewer at a time")]
    TooManyImages {
        /// Number of images.
        count: usize,
        /// Shape of each image.
        image: ImageShape,
    },
    /// Computing one image takes more memory than allowed.
    #[error(
        "computing one image of {image} takes this network up to {}, more than the {} allowed",
        bytes(*needed), bytes(*allowed)
    )]
    ImageTooLarge {
        /// Shape of the image.
        image: ImageShape,
        /// Bytes needed at most.
        needed: u64,
        /// Bytes allowed.
        allowed: u64,
    },
    /// An image has a value that is not finite, although all weights are.
    #[error(
        "{}image {index} is not finite: it holds {value}; the network's sums exceed 32-bit floats, so that it cannot be used \
         with these latents",
        path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default()
    )]
    NotFinite {
        /// The model file, if there is one.
        path: Option<PathBuf>,
        /// Index of the image, from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// A latent has a value that is not finite, although all weights are.
    #[error(
        "{}the latent of image {index} is not finite: it holds {value}; the encoder's sums exceed 32-bit floats, so that it \
         cannot be used with this image",
        path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default()
    )]
    CodeNotFinite {
        /// The model file, if there is one.
        path: Option<PathBuf>,
        /// Index of the image within the call, from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// The model has no encoder.
    #[error(
        "{}: a model of the system `{system}` has no encoder; models of ali and bigan have one",
        path.display()
    )]
    NoEncoder {
        /// The file.
        path: PathBuf,
        /// The system that trained the model.
        system: String,
    },
    /// The file would exceed the largest file size.
    #[error("{count} images of {image} are too many for one file; ask for fewer")]
    FileTooLarge {
        /// Number of images.
        count: usize,
        /// Shape of each image.
        image: ImageShape,
    },
    /// There are too many images for one folder.
    #[error(
        "{count} images are too many for one folder, which gets {most} files at most; write to a .npy file"
    )]
    TooManyFiles {
        /// Number of images.
        count: usize,
        /// The largest number of files.
        most: usize,
    },
    /// There are too many points for one scatter plot.
    #[error(
        "{count} points are too many for one plot, which shows {most} at most; write to a .npy file"
    )]
    TooManyPoints {
        /// Number of points.
        count: usize,
        /// The largest number of points.
        most: usize,
    },
    /// The images written differ from those announced, in number or shape.
    #[error(
        "{} images of {} were announced to be written, {} of {} came",
        announced.0, announced.1, found.0, found.1
    )]
    NotAnnounced {
        /// Number and shape of the images written.
        found: (usize, ImageShape),
        /// Number and shape announced.
        announced: (usize, ImageShape),
    },
    /// The data do not divide into rows.
    #[error("{numbers} numbers do not divide into rows of {row}")]
    NotWholeRows {
        /// Length of the data.
        numbers: usize,
        /// Length of a row.
        row: usize,
    },
    /// The bytes are no array of numpy that is read here.
    #[error("{0}")]
    Array(String),
    /// The file holds no array of numpy that is read here.
    #[error("{}: {source}", path.display())]
    ArrayFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<InferError>,
    },
    /// The latents do not fit the model or the number of images.
    #[error("{found} latents of {dimension} coordinates; allowed: {allowed}")]
    Latents {
        /// Number of latents.
        found: usize,
        /// Coordinates of each.
        dimension: usize,
        /// What is allowed.
        allowed: String,
    },
    /// The network's output has another shape than its signature states.
    #[error("the generator made a batch of shape {found:?}, expected {expected:?}")]
    Shape {
        /// `[batch, channels, height, width]` of the output.
        found: [usize; 4],
        /// `[batch, channels, height, width]` of the signature.
        expected: [usize; 4],
    },
    /// The image to project is not one image of the model's shape.
    #[error("{} images of {}; allowed: one of {expected}, that of the model", found.0, found.1)]
    Target {
        /// Number and shape of the images.
        found: (usize, ImageShape),
        /// The shape that the model draws.
        expected: ImageShape,
    },
    /// The model takes other images than it was given, or none.
    #[error("{}", input(*found, *expected))]
    Input {
        /// The shape of the inputs, if there are any.
        found: Option<ImageShape>,
        /// The shape that the model takes; `None` for a model of latents.
        expected: Option<ImageShape>,
    },
    /// A model that does not complete images.
    #[error(
        "{}: the model does not complete images; inpaint takes one of system = \"context-encoder\"",
        path.display()
    )]
    NotInpainting {
        /// The model file.
        path: PathBuf,
    },
    /// The model takes images in place of latents.
    #[error(
        "the model computes images from images of {input}: it has no latents to add and subtract"
    )]
    NoLatents {
        /// The shape of the images that it takes.
        input: ImageShape,
    },
    /// The device failed to compute or to return images.
    #[error("the device failed: {0}")]
    Device(#[from] TensorReadError),
    /// Images of this shape cannot be shown as a picture.
    #[error(
        "{image} is no grey or RGB image; write raw numbers to a .npy file{}",
        if image.is_point() { ", or a scatter plot to a .png file" } else { "" }
    )]
    NoPicture {
        /// Shape of each image.
        image: ImageShape,
    },
    /// The grid would exceed the largest size of a picture.
    #[error(
        "a grid of {count} images of {image} is too large for one picture; write to a folder or a .npy file"
    )]
    GridTooLarge {
        /// Number of images.
        count: usize,
        /// Shape of each image.
        image: ImageShape,
    },
    /// The extension of the file is of no supported format.
    #[error(
        "cannot write {}; accepted: a .png file (grid), a .npy file (raw numbers) or a folder (one file each)",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The picture could not be encoded.
    #[error("encoding the picture failed: {0}")]
    Encode(#[from] image::ImageError),
}

/// What a model takes, and what it was given.
fn input(found: Option<ImageShape>, expected: Option<ImageShape>) -> String {
    match (found, expected) {
        (_, None) => "the model draws images from latents and takes no images".to_owned(),
        (None, Some(_)) => {
            "the model computes images from images: name some with --input".to_owned()
        }
        (Some(found), Some(expected)) => {
            format!("the model computes images from images of {expected}, not of {found}")
        }
    }
}

/// A number of bytes as text.
fn bytes(count: u64) -> String {
    const MEBI: u64 = 1 << 20;
    match count.div_ceil(MEBI) {
        mebi @ ..10_240 => format!("{mebi} MiB"),
        mebi => format!("{} GiB", mebi.div_ceil(1024)),
    }
}

impl InferError {
    /// An error of the operating system about a file or folder.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

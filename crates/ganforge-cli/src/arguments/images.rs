//! Arguments of commands that pass images through a network of a model.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mark optional parts"
)]

use std::path::PathBuf;

use clap::Args;
use ganforge_data::DataSpec;

use crate::choices::{DirectionChoice, SplitChoice, at_least_one};
use crate::device::DeviceSpec;

/// Images for an encoder.
#[derive(Debug, Args)]
pub struct EncodedArguments {
    /// The images: digits, mnist, idx:DIR, folder:DIR, points:FILE.csv, ring8, grid25 …
    #[arg(long, value_name = "SPEC")]
    pub data: DataSpec,
    /// Split of the data.
    #[arg(long, value_enum, default_value_t = SplitChoice::Train)]
    pub split: SplitChoice,
    /// Images to leave out at the start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: usize,
    /// Number of images, at most; all by default.
    #[arg(short = 'n', long = "count", value_name = "N", value_parser = at_least_one)]
    pub count: Option<usize>,
    /// Seed of the noise of a stochastic encoder; without it, the noise is 0, as for the mean of a Gaussian latent.
    #[arg(long, value_name = "N")]
    pub noise_seed: Option<u64>,
}

#[derive(Debug, Args)]
pub struct EncodeArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    #[command(flatten)]
    pub images: EncodedArguments,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// A .npy file, for an array of 32-bit floats with a row per image.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct ReconstructArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    #[command(flatten)]
    pub images: EncodedArguments,
    /// Images on a sheet, each beside its reconstruction.
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "64")]
    pub shown: usize,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// pairs.png for a sheet of images beside their reconstructions; dir/ or recon.npy for all reconstructions.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct InpaintArguments {
    /// A model of system = "context-encoder": a file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// Whole images, as for --data of train: a hole is cut into each, and the result is compared with it.
    #[arg(long, value_name = "SPEC")]
    pub input: DataSpec,
    /// Split of the images.
    #[arg(long, value_enum, default_value_t = SplitChoice::Train)]
    pub split: SplitChoice,
    /// Number of images; by default all.
    #[arg(short = 'n', long = "count", value_name = "N", value_parser = at_least_one)]
    pub count: Option<usize>,
    /// Seed of random holes.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Images whose bright pixels are missing instead, the first for the first image, and again from the first after the last; for a model of random holes.
    #[arg(long, value_name = "SPEC")]
    pub mask: Option<DataSpec>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Folder for the completed images, and sheet.png: image with hole, completed, original.
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    pub output: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ClassifyArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The images to classify: mnist, idx:DIR, folder:DIR …
    #[arg(long, value_name = "SPEC")]
    pub data: DataSpec,
    /// Split of the data; by default the test split, or all data if there is only one split.
    #[arg(long, value_enum)]
    pub split: Option<SplitChoice>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Print one JSON object, with the class of every image.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct FeaturesArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The images: mnist, idx:DIR, folder:DIR …
    #[arg(long, value_name = "SPEC")]
    pub data: DataSpec,
    /// Split of the data.
    #[arg(long, value_enum, default_value_t = SplitChoice::Train)]
    pub split: SplitChoice,
    /// Number of images, from the first; by default all.
    #[arg(short = 'n', long = "count", value_name = "N", value_parser = at_least_one)]
    pub count: Option<usize>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// features.npy: float32, a row per image in the order of the data.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct TranslateArguments {
    /// A model of system = "discogan" or "cyclegan": a file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The images to translate, as for --data of train.
    #[arg(long, value_name = "SPEC")]
    pub input: DataSpec,
    /// Direction of the translation.
    #[arg(long, value_enum)]
    pub direction: DirectionChoice,
    /// The true translations, in the order of the images, with which the results are compared.
    #[arg(long, value_name = "SPEC")]
    pub truth: Option<DataSpec>,
    /// Split of the images.
    #[arg(long, value_enum, default_value_t = SplitChoice::Train)]
    pub split: SplitChoice,
    /// Number of images, from the first; by default all.
    #[arg(short = 'n', long = "count", value_name = "N", value_parser = at_least_one)]
    pub count: Option<usize>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// A folder for the translations and sheet.png (image, translation, translation back, and truth), a grid.png, or an array.npy.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

//! Arguments of `project`.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mark optional parts"
)]

use std::path::PathBuf;

use clap::Args;

use crate::choices::at_least_one;
use crate::device::DeviceSpec;

#[derive(Debug, Args)]
pub struct ProjectArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The image: PNG, JPEG, WebP, BMP or GIF, brought to the size and channels of the model as in training.
    #[arg(required = true, value_name = "IMAGE")]
    pub image: PathBuf,
    /// Latents from which the search begins; that with the nearest image at the end is kept.
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "8")]
    pub starts: usize,
    /// Steps of Adam.
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "300")]
    pub steps: usize,
    /// Seed of the first latents.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Name or number of the class, for a conditional model; by default starts take turns.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// pair.png for the image beside the one found; latent.npy for the latent, which sample --latents draws.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

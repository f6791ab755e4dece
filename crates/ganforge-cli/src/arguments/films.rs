//! Arguments of commands that draw strips and films.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mark optional parts"
)]

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::choices::{InterpolationChoice, at_least_one};
use crate::device::DeviceSpec;

#[derive(Debug, Args)]
pub struct InterpolateArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// Seeds of the images to pass through, two or more; the image of a seed is that of sample -n 1 --seed.
    #[arg(long, value_name = "A,B,..", value_delimiter = ',', default_values_t = [0, 1, 2, 3])]
    pub seeds: Vec<u64>,
    /// Latents to pass through in place of those of seeds: a .npy array [n, latent] of 32-bit floats.
    #[arg(long, value_name = "FILE.npy", conflicts_with = "seeds")]
    pub latents: Option<PathBuf>,
    /// Images from one seed to the next, that of the next not counted; by default 8 in a strip, 24 in a film.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub frames: Option<usize>,
    /// Return to the first image, so that a film repeats without a halt.
    #[arg(long = "loop", action = ArgAction::SetTrue)]
    pub closed: bool,
    /// The way between two latents; spherical for normal latents and linear for uniform ones by default.
    #[arg(long, value_enum)]
    pub interpolation: Option<InterpolationChoice>,
    /// Name or number of the class of every image, for a conditional model; the first by default.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Factor on every latent coordinate, from 0: below 1, more typical and less varied.
    #[arg(long, value_name = "T")]
    pub truncation: Option<f32>,
    /// Images a second of a film, 1 to 50.
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub fps: u32,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// strip.png for a row from each seed to the next, film.gif or film.apng.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct TimelapseArguments {
    /// A run directory, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "RUN")]
    pub run: Vec<PathBuf>,
    /// Sample sheets a second, 1 to 50; the last is shown for two seconds.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub fps: u32,
    /// At most this many sheets, evenly spaced over the training; all by default.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub frames: Option<usize>,
    /// film.gif or film.apng.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

//! What can be typed.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mean what may be left out"
)]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ganforge_data::DataSpec;
use ganforge_train::Override;

use crate::device::DeviceSpec;

/// Train generative adversarial networks and use their generators.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train by a recipe and leave a run directory.
    Train(TrainArguments),
    /// Draw images from a model file.
    Sample(SampleArguments),
    /// Time a recipe's training step, or its generator.
    Bench(BenchArguments),
    /// List the built-in recipes, or print one.
    Recipes {
        /// A built-in recipe, to be printed as TOML.
        name: Option<String>,
    },
    /// List compiled backends and the devices they find.
    Devices {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Look at data, or fetch them.
    #[command(subcommand)]
    Data(DataCommand),
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Examine data: counts, sizes, classes, duplicates, unreadable files, and what a recipe does with them.
    Inspect(InspectArguments),
    /// Download a public dataset into the cache folder.
    Fetch {
        /// mnist or fashion-mnist.
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct TrainArguments {
    /// Name of a built-in recipe, or path of a TOML file.
    pub recipe: String,
    /// Data to use instead of the recipe's: digits, mnist, idx:DIR, folder:DIR, points:FILE.csv, ring8, grid25 …
    #[arg(long, value_name = "SPEC")]
    pub data: Option<DataSpec>,
    /// Where to compute: auto, flex, ndarray, wgpu[:N], vulkan[:N], metal[:N], webgpu, cuda[:N], rocm[:N], cpu.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Run directory; by default one in runs/, named after recipe and time.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Real images to show to the discriminator.
    #[arg(long, value_name = "N")]
    pub images: Option<u64>,
    /// Everything random in the run follows from it.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override any key of the recipe, as in game.payoff=hinge; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<Override>,
    /// Go on from the last checkpoint of the run directory (without --out, of the recipe's latest run).
    #[arg(long)]
    pub resume: bool,
    /// What to show: auto is tui in a terminal, else log.
    #[arg(long, value_enum, default_value_t = Dashboard::Auto)]
    pub dashboard: Dashboard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dashboard {
    /// The dashboard in a terminal, log lines elsewhere.
    Auto,
    /// The dashboard.
    Tui,
    /// One line a tick.
    Log,
    /// Nothing.
    None,
}

#[derive(Debug, Args)]
pub struct SampleArguments {
    /// A model file, or the run directory that holds one.
    pub model: PathBuf,
    /// How many images.
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 64)]
    pub count: usize,
    /// Which series of latents.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Name or number of the class of every image, for a conditional model.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Factor on every latent coordinate: below 1, more typical and less varied.
    #[arg(long, value_name = "T")]
    pub truncation: Option<f32>,
    /// Where to compute.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// grid.png for one sheet, dir/ for one file each, samples.npy for the raw array.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct BenchArguments {
    /// Name of a built-in recipe, or path of a TOML file; its data are replaced by noise.
    pub recipe: String,
    /// Where to compute.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Steps to time.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub steps: usize,
    /// Time the generator alone: a step then draws run.batch images.
    #[arg(long)]
    pub sample: bool,
    /// Override any key of the recipe; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<Override>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    /// The data: digits, mnist, idx:DIR, folder:DIR, points:FILE.csv, ring8, grid25, or a path.
    pub data: DataSpec,
    /// Say what this recipe would do with them.
    #[arg(long, value_name = "RECIPE")]
    pub recipe: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

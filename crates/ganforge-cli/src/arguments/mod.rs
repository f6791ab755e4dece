//! Command-line arguments.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these comments are help texts, where brackets mark optional parts"
)]

mod films;
mod images;
mod project;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ganforge_data::DataSpec;
use ganforge_eval::MetricName;
use ganforge_train::recipe::Override;

use crate::choices::{FeatureChoice, SplitChoice, at_least_one};
use crate::concepts::Concepts;
use crate::device::DeviceSpec;

pub use films::{InterpolateArguments, TimelapseArguments};
pub use images::{
    ClassifyArguments, EncodeArguments, EncodedArguments, FeaturesArguments, InpaintArguments,
    ReconstructArguments, TranslateArguments,
};
pub use project::ProjectArguments;

/// Train generative adversarial networks and use their generators.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a recipe and write a run directory.
    Train(TrainArguments),
    /// Draw images from a model file.
    Sample(SampleArguments),
    /// Add and subtract mean latents of samples, and draw every part of the sum.
    Arithmetic(ArithmeticArguments),
    /// Pass from image to image through latent space, as a strip or a film.
    Interpolate(InterpolateArguments),
    /// Find the latent whose image is nearest to a given image.
    Project(ProjectArguments),
    /// Show a training as a film of its sample sheets.
    Timelapse(TimelapseArguments),
    /// Measure how good a model's images are.
    Evaluate(EvaluateArguments),
    /// Compute the latents of images, with a model that has an encoder.
    Encode(EncodeArguments),
    /// Pass images through encoder and generator, and measure how near the result is.
    Reconstruct(ReconstructArguments),
    /// Complete images with a hole by a Context-Encoder, and measure the error.
    Inpaint(InpaintArguments),
    /// Classify images by the classifier of a semi-supervised model.
    Classify(ClassifyArguments),
    /// Write the features that a shipped discriminator computes of images.
    Features(FeaturesArguments),
    /// Translate images between the two domains of a model.
    Translate(TranslateArguments),
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
    /// Examine or download data.
    #[command(subcommand)]
    Data(DataCommand),
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Examine data: counts, sizes, classes, duplicates, unreadable files, and their use by a recipe.
    Inspect(InspectArguments),
    /// Download a public dataset, or the weights of a network, into the cache folder.
    Fetch {
        /// mnist, fashion-mnist, or inception for `evaluate --features inception`.
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
    /// Device: auto, flex, ndarray, wgpu[:N], vulkan[:N], metal[:N], webgpu, cuda[:N], rocm[:N], cpu.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Run directory; by default one in runs/, named after recipe and time.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Real images to show to the discriminator.
    #[arg(long, value_name = "N")]
    pub images: Option<u64>,
    /// Seed of all random numbers of the run.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override any key of the recipe, as in game.payoff=hinge; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<Override>,
    /// Resume from the last checkpoint of the run directory (without --out, of the recipe's newest run). Rates, schedules, images, tick, samples, checkpoints,
    /// average, evaluation and device may change.
    #[arg(long)]
    pub resume: bool,
    /// Resume from this checkpoint, as in run/checkpoint/step-000000512; later files are moved to a folder within the run directory.
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "resume")]
    pub resume_from: Option<PathBuf>,
    /// Resume although the data have changed since the run began; its checkpoints record this.
    #[arg(long)]
    pub accept_data: bool,
    /// Fine-tuning: start a new run with the weights of a model file, a run, a checkpoint, a recipe's newest run, or latest. A model file has no
    /// discriminator; layers that do not fit are listed and start untrained.
    #[arg(long, value_name = "MODEL|RUN", conflicts_with_all = ["resume", "resume_from", "accept_data"])]
    pub from: Option<PathBuf>,
    /// Put the discriminator into the model file too, beside the generator.
    #[arg(long)]
    pub ship_discriminator: bool,
    /// Progress display: auto is tui in a terminal, else log.
    #[arg(long, value_enum, default_value_t = Dashboard::Auto)]
    pub dashboard: Dashboard,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dashboard {
    /// The dashboard in a terminal, log lines elsewhere.
    Auto,
    /// The dashboard.
    Tui,
    /// One line per tick.
    Log,
    /// Nothing.
    None,
}

#[derive(Debug, Args)]
pub struct SampleArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// Number of images; 64 by default, or as many as --latents has.
    #[arg(short = 'n', long = "count", value_name = "N")]
    pub count: Option<usize>,
    /// Seed of the latents.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Latents in place of those of a seed: a .npy array [n, latent] of 32-bit floats, such as encode writes.
    #[arg(long, value_name = "FILE.npy", conflicts_with = "seed")]
    pub latents: Option<PathBuf>,
    /// Name or number of the class of every image, for a conditional model.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Factor on every latent coordinate, from 0: below 1, more typical and less varied.
    #[arg(long, value_name = "T")]
    pub truncation: Option<f32>,
    /// The images that an image-to-image model computes its images from, as for --data of train.
    #[arg(long, value_name = "SPEC")]
    pub input: Option<DataSpec>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// grid.png for one sheet, dir/ for one file each, samples.npy for the raw array.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct ArithmeticArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    #[command(flatten)]
    pub concepts: Concepts,
    /// Seed of the samples, and of the noise around the result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Name or number of the class of every image: required for a conditional model.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// The picture, a .png file: the samples of each concept above their mean, and the result with eight neighbours.
    #[arg(short = 'o', long = "output", value_name = "PATH")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// A model file, a run directory, a checkpoint, a recipe's name for its newest run, or latest.
    #[arg(required = true, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The real data: mnist, idx:DIR, folder:DIR, ring8, grid25, stacked:mnist …
    #[arg(long, value_name = "SPEC")]
    pub data: DataSpec,
    /// Number of samples; by default 2500 of a mixture, 26000 stacked digits, 10000 other images.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub samples: Option<usize>,
    /// Number of real images to compare with, at most; by default as many as samples. Nearest, parzen and modes have their own.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub reference: Option<usize>,
    /// frechet, kernel, precision, recall, density, coverage, inception-score, parzen, modes, high-quality, reverse-kl, nearest, diversity; separated by
    /// commas, and by default those that fit the data.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub metrics: Vec<MetricName>,
    /// Features by which images are compared.
    #[arg(long, value_enum, default_value_t = FeatureChoice::Raw)]
    pub features: FeatureChoice,
    /// Split of the real images to compare with.
    #[arg(long, value_enum, default_value_t = SplitChoice::Train)]
    pub split: SplitChoice,
    /// Seed: the samples are those of `sample --seed N`.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Name or number of the class of every sample, and of the real images it is compared with; for a conditional model.
    #[arg(long, value_name = "C")]
    pub class: Option<String>,
    /// Factor on every latent coordinate: below 1, more typical and less varied.
    #[arg(long, value_name = "T")]
    pub truncation: Option<f32>,
    /// The images that an image-to-image model computes its images from.
    #[arg(long, value_name = "SPEC")]
    pub input: Option<DataSpec>,
    /// Also measure real images in place of samples: the values of a model that has learned the data. Not for nearest, diversity and
    /// parzen.
    #[arg(long)]
    pub baseline: bool,
    /// Output of an earlier `evaluate --json`, to show the change.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct BenchArguments {
    /// Name of a built-in recipe, or path of a TOML file; its data are replaced by noise.
    pub recipe: String,
    /// Device, as for train.
    #[arg(long, value_name = "SPEC", default_value = "auto")]
    pub device: DeviceSpec,
    /// Steps to time.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub steps: usize,
    /// Time the generator alone: a step draws run.batch images.
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
    /// Also report how this recipe would use them.
    #[arg(long, value_name = "RECIPE")]
    pub recipe: Option<String>,
    /// Override any key of the recipe, as in data.take=1000; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE", requires = "recipe")]
    pub set: Vec<Override>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

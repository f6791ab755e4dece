//! A generator and a discriminator of your own, trained like the built-in ones.
//!
//! `cargo run --release -p custom-network` trains them for a minute or two on built-in digits. Stop it at any time (`q` in the dashboard): the
//! same command resumes. Arguments after `--` are another folder than `runs/custom-network`, and changes to the recipe, such as
//! `run.images=20000`.
//!
//! A network consists of two types: a description, which a recipe holds in `[generator]` or `[discriminator]`, and the module that is built
//! from it. It then has what built-in networks have: every payoff, penalty and update rule, a run directory, checkpoints that are
//! resumed bit for bit, and a model file that describes itself. Programs that know the description can open the file; the command
//! `ganforge sample` knows the built-in ones only, and reports the others as unknown.

mod discriminator;
mod generator;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use burn::tensor::Device;
use ganforge_infer::{GridOptions, Images, SampleOptions, Signature, sample};
use ganforge_model::ModelFile;
use ganforge_train::recipe::Override;
use ganforge_train::run::RunDirectory;
use ganforge_train::system::Gan;
use ganforge_train::{Recipe, TrainOptions, TrainingData, train};

use discriminator::Residual;
use generator::Waves;

fn main() -> ExitCode {
    match train_and_enlarge() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn train_and_enlarge() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let out = PathBuf::from(words.next().unwrap_or("runs/custom-network".to_owned()));
    let changes = words
        .map(|word| word.parse())
        .collect::<Result<Vec<Override>, _>>()?;
    // The two type parameters select the networks; nothing below names them again.
    let text = include_str!("../recipe.toml");
    let recipe: Recipe<Gan<Waves, Residual>> = Recipe::parse("custom-network", text, &changes)?;
    let data = TrainingData::open(&recipe.experiment)?;
    // Any device of Burn whose feature is enabled in `Cargo.toml`.
    let device = Device::flex();
    let directory = RunDirectory::new(&out);
    let options = TrainOptions::new(&out)
        .resume(true)
        .warn(|warning| eprintln!("warning: {warning}"));
    let outcome = train(&recipe, &data, &device, options)?;
    println!(
        "{} images seen; samples, tick by tick: {}",
        outcome.images,
        directory.samples().display()
    );
    let large = directory.path().join("large.png");
    enlarge(&outcome.model, &device)?.write_grid(&large, &GridOptions::default())?;
    println!("the last of them, eight times as fine: {}", large.display());
    Ok(())
}

/// Images from a model file, each side eight times as long as in training.
fn enlarge(path: &Path, device: &Device) -> Result<Images, Box<dyn Error>> {
    let mut file: ModelFile<Waves> = ModelFile::from_bytes(&std::fs::read(path)?)?;
    file.card.image.height *= 8;
    file.card.image.width *= 8;
    let network = file.network(device)?;
    let signature = Signature::from(&file.card);
    Ok(sample(
        &network,
        &signature,
        &SampleOptions::default(),
        device,
    )?)
}

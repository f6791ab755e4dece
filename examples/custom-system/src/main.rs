//! A system of your own, trained like the built-in ones: one generator against two discriminators.
//!
//! `cargo run --release -p custom-system` trains it for a minute or two on digits that are built in, and resumes where it
//! was stopped. After a `--` may follow a folder other than `runs/custom-system`, and changes to the recipe, such as
//! `run.images=20000`.
//!
//! The system is `src/system.rs`: who owns which networks, what a round of data is, what each player minimises. Update
//! rules, optimizers, checkpoints, resuming, metrics, sample sheets and the model file are those of every system.

mod system;

use std::error::Error;
use std::path::PathBuf;

use burn::tensor::Device;
use ganforge_train::recipe::Override;
use ganforge_train::{Recipe, TrainOptions, TrainingData, train};

use system::TwoCritics;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let out = PathBuf::from(words.next().unwrap_or("runs/custom-system".to_owned()));
    let changes = words
        .map(|word| word.parse())
        .collect::<Result<Vec<Override>, _>>()?;
    let text = include_str!("../recipe.toml");
    let recipe: Recipe<TwoCritics> = Recipe::parse("custom-system", text, &changes)?;
    let data = TrainingData::open(&recipe.experiment)?;
    let options = TrainOptions::new(out).resume(true);
    let outcome = train(&recipe, &data, &Device::flex(), options)?;
    println!(
        "{} images seen; {}",
        outcome.images,
        outcome.model.display()
    );
    Ok(())
}

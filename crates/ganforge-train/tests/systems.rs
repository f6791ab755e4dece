//! What holds of every system: whose gradients go where, and that a resumed run is the uninterrupted one.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::path::Path;

use burn::data::dataloader::DataLoader;
use burn::optim::GradientsParams;
use burn::tensor::Device;
use ganforge_train::game::{Loss, PerPlayer, TurnKey};
use ganforge_train::recipe::{ForSystem, Override, RecipeSource, SYSTEMS, for_system};
use ganforge_train::session::{Rounds, TrainingData};
use ganforge_train::system::{Latents, Players};
use ganforge_train::{Recipe, System, TrainOptions, train};
use serde_json::Value;

/// A built-in recipe of each system, and what makes it small.
const RECIPES: [(&str, &str, &[&str]); 9] = [
    (
        "gan",
        "digits",
        &[
            "generator.hidden=[16]",
            "discriminator.hidden=[16]",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
        ],
    ),
    ("ali", "ali-2016-digits", &PAIRS),
    ("bigan", "bigan-2016-digits", &PAIRS),
    (
        "lapgan",
        "lapgan-2015-mnist-small",
        &[
            "data.source=digits",
            "data.size=[20, 20]",
            "generator.coarsest=[5, 5]",
            "generator.hidden=[8]",
            "generator.widths=[2, 2]",
            "discriminator.hidden=[8]",
            "discriminator.width=2",
            // Masks are drawn by the device, which tests in one process share.
            "discriminator.dropout_hidden=0.0",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
        ],
    ),
    (
        "context-encoder",
        "context-encoder-2016-mnist-small",
        &[
            "data.source=digits",
            "data.take=1700",
            "generator.encoder=[4, 8]",
            "generator.code=8",
            "generator.decoder=[8]",
            "discriminator.hidden=[16]",
            "evaluation.features=raw",
            "evaluation.samples=200",
            "evaluation.every=1",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
        ],
    ),
    (
        "semi-supervised",
        "salimans-2016-digits-small",
        &[
            "generator.hidden=[16]",
            "classifier.hidden=[16, 8]",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
            "evaluation.samples=100",
            "evaluation.every=1",
        ],
    ),
    (
        "discogan",
        "discogan-2017-points-small",
        &[
            "generator.hidden=[16]",
            "discriminator.hidden=[16, 16]",
            "translation.feature_matching=0.5",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
            "evaluation.samples=100",
            "evaluation.every=1",
        ],
    ),
    (
        "cyclegan",
        "cyclegan-2017-mnist-small",
        &[
            "data.source=digits",
            "data.take=900",
            "target.source=digits",
            "target.skip=900",
            "target.take=800",
            "generator.width=2",
            "generator.blocks=1",
            "discriminator.width=2",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
            "evaluation.samples=100",
            "evaluation.every=1",
        ],
    ),
    (
        "infogan",
        "infogan-2016-digits-small",
        &[
            "generator.hidden=[16]",
            "discriminator.hidden=[16]",
            "run.batch=16",
            "run.samples=4",
            "average.half_life=200",
            "evaluation.samples=100",
            "evaluation.every=1",
        ],
    ),
];

/// What makes a game of pairs small.
const PAIRS: [&str; 7] = [
    "generator.hidden=[16]",
    "encoder.hidden=[16, 16]",
    "discriminator.hidden=[16, 16]",
    "evaluation.every=2",
    "run.batch=16",
    "run.samples=4",
    "average.half_life=200",
];

fn for_every_system<C: ForSystem>(code: impl Fn(RecipeSource, Vec<Override>) -> C) {
    for &system in SYSTEMS {
        let case = RECIPES.iter().find(|(name, ..)| *name == system);
        let (_, recipe, changes) = case.unwrap_or_else(|| panic!("no recipe of {system}"));
        let changes = changes.iter().map(|change| change.parse().unwrap());
        let source = RecipeSource::find(recipe).unwrap();
        for_system(system, code(source, changes.collect())).unwrap();
    }
}

/// How many parameters of each player a loss has gradients for.
fn reached<S: System>(loss: &Loss, players: &Players<S>) -> PerPlayer<usize> {
    let mut gradients = loss.loss.backward();
    PerPlayer {
        generator: GradientsParams::from_module(&mut gradients, &players.generator).len(),
        discriminator: GradientsParams::from_module(&mut gradients, &players.discriminator).len(),
    }
}

struct Separation(RecipeSource, Vec<Override>);

impl ForSystem for Separation {
    type Output = ();

    fn run<S: System>(self) {
        let recipe: Recipe<S> = Recipe::from_source(&self.0, &self.1).unwrap();
        let device = Device::flex().autodiff();
        let data = TrainingData::open(&recipe.experiment).unwrap();
        let players: Players<S> = recipe.build_on(&data.images, 0, &device).unwrap();
        let rounds = Rounds {
            system: recipe.system.clone(),
            latents: Latents {
                spec: recipe.system.latent(),
                batch: recipe.experiment.run.batch,
                seed: 0,
                device,
            },
            data: data.clone(),
            first_round: 0,
        };
        let round = rounds.iter().next().unwrap().unwrap();
        let turn = players.turn(&round, TurnKey::default());
        let system = &players.system;
        let apart = PerPlayer {
            generator: system.generator_loss(turn, players.generate(&round)),
            discriminator: system.discriminator_loss(turn, players.generate(&round)),
        };
        let joint = system.joint_losses(turn, players.generate(&round));
        for losses in [apart, joint] {
            let PerPlayer {
                generator,
                discriminator,
            } = losses.map(|loss| reached(&loss, &players));
            assert!(generator.generator > 0 && discriminator.discriminator > 0);
            assert_eq!(generator.discriminator, 0, "{}", S::NAME);
            assert_eq!(discriminator.generator, 0, "{}", S::NAME);
        }
    }
}

#[test]
fn no_loss_reaches_the_other_player() {
    for_every_system(Separation);
}

struct Resumed(RecipeSource, Vec<Override>);

impl Resumed {
    fn train<S: System>(&self, out: &Path, images: i64, resume: bool) {
        let mut changes = self.1.clone();
        changes.push(Override::new("run.images", images));
        changes.push(Override::new("run.tick", 160));
        // A schedule follows the length of the run, which differs here.
        for player in ["generator", "discriminator"] {
            let schedule = format!("optimizer.{player}.schedule={{ kind = \"constant\" }}");
            changes.push(schedule.parse().unwrap());
        }
        let recipe: Recipe<S> = Recipe::from_source(&self.0, &changes).unwrap();
        let data = TrainingData::open(&recipe.experiment).unwrap();
        let options = TrainOptions::new(out).log(false).resume(resume);
        train(&recipe, &data, &Device::flex(), options).unwrap();
    }
}

impl ForSystem for Resumed {
    type Output = ();

    fn run<S: System>(self) {
        let home = tempfile::tempdir().unwrap();
        let [whole, parts] = ["whole", "parts"].map(|name| home.path().join(name));
        self.train::<S>(&whole, 640, false);
        self.train::<S>(&parts, 320, false);
        self.train::<S>(&parts, 640, true);
        for file in ["model.safetensors", "samples/000000640.png"] {
            let [whole, parts] = [&whole, &parts].map(|run| fs::read(run.join(file)).unwrap());
            assert!(whole == parts, "{} of {}", file, S::NAME);
        }
        assert_eq!(ticks(&whole), ticks(&parts), "{}", S::NAME);
    }
}

/// The metrics of a run, without what the clock says.
fn ticks(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| {
        let mut tick: Value = serde_json::from_str(line).unwrap();
        tick.as_object_mut().unwrap().remove("images_per_second");
        tick
    });
    lines.collect()
}

#[test]
fn a_run_that_was_stopped_and_resumed_is_the_uninterrupted_one() {
    for_every_system(Resumed);
}

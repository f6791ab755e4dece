//! Whose turn it is decides who moves, and nothing else does.

use std::sync::{Arc, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::{Learner, TrainStep};
use ganforge_data::Dataset;
use ganforge_model::{
    ChaCha8Rng, ConfigError, Discriminator, DiscriminatorArchitecture, DiscriminatorInput,
    DiscriminatorNet, DiscriminatorOutput, ImageShape, collect_weights,
};
use serde::{Deserialize, Serialize};

use super::{Gan, GanRound};
use crate::game::{Player, TurnKey};
use crate::recipe::{Override, Recipe};
use crate::session::learner;
use crate::system::{ImageBatch, Latents, Loader, Players, Start, System};
use crate::weights::trainable_parameters;

const NOW: TurnKey = TurnKey {
    seed: 5,
    turn: 3,
    images: 0,
};

fn recipe(changes: &[&str]) -> Recipe {
    let mut all: Vec<Override> = vec![
        "generator.hidden=[16, 16]".parse().unwrap(),
        "discriminator.hidden=[16]".parse().unwrap(),
        "run.batch=8".parse().unwrap(),
    ];
    all.extend(changes.iter().map(|change| change.parse().unwrap()));
    Recipe::load("digits", &all).unwrap()
}

fn game(recipe: &Recipe) -> (Players<Gan>, GanRound) {
    let device = Device::flex().autodiff();
    let dataset = Dataset::open(
        &recipe.experiment.data.source,
        &recipe.experiment.data.options(),
    )
    .unwrap();
    let players = recipe
        .build(&recipe.signature(&dataset), 0, &device)
        .unwrap();
    let latents = Latents {
        spec: recipe.system.latent(),
        batch: 8,
        seed: 3,
        device: device.clone(),
    };
    let batch = dataset.gather(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    let images = Tensor::from_data(TensorData::new(batch.images, [8, 1, 8, 8]), &device);
    let mut loader = Loader::new(
        ImageBatch {
            images,
            class: None,
        },
        &latents,
    );
    let round = recipe.system.next_round(&mut loader, 0).unwrap();
    (players, round)
}

fn ready(recipe: &Recipe, players: Players<Gan>) -> Learner<Players<Gan>> {
    let mut learner = learner(&recipe.experiment, players);
    learner.lr_step();
    learner
}

/// The gradients of the discriminator's turn.
fn of_discriminator(
    players: &Players<Gan>,
    round: &GanRound,
    fakes: &Tensor<4>,
) -> GradientsParams {
    let turn = players.turn(round, NOW);
    let loss = players.system.discriminator_loss(turn, fakes.clone());
    players.gradients_of(Player::Discriminator, loss.loss.backward())
}

/// The gradients of the generator's turn.
fn of_generator(players: &Players<Gan>, round: &GanRound, fakes: Tensor<4>) -> GradientsParams {
    let turn = players.turn(round, NOW);
    let loss = players.system.generator_loss(turn, fakes);
    players.gradients_of(Player::Generator, loss.loss.backward())
}

/// Weights by name, running statistics aside: those follow forward passes, not gradients.
fn weights<M: Module>(module: &M) -> Vec<(String, Vec<f32>)> {
    collect_weights(module)
        .into_iter()
        .filter(|(name, _)| !name.contains("running_"))
        .map(|(name, data)| (name, data.iter::<f32>().collect()))
        .collect()
}

#[test]
fn a_discriminator_step_leaves_the_generator_unchanged() {
    let recipe = recipe(&[]);
    let (players, round) = game(&recipe);
    let mut learner = ready(&recipe, players.clone());
    let fakes = players.generate(&round);
    learner.optimizer_step(of_discriminator(&players, &round, &fakes));
    let after = learner.model();
    assert_eq!(weights(&after.generator), weights(&players.generator));
    assert_eq!(weights(&after.average), weights(&players.average));
    let (before, after) = (
        weights(&players.discriminator),
        weights(&after.discriminator),
    );
    for (old, new) in before.iter().zip(&after) {
        assert_ne!(old, new, "every parameter of the discriminator moves");
    }
}

#[test]
fn penalties_move_the_discriminator_and_still_leave_the_generator_unchanged() {
    for (kind, form) in [
        ("r1,gamma=5", "auto"),
        ("r2,gamma=5", "directional"),
        ("r1,gamma=5", "noise"),
        ("wgan-gp", "exact"),
        ("wgan-gp,one_sided=true", "directional"),
        ("dragan", "auto"),
    ] {
        let kind = kind.replacen(',', "\",", 1);
        let closed = if kind.contains('"') { "" } else { "\"" };
        let penalty = format!("game.penalties=[{{kind=\"{kind}{closed},form=\"{form}\"}}]");
        let penalised = recipe(&[&penalty, "optimizer.discriminator.kind=sgd"]);
        let free = recipe(&["optimizer.discriminator.kind=sgd"]);
        let (players, round) = game(&penalised);
        let (same, _) = game(&free);
        let fakes = players.generate(&round);
        let step = |recipe: &Recipe, players: &Players<Gan>| {
            let mut learner = ready(recipe, players.clone());
            learner.optimizer_step(of_discriminator(players, &round, &fakes));
            learner.model()
        };
        let (after, without) = (step(&penalised, &players), step(&free, &same));
        assert_eq!(
            weights(&after.generator),
            weights(&players.generator),
            "{penalty}"
        );
        assert_eq!(
            weights(&after.average),
            weights(&players.average),
            "{penalty}"
        );
        let (moved, freely) = (
            weights(&after.discriminator),
            weights(&without.discriminator),
        );
        assert_ne!(moved, freely, "{penalty}");

        let both = players.joint_gradients(players.turn(&round, NOW), players.generate(&round));
        let terms = both.discriminator.1.terms;
        let reported = terms.iter().find(|term| term.name == "penalty").unwrap();
        let value: f32 = reported.value.clone().into_scalar();
        assert!(value > 0.0, "{penalty}: {value}");
    }
}

#[test]
fn a_generator_step_leaves_the_discriminator_unchanged() {
    let recipe = recipe(&[]);
    let (players, round) = game(&recipe);
    let mut learner = ready(&recipe, players.clone());
    let fakes = players.generate(&round);
    learner.optimizer_step(of_generator(&players, &round, fakes));
    let after = learner.model();
    assert_eq!(
        weights(&after.discriminator),
        weights(&players.discriminator)
    );
    assert_ne!(weights(&after.generator), weights(&players.generator));
    assert_ne!(weights(&after.average), weights(&players.average));
}

/// A discriminator that notes how many of its numbers take gradients, each time it judges.
#[derive(Module, Debug)]
struct Watched {
    network: DiscriminatorNet,
    #[module(skip)]
    taking: Arc<Mutex<Vec<usize>>>,
}

/// Describes a [`Watched`], which is built by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WatchedConfig;

impl DiscriminatorArchitecture for WatchedConfig {
    type Network = Watched;

    fn init(
        &self,
        _image: ImageShape,
        _classes: usize,
        _rng: &mut ChaCha8Rng,
        _device: &Device,
    ) -> Result<Watched, ConfigError> {
        Err(ConfigError::new("kind", "watched", "a built-in network"))
    }
}

impl Discriminator for Watched {
    fn forward(&self, input: DiscriminatorInput) -> DiscriminatorOutput {
        let taking = trainable_parameters(&self.network);
        self.taking.lock().unwrap().push(taking);
        self.network.forward(input)
    }
}

/// `benches/generator_phase.rs` times what this saves.
#[test]
fn the_generators_turn_computes_no_gradient_of_any_discriminator_parameter() {
    let (players, round) = game(&recipe(&[]));
    let fakes = players.generate(&round);
    let loss = players
        .system
        .generator_loss(players.turn(&round, NOW), fakes);
    let found = GradientsParams::from_grads(loss.loss.backward(), &players);
    let [generator, discriminator] = [
        trainable_parameters(&players.generator),
        trainable_parameters(&players.discriminator),
    ];
    assert_eq!(gradients(&found, &players.generator).len(), generator);
    assert_eq!(gradients(&found, &players.discriminator).len(), 0);

    let watcher = Watched {
        network: players.discriminator,
        taking: Arc::default(),
    };
    let system = Gan {
        generator: players.system.generator,
        discriminator: WatchedConfig,
    };
    let watched = Players::new(
        system,
        players.generator,
        watcher,
        players.game,
        Start::default(),
    );
    let fakes = watched.generate(&round);
    let turn = watched.turn(&round, NOW);
    let _ = watched.system.discriminator_loss(turn, fakes.clone());
    let _ = watched.system.generator_loss(turn, fakes);
    let taking = watched.discriminator.taking.lock().unwrap();
    assert_eq!(
        *taking,
        [discriminator, discriminator, 0],
        "on real images, on fakes, and in the generator's turn"
    );
}

#[test]
fn fakes_made_before_a_discriminator_step_still_lead_back_to_the_generator() {
    let recipe = recipe(&[]);
    let (players, round) = game(&recipe);
    let mut learner = ready(&recipe, players.clone());
    let fakes = players.generate(&round);
    learner.optimizer_step(of_discriminator(&players, &round, &fakes));
    let moved = learner.model();
    let reused = of_generator(&moved, &round, fakes);
    let again = of_generator(&moved, &round, moved.generate(&round));
    let [reused, again] =
        [reused, again].map(|found| moved.gradient_norm(Player::Generator, &found));
    assert!(reused > 0.0);
    assert!(
        (reused - again).abs() < 1e-6 * again,
        "{reused} and {again}"
    );
}

/// Shen et al. 2021: the same step as the simultaneous one, to rounding.
#[test]
fn a_one_stage_step_is_the_simultaneous_one() {
    for payoff in [
        "minimax",
        "non-saturating",
        "maximum-likelihood",
        "least-squares",
        "f-kl",
        "f-squared-hellinger",
    ] {
        let change = format!("game.payoff={payoff}");
        let penalty =
            "game.penalties=[{ kind = \"r1\", gamma = 1.0 }, { kind = \"r2\", gamma = 1.0 }]";
        let recipe = recipe(&[
            &change,
            penalty,
            "game.augment=[\"translation\", \"cutout\"]",
            "game.update=one-stage",
        ]);
        let (players, round) = game(&recipe);
        let turn = players.turn(&round, NOW);
        let expected = players.joint_gradients(turn, players.generate(&round));
        let found = players.system.one_stage(turn, players.generate(&round));
        let pairs = [
            (
                gradients(&found.discriminator.0, &players.discriminator),
                gradients(&expected.discriminator.0, &players.discriminator),
            ),
            (
                gradients(&found.generator.0, &players.generator),
                gradients(&expected.generator.0, &players.generator),
            ),
        ];
        for (found, expected) in pairs {
            let largest = expected
                .iter()
                .fold(0.0_f32, |largest, g| largest.max(g.abs()));
            assert!(largest > 0.0, "{payoff}: there is a gradient to compare");
            for (found, expected) in found.iter().zip(&expected) {
                let close = (found - expected).abs() <= 1e-5 * largest;
                assert!(close, "{payoff}: {found} is not {expected}");
            }
        }
    }
}

/// Every gradient of a player, one after the other.
fn gradients<M: Module>(gradients: &GradientsParams, player: &M) -> Vec<f32> {
    struct Flat<'a>(&'a GradientsParams, Vec<f32>);
    impl ModuleVisitor for Flat<'_> {
        fn visit_float<const N: usize>(&mut self, param: &Param<Tensor<N>>) {
            if let Some(gradient) = self.0.get::<N>(param.id) {
                self.1.extend(gradient.into_data().iter::<f32>());
            }
        }
    }
    let mut flat = Flat(gradients, Vec::new());
    player.visit(&mut flat);
    flat.1
}

#[test]
fn a_simultaneous_step_is_both_phases_at_the_old_weights() {
    let recipe = recipe(&[
        "game.update=simultaneous",
        "optimizer.generator.kind=sgd",
        "optimizer.discriminator.kind=sgd",
    ]);
    let (players, round) = game(&recipe);
    let mut together = ready(&recipe, players.clone());
    together.optimizer_step(TrainStep::step(&players, round.clone()).grads);

    let fakes = players.generate(&round);
    let discriminator = of_discriminator(&players, &round, &fakes);
    let generator = of_generator(&players, &round, fakes);
    let mut apart = ready(&recipe, players);
    apart.optimizer_step(discriminator);
    apart.optimizer_step(generator);

    let (together, apart): (Players<Gan>, Players<Gan>) = (together.model(), apart.model());
    for (one, other) in weights(&together).iter().zip(&weights(&apart)) {
        assert_eq!(one.0, other.0);
        for (a, b) in one.1.iter().zip(&other.1) {
            assert!((a - b).abs() <= 1e-6, "{}: {a} and {b}", one.0);
        }
    }
}

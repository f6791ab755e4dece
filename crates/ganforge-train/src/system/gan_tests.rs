//! Whose turn it is decides who moves, and nothing else does.

use std::sync::{Arc, Mutex};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::{Learner, TrainStep};
use ganforge_data::Dataset;
use ganforge_model::{Discriminator, DiscriminatorNet, Judgement, collect_weights};

use super::{Gan, Round, Start};
use crate::game::TurnKey;
use crate::optimizer::{module_optimizer, module_schedule};
use crate::recipe::{Override, Recipe};
use crate::session::Latents;
use crate::system::{BuiltinGan, build, signature};
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

fn game(recipe: &Recipe) -> (BuiltinGan, Round) {
    let device = Device::flex().autodiff();
    let dataset = Dataset::open(&recipe.data.source, &recipe.data.options()).unwrap();
    let gan = build(recipe, &signature(recipe, &dataset), 0, &device).unwrap();
    let latents = Latents {
        spec: recipe.generator.latent(),
        batch: 8,
        seed: 3,
        device: device.clone(),
    };
    let batch = dataset.gather(&[0, 1, 2, 3, 4, 5, 6, 7]).unwrap();
    let real = Tensor::from_data(TensorData::new(batch.images, [8, 1, 8, 8]), &device);
    let latent = latents.draw("latent", 0, None);
    (gan, Round { real, latent })
}

fn learner(recipe: &Recipe, gan: BuiltinGan) -> Learner<BuiltinGan> {
    let optimizer = module_optimizer(&recipe.optimizer, &gan, 1);
    let schedule = module_schedule(&recipe.optimizer, &gan, 100, 8);
    let mut learner = Learner::new(gan, optimizer, schedule);
    learner.lr_step();
    learner
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
    let (gan, round) = game(&recipe);
    let mut learner = learner(&recipe, gan.clone());
    let fakes = gan.fakes(&round.latent);
    learner.optimizer_step(gan.discriminator_phase(&round, &fakes, NOW).gradients);
    let after = learner.model();
    assert_eq!(weights(&after.generator), weights(&gan.generator));
    assert_eq!(weights(&after.average), weights(&gan.average));
    let (before, after) = (weights(&gan.discriminator), weights(&after.discriminator));
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
        let (gan, round) = game(&penalised);
        let (same, _) = game(&free);
        let fakes = gan.fakes(&round.latent);
        let step = |recipe: &Recipe, gan: &BuiltinGan| {
            let mut learner = learner(recipe, gan.clone());
            learner.optimizer_step(gan.discriminator_phase(&round, &fakes, NOW).gradients);
            learner.model()
        };
        let (after, without) = (step(&penalised, &gan), step(&free, &same));
        assert_eq!(
            weights(&after.generator),
            weights(&gan.generator),
            "{penalty}"
        );
        assert_eq!(weights(&after.average), weights(&gan.average), "{penalty}");
        let (moved, freely) = (
            weights(&after.discriminator),
            weights(&without.discriminator),
        );
        assert_ne!(moved, freely, "{penalty}");

        let phase = gan.simultaneous_phase(&round, NOW);
        let mut totals = crate::telemetry::Totals::default();
        totals.add_discriminator(phase.telemetry.0);
        totals.add_generator(phase.telemetry.1);
        let told = totals.read(8, crate::telemetry::GradientNorms::default());
        assert!(told.penalty > 0.0, "{penalty}: {}", told.penalty);
    }
}

#[test]
fn a_generator_step_leaves_the_discriminator_unchanged() {
    let recipe = recipe(&[]);
    let (gan, round) = game(&recipe);
    let mut learner = learner(&recipe, gan.clone());
    let fakes = gan.fakes(&round.latent);
    let phase = gan.generator_phase(&round, fakes, NOW);
    learner.optimizer_step(phase.gradients);
    let after = learner.model();
    assert_eq!(weights(&after.discriminator), weights(&gan.discriminator));
    assert_ne!(weights(&after.generator), weights(&gan.generator));
    assert_ne!(weights(&after.average), weights(&gan.average));
}

/// A discriminator that notes how many of its numbers take gradients, each time it judges.
#[derive(Module, Debug)]
struct Watched {
    network: DiscriminatorNet,
    #[module(skip)]
    taking: Arc<Mutex<Vec<usize>>>,
}

impl Discriminator for Watched {
    fn forward(&self, images: Tensor<4>, class: Option<Tensor<1, Int>>) -> Judgement {
        let taking = trainable_parameters(&self.network);
        self.taking.lock().unwrap().push(taking);
        self.network.forward(images, class)
    }
}

/// `benches/generator_phase.rs` times what this saves.
#[test]
fn the_generators_turn_computes_no_gradient_of_any_discriminator_parameter() {
    let (gan, round) = game(&recipe(&[]));
    let (loss, _) = gan.generator_loss(&round, gan.fakes(&round.latent), NOW);
    let found = GradientsParams::from_grads(loss.backward(), &gan);
    let [generator, discriminator] = [
        trainable_parameters(&gan.generator),
        trainable_parameters(&gan.discriminator),
    ];
    assert_eq!(gradients(&found, &gan.generator).len(), generator);
    assert_eq!(gradients(&found, &gan.discriminator).len(), 0);

    let watcher = Watched {
        network: gan.discriminator,
        taking: Arc::default(),
    };
    let watched = Gan::new(gan.generator, watcher, gan.game, Start::default());
    let fakes = watched.fakes(&round.latent);
    let _ = watched.discriminator_phase(&round, &fakes, NOW);
    let _ = watched.generator_phase(&round, fakes, NOW);
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
    let (gan, round) = game(&recipe);
    let mut learner = learner(&recipe, gan.clone());
    let fakes = gan.fakes(&round.latent);
    learner.optimizer_step(gan.discriminator_phase(&round, &fakes, NOW).gradients);
    let moved = learner.model();
    let reused = moved.generator_phase(&round, fakes, NOW);
    let again = moved.generator_phase(&round, moved.fakes(&round.latent), NOW);
    let (reused, again) = (
        crate::weights::gradient_norm(&reused.gradients, &moved.generator),
        crate::weights::gradient_norm(&again.gradients, &moved.generator),
    );
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
        let (gan, round) = game(&recipe);
        let expected = gan.simultaneous_phase(&round, NOW);
        let found = gan.one_stage_phase(&round, NOW);
        let pairs = [
            (
                gradients(&found.discriminator, &gan.discriminator),
                gradients(&expected.discriminator, &gan.discriminator),
            ),
            (
                gradients(&found.generator, &gan.generator),
                gradients(&expected.generator, &gan.generator),
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
    let (gan, round) = game(&recipe);
    let mut together = learner(&recipe, gan.clone());
    together.optimizer_step(TrainStep::step(&gan, round.clone()).grads);

    let fakes = gan.fakes(&round.latent);
    let discriminator = gan.discriminator_phase(&round, &fakes, NOW).gradients;
    let generator = gan.generator_phase(&round, fakes, NOW).gradients;
    let mut apart = learner(&recipe, gan);
    apart.optimizer_step(discriminator);
    apart.optimizer_step(generator);

    let (together, apart): (Gan<_, _>, Gan<_, _>) = (together.model(), apart.model());
    for (one, other) in weights(&together).iter().zip(&weights(&apart)) {
        assert_eq!(one.0, other.0);
        for (a, b) in one.1.iter().zip(&other.1) {
            assert!((a - b).abs() <= 1e-6, "{}: {a} and {b}", one.0);
        }
    }
}

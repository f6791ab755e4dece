//! What the regularisers of a game do to its two phases.

use burn::tensor::{Device, Int, Tensor};
use ganforge_infer::Signature;
use ganforge_model::{
    Discriminator, DiscriminatorInput, Generator, GeneratorInput, ImageShape, collect_weights,
};

use super::{Gan, GanRound, adversarial};
use crate::game::{Source, TurnKey};
use crate::recipe::{Override, Recipe};
use crate::system::{Latents, Players, System};

const BATCH: usize = 8;
const CLASSES: usize = 3;
const NOW: TurnKey = TurnKey {
    seed: 5,
    turn: 3,
    images: 0,
};

/// A small game on labelled 8×8 images, and a round of it.
fn game(changes: &[&str]) -> (Players<Gan>, GanRound) {
    let mut all: Vec<Override> = vec![
        "generator.hidden=[16]".parse().unwrap(),
        "discriminator.hidden=[16]".parse().unwrap(),
        "discriminator.dropout_hidden=0".parse().unwrap(),
        "run.batch=8".parse().unwrap(),
    ];
    all.extend(changes.iter().map(|change| change.parse().unwrap()));
    let recipe = Recipe::load("digits-conditional", &all).unwrap();
    let device = Device::flex().autodiff();
    let classes = if recipe.experiment.data.labels {
        CLASSES
    } else {
        0
    };
    let signature = Signature {
        latent: recipe.system.latent(),
        image: ImageShape {
            channels: 1,
            height: 8,
            width: 8,
        },
        input: None,
        classes: (0..classes).map(|class| class.to_string()).collect(),
    };
    let players = recipe.build(&signature, 0, &device).unwrap();
    let latents = Latents {
        spec: signature.latent,
        batch: BATCH,
        seed: 3,
        device: device.clone(),
    };
    let class =
        (classes > 0).then(|| Tensor::<1, Int>::from_data([0, 1, 2, 0, 1, 2, 0, 1], &device));
    let pixels = Tensor::<1, Int>::arange(0..512, &device).float();
    let round = GanRound {
        real: (pixels * 0.37).sin().reshape([BATCH, 1, 8, 8]),
        class,
        noise: latents.draw("latent", 0),
    };
    (players, round)
}

fn number(tensor: Tensor<1>) -> f64 {
    tensor.into_data().iter::<f64>().sum()
}

fn generator_loss(players: &Players<Gan>, round: &GanRound) -> f64 {
    let turn = players.turn(round, NOW);
    let loss = players.system.generator_loss(turn, players.generate(round));
    number(loss.loss)
}

fn largest_difference(one: Tensor<4>, other: Tensor<4>) -> f32 {
    (one - other).abs().max().into_scalar()
}

#[test]
fn the_same_moment_shows_the_same_augmentation_and_another_another() {
    let (players, round) = game(&["game.augment=[\"colour\", \"translation\", \"cutout\"]"]);
    let show = |kind, key| players.game.preprocess(round.real.clone(), kind, key);
    let first = show(Source::Real, NOW);
    assert!(largest_difference(first.clone(), round.real.clone()) > 0.1);
    assert!(largest_difference(first.clone(), show(Source::Real, NOW)) < 1e-7);
    assert!(largest_difference(first.clone(), show(Source::Fake, NOW)) > 0.1);
    let later = TurnKey { turn: 4, ..NOW };
    assert!(largest_difference(first, show(Source::Real, later)) > 0.1);
}

#[test]
fn instance_noise_is_on_both_kinds_of_image_and_ends() {
    let (players, round) = game(&["game.instance_noise={ std = 0.5, until = 1000 }"]);
    for kind in [Source::Real, Source::Fake] {
        let spread = |images| {
            let key = TurnKey { images, ..NOW };
            let noise = players.game.preprocess(round.real.clone(), kind, key) - round.real.clone();
            number(noise.square().mean()).sqrt()
        };
        assert!((spread(0) - 0.5).abs() < 0.1);
        assert!((spread(500) - 0.25).abs() < 0.05);
        assert!(spread(1000) < 1e-9);
    }
}

#[test]
fn noise_on_the_generators_last_layer_is_the_trainings_alone() {
    let (players, round) = game(&["game.generator_noise=0.3"]);
    let clean = players
        .generator
        .forward(GeneratorInput::noise(round.noise.clone()).with_class(round.class.clone()));
    let noise = players.generate(&round) - clean;
    let spread = number(noise.square().mean()).sqrt();
    assert!((spread - 0.3).abs() < 0.05, "{spread}");
}

#[test]
fn a_packed_discriminator_judges_several_images_at_once() {
    let (players, round) = game(&["game.packing=4", "data.labels=false"]);
    let shown = players
        .game
        .preprocess(round.real.clone(), Source::Real, NOW);
    assert_eq!(shown.dims(), [BATCH / 4, 4, 8, 8]);
    let loss = adversarial(players.turn(&round, NOW));
    let scores = loss.score(round.real.clone(), shown, None);
    assert_eq!(scores.real.dims(), [BATCH / 4, 1]);
    assert!(generator_loss(&players, &round).is_finite());
}

#[test]
fn feature_matching_takes_the_place_of_the_payoff_or_joins_it() {
    let losses = [
        "game.feature_matching={ weight = 2.0 }",
        "game.feature_matching={ weight = 2.0, beside_payoff = true }",
        "game.label_smoothing=0",
    ]
    .map(|change| {
        let (players, round) = game(&[change]);
        generator_loss(&players, &round)
    });
    let [matching, both, payoff] = losses;
    assert!(matching > 1e-3);
    assert!((both - matching - payoff).abs() < 1e-5 * both, "{losses:?}");
}

#[test]
fn both_players_minimise_the_class_loss_of_an_auxiliary_classifier() {
    let auxiliary = "discriminator.conditioning=auxiliary";
    let at = |weight: &str| {
        let (players, round) = game(&[auxiliary, weight]);
        let turn = players.turn(&round, NOW);
        let loss = players
            .system
            .discriminator_loss(turn, players.generate(&round));
        let discriminator = number(loss.loss);
        [discriminator, generator_loss(&players, &round)]
    };
    let [without, once, twice] =
        ["0.0", "1.0", "2.0"].map(|weight| at(&format!("game.auxiliary_weight={weight}")));
    for player in 0..2 {
        let told = once[player] - without[player];
        // An untrained classifier of three classes is about as good as a guess, on one or two kinds of image.
        assert!(told > 0.5 && told < 8.0, "{told}");
        assert!((twice[player] - once[player] - told).abs() < 1e-4);
    }
}

#[test]
fn dropout_is_stochastic_in_the_generators_turn_too() {
    let (players, round) = game(&["discriminator.dropout_hidden=0.5"]);
    let drawn: Vec<f64> = (0..4).map(|_| generator_loss(&players, &round)).collect();
    assert!(
        drawn.iter().any(|loss| (loss - drawn[0]).abs() > 1e-6),
        "{drawn:?}"
    );
}

#[test]
fn minibatch_features_let_a_score_depend_on_the_batch() {
    for features in ["{ kind = \"deviation\" }", "{ kind = \"discrimination\" }"] {
        let (players, round) = game(&[&format!("discriminator.minibatch_features={features}")]);
        let score = |images: Tensor<4>| {
            let class = round.class.clone();
            let logits = players
                .discriminator
                .forward(DiscriminatorInput::new(images).with_class(class));
            number(logits.logits.narrow(0, 0, 1).flatten::<1>(0, 1))
        };
        let alone = score(round.real.clone());
        let others = round.real.clone().narrow(0, 1, BATCH - 1);
        let first = round.real.clone().narrow(0, 0, 1);
        let among_others = score(Tensor::cat(vec![first, others * 0.2], 0));
        assert!((alone - among_others).abs() > 1e-5, "{features}");
    }
}

#[test]
fn state_beside_the_weights_is_part_of_the_game() {
    let (players, _) = game(&[
        "game.payoff=hinge",
        "game.penalties=[{ kind = \"spectral-norm\" }, { kind = \"lecam\" }]",
        "game.historical_averaging=0.1",
    ]);
    let names: Vec<String> = collect_weights::<Players<Gan>>(&players)
        .into_keys()
        .collect();
    for part in [
        "spectral_norm.left",
        "state.anchors.",
        "generator_history.mean.",
        "discriminator_history.mean.",
    ] {
        assert!(
            names.iter().any(|name| name.contains(part)),
            "{part} in {names:?}"
        );
    }
}

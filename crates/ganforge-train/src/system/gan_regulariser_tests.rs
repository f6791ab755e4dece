//! What the regularisers of a game do to its two phases.

use burn::tensor::{Device, Int, Tensor};
use ganforge_infer::Signature;
use ganforge_model::{Discriminator, Generator, ImageSpec, collect_weights};

use super::{Gan, Round};
use crate::game::{Source, TurnKey};
use crate::recipe::{Override, Recipe};
use crate::session::Latents;
use crate::system::{BuiltinGan, build};

const BATCH: usize = 8;
const CLASSES: usize = 3;
const NOW: TurnKey = TurnKey {
    seed: 5,
    turn: 3,
    images: 0,
};

/// A small game on labelled 8×8 images, and a round of it.
fn game(changes: &[&str]) -> (BuiltinGan, Round) {
    let mut all: Vec<Override> = vec![
        "generator.hidden=[16]".parse().unwrap(),
        "discriminator.hidden=[16]".parse().unwrap(),
        "discriminator.dropout_hidden=0".parse().unwrap(),
        "run.batch=8".parse().unwrap(),
    ];
    all.extend(changes.iter().map(|change| change.parse().unwrap()));
    let recipe = Recipe::load("digits-conditional", &all).unwrap();
    let device = Device::flex().autodiff();
    let classes = if recipe.data.labels { CLASSES } else { 0 };
    let signature = Signature {
        latent: recipe.generator.latent(),
        image: ImageSpec {
            channels: 1,
            height: 8,
            width: 8,
        },
        classes: (0..classes).map(|class| class.to_string()).collect(),
    };
    let gan = build(&recipe, &signature, 0, &device).unwrap();
    let latents = Latents {
        spec: signature.latent,
        batch: BATCH,
        seed: 3,
        device: device.clone(),
    };
    let class =
        (classes > 0).then(|| Tensor::<1, Int>::from_data([0, 1, 2, 0, 1, 2, 0, 1], &device));
    let pixels = Tensor::<1, Int>::arange(0..512, &device).float();
    let round = Round {
        real: (pixels * 0.37).sin().reshape([BATCH, 1, 8, 8]),
        latent: latents.draw("latent", 0, class),
    };
    (gan, round)
}

fn number(tensor: Tensor<1>) -> f64 {
    tensor.into_data().iter::<f64>().sum()
}

fn generator_loss(gan: &BuiltinGan, round: &Round, key: TurnKey) -> f64 {
    let shown = gan
        .game
        .preprocess(gan.fakes(&round.latent), Source::Fake, key);
    number(gan.generator_loss(round, shown, key).0)
}

fn largest_difference(one: Tensor<4>, other: Tensor<4>) -> f32 {
    (one - other).abs().max().into_scalar()
}

#[test]
fn the_same_moment_shows_the_same_augmentation_and_another_another() {
    let (gan, round) = game(&["game.augment=[\"colour\", \"translation\", \"cutout\"]"]);
    let show = |kind, key| gan.game.preprocess(round.real.clone(), kind, key);
    let first = show(Source::Real, NOW);
    assert!(largest_difference(first.clone(), round.real.clone()) > 0.1);
    assert!(largest_difference(first.clone(), show(Source::Real, NOW)) < 1e-7);
    assert!(largest_difference(first.clone(), show(Source::Fake, NOW)) > 0.1);
    let later = TurnKey { turn: 4, ..NOW };
    assert!(largest_difference(first, show(Source::Real, later)) > 0.1);
}

#[test]
fn instance_noise_is_on_both_kinds_of_image_and_ends() {
    let (gan, round) = game(&["game.instance_noise={ std = 0.5, until = 1000 }"]);
    for kind in [Source::Real, Source::Fake] {
        let spread = |images| {
            let key = TurnKey { images, ..NOW };
            let noise = gan.game.preprocess(round.real.clone(), kind, key) - round.real.clone();
            number(noise.square().mean()).sqrt()
        };
        assert!((spread(0) - 0.5).abs() < 0.1);
        assert!((spread(500) - 0.25).abs() < 0.05);
        assert!(spread(1000) < 1e-9);
    }
}

#[test]
fn noise_on_the_generators_last_layer_is_the_trainings_alone() {
    let (gan, round) = game(&["game.generator_noise=0.3"]);
    let clean = gan.generator.forward(round.latent.clone());
    let noise = gan.fakes(&round.latent) - clean;
    let spread = number(noise.square().mean()).sqrt();
    assert!((spread - 0.3).abs() < 0.05, "{spread}");
}

#[test]
fn a_packed_discriminator_judges_several_images_at_once() {
    let (gan, round) = game(&["game.packing=4", "data.labels=false"]);
    let shown = gan.game.preprocess(round.real.clone(), Source::Real, NOW);
    assert_eq!(shown.dims(), [BATCH / 4, 4, 8, 8]);
    let judged = gan.judge(&round, shown, NOW);
    assert_eq!(judged.real.dims(), [BATCH / 4, 1]);
    assert!(generator_loss(&gan, &round, NOW).is_finite());
}

#[test]
fn feature_matching_takes_the_place_of_the_payoff_or_joins_it() {
    let losses = [
        "game.feature_matching={ weight = 2.0 }",
        "game.feature_matching={ weight = 2.0, beside_payoff = true }",
        "game.label_smoothing=0",
    ]
    .map(|change| {
        let (gan, round) = game(&[change]);
        generator_loss(&gan, &round, NOW)
    });
    let [matching, both, payoff] = losses;
    assert!(matching > 1e-3);
    assert!((both - matching - payoff).abs() < 1e-5 * both, "{losses:?}");
}

#[test]
fn both_players_minimise_the_class_loss_of_an_auxiliary_classifier() {
    let auxiliary = "discriminator.conditioning=auxiliary";
    let at = |weight: &str| {
        let (gan, round) = game(&[auxiliary, weight]);
        let fakes = gan.fakes(&round.latent).detach();
        let discriminator = number(gan.judge(&round, fakes, NOW).loss);
        [discriminator, generator_loss(&gan, &round, NOW)]
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
fn dropout_draws_masks_in_the_generators_turn_too() {
    let (gan, round) = game(&["discriminator.dropout_hidden=0.5"]);
    let drawn: Vec<f64> = (0..4).map(|_| generator_loss(&gan, &round, NOW)).collect();
    assert!(
        drawn.iter().any(|loss| (loss - drawn[0]).abs() > 1e-6),
        "{drawn:?}"
    );
}

#[test]
fn minibatch_features_let_a_score_depend_on_the_batch() {
    for features in ["{ kind = \"deviation\" }", "{ kind = \"discrimination\" }"] {
        let (gan, round) = game(&[&format!("discriminator.minibatch_features={features}")]);
        let score = |images: Tensor<4>| {
            let class = round.latent.class.clone();
            let logits = gan.discriminator.forward(images, class);
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
    let (gan, _) = game(&[
        "game.payoff=hinge",
        "game.penalties=[{ kind = \"spectral-norm\" }, { kind = \"lecam\" }]",
        "game.historical_averaging=0.1",
    ]);
    let names: Vec<String> = collect_weights::<Gan<_, _>>(&gan).into_keys().collect();
    for part in [
        "spectral_norm.left",
        "anchors.",
        "generator_history.mean.",
        "discriminator_history.mean.",
    ] {
        assert!(
            names.iter().any(|name| name.contains(part)),
            "{part} in {names:?}"
        );
    }
}

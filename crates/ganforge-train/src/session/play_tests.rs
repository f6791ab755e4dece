//! Whole training steps agree with PyTorch, from the same weights, latents and data (`references/steps.py`).

use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_infer::Signature;
use ganforge_model::{ImageShape, LatentDistribution, LatentSpec, apply_weights, collect_weights};
use serde_json::Value;

use super::Play;
use crate::recipe::{Override, Recipe};
use crate::session::learner;
use crate::system::{Gan, GanRound, Latents, Players, System};

const BATCH: usize = 4;
const LATENT: usize = 3;
const IMAGE: ImageShape = ImageShape {
    channels: 1,
    height: 2,
    width: 2,
};

/// The optimizer of a case, the same for both players, and its changes of the recipe.
fn rules(case: &str) -> (&'static str, &'static [&'static str]) {
    const ADAM: &str = "kind = \"adam\", rate = 0.02, betas = [0.5, 0.9]";
    const MOMENTUM: &str = "kind = \"sgd\", rate = 0.1, momentum = 0.5";
    match case {
        "alternating-adam" => (ADAM, &[]),
        "alternating-2-to-1-sgd" => (MOMENTUM, &["game.discriminator_steps=2"]),
        "alternating-1-to-2-adam" => (ADAM, &["game.generator_steps=2"]),
        "alternating-2-to-1-wasserstein-clipping-rmsprop" => (
            "kind = \"rmsprop\", rate = 0.02, alpha = 0.9, epsilon = 1e-3",
            &[
                "game.discriminator_steps=2",
                "game.payoff=wasserstein",
                "game.penalties=[{ kind = \"weight-clipping\", limit = 0.3 }]",
            ],
        ),
        "alternating-adamw" => (
            "kind = \"adamw\", rate = 0.02, betas = [0.0, 0.99], weight_decay = 0.1",
            &[],
        ),
        "alternating-adam-decay" => (
            "kind = \"adam\", rate = 0.02, betas = [0.5, 0.9], weight_decay = 0.1",
            &[],
        ),
        "odd-even-adam" => (ADAM, &["game.update=odd-even"]),
        "odd-even-2-to-2-least-squares-sgd" => (
            MOMENTUM,
            &[
                "game.update=odd-even",
                "game.discriminator_steps=2",
                "game.generator_steps=2",
                "game.payoff=least-squares",
            ],
        ),
        "simultaneous-sgd" => ("kind = \"sgd\", rate = 0.1", &["game.update=simultaneous"]),
        "simultaneous-adam-clipped" => (
            "kind = \"adam\", rate = 0.02, betas = [0.5, 0.9], clip_norm = 0.05",
            &["game.update=simultaneous"],
        ),
        "one-stage-adam" => (ADAM, &["game.update=one-stage"]),
        "one-stage-least-squares-sgd" => (
            MOMENTUM,
            &["game.update=one-stage", "game.payoff=least-squares"],
        ),
        "energy-margin-adam" => (
            ADAM,
            &[
                "game.payoff={ kind = \"energy-margin\", margin = 1.4 }",
                "game.pulling_away=0.5",
                "discriminator={ kind = \"autoencoder\", encoder = [6], code = 3, decoder = [5], activation = \"elu\", \
                 output = \"linear\", error = \"norm\" }",
            ],
        ),
        "balanced-adam" => (
            ADAM,
            &[
                "game.payoff={ kind = \"balanced\", gamma = 0.9, lambda = 0.5 }",
                "discriminator={ kind = \"autoencoder\", encoder = [6], code = 3, decoder = [5], activation = \"elu\", \
                 output = \"linear\" }",
            ],
        ),
        other => panic!("the reference has a case {other} that is not tested"),
    }
}

/// The reference's networks and rules, as overrides of a recipe.
fn recipe(case: &str) -> Recipe {
    let (optimizer, rules) = rules(case);
    let changes = [
        "generator.latent=3".to_owned(),
        "generator.hidden=[5]".to_owned(),
        "generator.norm=none".to_owned(),
        "discriminator.hidden=[6]".to_owned(),
        "average.half_life=1000".to_owned(),
        format!("run.batch={BATCH}"),
        format!("optimizer.generator={{ {optimizer} }}"),
        format!("optimizer.discriminator={{ {optimizer} }}"),
    ];
    let changes = changes.iter().map(String::as_str);
    let changes: Vec<Override> = changes
        .chain(rules.iter().copied())
        .map(|change| change.parse().unwrap())
        .collect();
    Recipe::load("digits", &changes).unwrap()
}

fn latents(spec: LatentSpec, device: &Device) -> Latents {
    Latents {
        spec,
        batch: BATCH,
        seed: 0,
        device: device.clone(),
    }
}

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|number| number.as_f64().unwrap() as f32)
        .collect()
}

/// Loads the reference's weights into both players.
fn with_weights(mut players: Players<Gan>, stored: &Value) -> Players<Gan> {
    let player =
        |name: &str, shapes: BTreeMap<String, TensorData>| -> BTreeMap<String, TensorData> {
            let fill = |(key, data): (String, TensorData)| {
                let values = numbers(&stored[format!("{name}.{key}")]);
                (key, TensorData::new(values, data.shape().clone()))
            };
            shapes.into_iter().map(fill).collect()
        };
    let generator = player("generator", collect_weights(&players.generator));
    let discriminator = player("discriminator", collect_weights(&players.discriminator));
    players.generator = apply_weights(players.generator, generator).unwrap();
    players.discriminator = apply_weights(players.discriminator, discriminator).unwrap();
    players
}

fn round(stored: &Value, device: &Device) -> GanRound {
    let real = TensorData::new(numbers(&stored["real"]), [BATCH, 1, 2, 2]);
    let noise = TensorData::new(numbers(&stored["latent"]), [BATCH, LATENT]);
    GanRound {
        real: Tensor::from_data(real, device),
        class: None,
        noise: Tensor::from_data(noise, device),
    }
}

#[test]
fn weights_after_two_steps_agree_with_pytorch() {
    let cases: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../references/steps.json")).unwrap();
    let device = Device::flex().autodiff();
    for (name, case) in &cases {
        let recipe = recipe(name);
        let signature = Signature {
            latent: recipe.system.latent(),
            image: IMAGE,
            input: None,
            classes: Vec::new(),
        };
        let players = recipe.build(&signature, 0, &device).unwrap();
        let players = with_weights(players, &case["before"]);
        let mut learner = learner(&recipe.experiment, players);
        let rounds = case["rounds"].as_array().unwrap();
        let mut rounds = rounds
            .iter()
            .map(|stored| Ok::<_, DatasetError>(round(stored, &device)));
        let latents = latents(signature.latent, &device);
        let clip_norms = recipe.experiment.optimizer.as_ref();
        let mut play = Play::new(&mut learner, &mut rounds, &latents)
            .with_clip_norms(clip_norms.map(|player| player.clip_norm));
        for step in 0..2 {
            play.step(step, false).unwrap();
        }
        let players = learner.model();
        if let Some(balance) = &players.state.balance {
            let found = balance.value().into_scalar::<f32>();
            let expected = case["balance"].as_f64().unwrap();
            assert!(
                (f64::from(found) - expected).abs() <= 1e-5,
                "{name}: k is {found}"
            );
        }
        for (player, weights) in [
            ("generator", collect_weights(&players.generator)),
            ("discriminator", collect_weights(&players.discriminator)),
        ] {
            for (key, data) in weights {
                let expected = numbers(&case["after"][format!("{player}.{key}")]);
                for (found, expected) in data.iter::<f32>().zip(expected) {
                    // Relative to the size of the weights, about 1/2.
                    let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
                    assert!(close, "{name}, {player}.{key}: {found} is not {expected}");
                }
            }
        }
    }
}

/// `PyTorch` cannot draw the same random numbers, so the reference reads the latents of this crate from a file.
#[test]
fn the_reference_has_the_latents_of_this_crate() {
    let stored = include_str!("../../../../references/latents.json");
    let stored: Vec<Vec<f32>> = serde_json::from_str(stored).unwrap();
    let spec = LatentSpec {
        dimension: LATENT,
        distribution: LatentDistribution::Normal,
    };
    let latents = latents(spec, &Device::flex());
    let draw = |turn| latents.draw("latent of a generator turn", turn);
    let drawn: Vec<Vec<f32>> = (0..4)
        .map(|turn| draw(turn).into_data().try_to_vec().unwrap())
        .collect();
    let json = serde_json::to_string(&drawn).unwrap();
    assert_eq!(stored, drawn, "references/latents.json should hold {json}");
}

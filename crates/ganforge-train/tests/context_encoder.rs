//! Whole training steps of the Context-Encoder agree with PyTorch, from the same weights, images and masks
//! (`references/context_encoder.py`).
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_infer::Signature;
use ganforge_model::{ImageShape, apply_weights, collect_weights};
use ganforge_train::Recipe;
use ganforge_train::game::PerPlayer;
use ganforge_train::recipe::{Override, RecipeSource};
use ganforge_train::session::{Play, learner};
use ganforge_train::system::{ContextEncoder, InpaintingRound, Latents, System};
use serde_json::Value;

const BATCH: usize = 4;

/// Channels, side and changes of the recipe of a case.
fn case(name: &str) -> (usize, usize, &'static [&'static str]) {
    match name {
        "centre" => (
            1,
            12,
            &[
                "generator.encoder=[2, 3]",
                "generator.code=3",
                "generator.decoder=[3, 2]",
                "generator.overlap=1",
                "inpainting.adversarial=0.3",
            ],
        ),
        "centre-rgb" => (
            3,
            8,
            &[
                "generator.encoder=[2, 2]",
                "generator.code=3",
                "generator.decoder=[2]",
            ],
        ),
        "random" => (
            1,
            8,
            &[
                "generator.region=random",
                "generator.encoder=[2, 3]",
                "generator.code=3",
                "generator.decoder=[3, 2]",
                "inpainting.adversarial=0.3",
            ],
        ),
        "reconstruction" => (
            1,
            8,
            &[
                "generator.encoder=[2]",
                "generator.code=3",
                "generator.decoder=[2]",
                "inpainting.adversarial=0",
            ],
        ),
        other => panic!("the reference has a case {other} that is not tested"),
    }
}

fn recipe(changes: &[&str]) -> Recipe<ContextEncoder> {
    let optimizer = |rate| {
        format!("{{ kind = \"adam\", rate = {rate}, betas = [0.5, 0.999], epsilon = 1e-3 }}")
    };
    let rules = [
        "discriminator={ kind = \"mlp\", hidden = [4] }".to_owned(),
        format!("run.batch={BATCH}"),
        format!("optimizer.generator={}", optimizer("0.02")),
        format!("optimizer.discriminator={}", optimizer("0.002")),
    ];
    let changes = rules
        .iter()
        .map(String::as_str)
        .chain(changes.iter().copied());
    let changes: Vec<Override> = changes.map(|change| change.parse().unwrap()).collect();
    let source = RecipeSource::find("context-encoder-2016-mnist-small").unwrap();
    Recipe::from_source(&source, &changes).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    let number = |number: &Value| number.as_f64().unwrap() as f32;
    list.iter().map(number).collect()
}

/// Loads the reference's weights; running statistics stay.
fn with_weights<M: Module>(module: M, player: &str, stored: &Value) -> M {
    let weights = collect_weights(&module).into_iter().map(|(key, data)| {
        let stored = stored.get(format!("{player}.{key}"));
        assert!(
            stored.is_some() || key.contains("running"),
            "{player}.{key}"
        );
        match stored {
            Some(values) => {
                let values = TensorData::new(numbers(values), data.shape().clone());
                (key, values)
            }
            None => (key, data),
        }
    });
    let weights = weights.collect();
    apply_weights(module, weights).unwrap()
}

#[test]
fn weights_after_two_steps_agree_with_pytorch() {
    let cases: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../references/context_encoder.json")).unwrap();
    let device = Device::flex().autodiff();
    for (name, stored) in &cases {
        let (channels, side, changes) = case(name);
        let recipe = recipe(changes);
        let signature = Signature {
            latent: recipe.system.latent(),
            image: ImageShape {
                channels,
                height: side,
                width: side,
            },
            input: None,
            classes: Vec::new(),
        };
        let mut players = recipe.build(&signature, 0, &device).unwrap();
        players.generator = with_weights(players.generator, "generator", &stored["before"]);
        players.discriminator =
            with_weights(players.discriminator, "discriminator", &stored["before"]);
        let mut learner = learner(&recipe.experiment, players);
        let tensor = |values: &Value, dims| {
            Tensor::from_data(TensorData::new(numbers(values), dims), &device)
        };
        let rounds = stored["rounds"].as_array().unwrap();
        let mut rounds = rounds.iter().map(|round| {
            Ok::<_, DatasetError>(InpaintingRound {
                real: tensor(&round["real"], [BATCH, channels, side, side]),
                mask: tensor(&round["mask"], [1, 1, side, side]),
            })
        });
        let latents = Latents {
            spec: signature.latent,
            batch: BATCH,
            seed: 0,
            device: device.clone(),
        };
        let mut play = Play::new(&mut learner, &mut rounds, &latents);
        play.step(0, false).unwrap();
        let first = play.totals().read(0, PerPlayer::default()).terms["reconstruction"];
        play.step(1, false).unwrap();
        let second = play.totals().read(0, PerPlayer::default()).terms["reconstruction"];
        let expected = stored["reconstruction"].as_f64().unwrap();
        assert!(
            (second - expected).abs() < 1e-5 * expected,
            "{name}: {first}, {second}, {expected}"
        );
        let players = learner.model();
        let mut compared = 0;
        for (player, weights) in [
            ("generator", collect_weights(&players.generator)),
            ("discriminator", collect_weights(&players.discriminator)),
        ] {
            for (key, data) in weights {
                let Some(expected) = stored["after"].get(format!("{player}.{key}")) else {
                    continue;
                };
                for (found, expected) in data.iter::<f32>().zip(numbers(expected)) {
                    let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
                    assert!(close, "{name}, {player}.{key}: {found} is not {expected}");
                    compared += 1;
                }
            }
        }
        let stored = stored["after"].as_object().unwrap();
        let stored = stored
            .values()
            .map(|values| values.as_array().unwrap().len());
        assert_eq!(compared, stored.sum::<usize>(), "{name}");
    }
}

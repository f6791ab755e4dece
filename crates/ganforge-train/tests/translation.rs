//! Whole training steps of systems of two domains agree with PyTorch, from the same weights and images
//! (`references/translation.py`).
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_infer::Signature;
use ganforge_model::{ImageShape, apply_weights, collect_weights};
use ganforge_train::Recipe;
use ganforge_train::recipe::{Override, RecipeSource};
use ganforge_train::session::{Play, learner};
use ganforge_train::system::{
    CycleRules, DiscoRules, Latents, System, Translation, TranslationRound, TranslationRules,
};
use serde_json::Value;

/// The optimizer of both players.
fn adam<R: TranslationRules>() -> String {
    let epsilon = if R::NAME == "cyclegan" { 1.0 } else { 1e-3 };
    format!("{{ kind = \"adam\", rate = 0.01, betas = [0.5, 0.999], epsilon = {epsilon:?} }}")
}

/// The recipe of a case with tiny networks, its images and their number per batch.
fn case(name: &str) -> (&'static [&'static str], ImageShape, usize) {
    const POINTS: [&str; 2] = [
        "generator={ kind = \"mlp\", hidden = [4], output = \"linear\" }",
        "discriminator={ kind = \"mlp\", hidden = [5, 3] }",
    ];
    let grey = |side| ImageShape {
        channels: 1,
        height: side,
        width: side,
    };
    match name {
        "discogan-points" => (
            &[
                POINTS[0],
                POINTS[1],
                "game.generator_steps=2",
                "translation.curriculum=8",
            ],
            ImageShape::POINT,
            4,
        ),
        "discogan-one-sided" => (
            &[
                POINTS[0],
                POINTS[1],
                "translation.one_sided=true",
                "translation.curriculum=8",
            ],
            ImageShape::POINT,
            4,
        ),
        "discogan-images" => (
            &[
                "generator={ kind = \"encoder-decoder\", width = 1 }",
                "discriminator={ kind = \"dcgan\", width = 1 }",
                "translation.curriculum=6",
            ],
            grey(16),
            3,
        ),
        "cyclegan" => (
            &[
                "generator={ kind = \"resnet\", width = 1, blocks = 1 }",
                "discriminator={ kind = \"patch\", width = 1, layers = 1 }",
            ],
            grey(16),
            2,
        ),
        other => panic!("the reference has a case {other} that is not tested"),
    }
}

fn recipe<R: TranslationRules>(
    source: &str,
    changes: &[&str],
    batch: usize,
) -> Recipe<Translation<R>> {
    let rules = [
        "translation={}".to_owned(),
        format!("run.batch={batch}"),
        format!("optimizer.generator={}", adam::<R>()),
        format!("optimizer.discriminator={}", adam::<R>()),
    ];
    let changes = rules
        .iter()
        .map(String::as_str)
        .chain(changes.iter().copied());
    let changes: Vec<Override> = changes.map(|change| change.parse().unwrap()).collect();
    let source = RecipeSource::find(source).unwrap();
    Recipe::from_source(&source, &changes).unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    let number = |number: &Value| number.as_f64().unwrap() as f32;
    list.iter().map(number).collect()
}

/// Loads the reference's weights; running statistics and past fakes stay.
fn with_weights<M: Module>(module: M, player: &str, stored: &Value) -> M {
    let weights = collect_weights(&module).into_iter().map(|(key, data)| {
        let stored = stored.get(format!("{player}.{key}"));
        let is_state = key.contains("running") || key.contains("past_");
        assert!(stored.is_some() || is_state, "{player}.{key}");
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

fn assert_steps_agree<R: TranslationRules>(source: &str, stored: &str) {
    let cases: BTreeMap<String, Value> = serde_json::from_str(stored).unwrap();
    let device = Device::flex().autodiff();
    for (name, stored) in &cases {
        let (changes, image, batch) = case(name);
        let recipe: Recipe<Translation<R>> = recipe(source, changes, batch);
        let signature = Signature {
            latent: recipe.system.latent(),
            image,
            input: None,
            classes: Vec::new(),
        };
        let mut players = recipe.build(&signature, 0, &device).unwrap();
        players.generator = with_weights(players.generator, "generator", &stored["before"]);
        players.discriminator =
            with_weights(players.discriminator, "discriminator", &stored["before"]);
        let mut learner = learner(&recipe.experiment, players);
        let dims = [batch, image.channels, image.height, image.width];
        let images =
            |values: &Value| Tensor::from_data(TensorData::new(numbers(values), dims), &device);
        let rounds = stored["rounds"].as_array().unwrap();
        let mut inputs = rounds.iter().map(|round| {
            Ok::<_, DatasetError>(TranslationRound {
                source: images(&round["source"]),
                target: images(&round["target"]),
            })
        });
        let latents = Latents {
            spec: signature.latent,
            batch,
            seed: 0,
            device: device.clone(),
        };
        let mut play = Play::new(&mut learner, &mut inputs, &latents);
        play.step(0, false).unwrap();
        play.step(1, false).unwrap();
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

#[test]
fn weights_after_two_steps_of_discogan_agree_with_pytorch() {
    let stored = include_str!("../../../references/discogan.json");
    assert_steps_agree::<DiscoRules>("discogan-2017-points-small", stored);
}

#[test]
fn weights_after_two_steps_of_cyclegan_agree_with_pytorch() {
    let stored = include_str!("../../../references/cyclegan.json");
    assert_steps_agree::<CycleRules>("cyclegan-2017-folder", stored);
}

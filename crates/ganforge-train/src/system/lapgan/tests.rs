use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::tensor::TensorData;
use ganforge_infer::Signature;
use ganforge_model::{
    Generator, GeneratorInput, LatentDistribution, apply_weights, collect_weights, keyed_rng,
};
use serde_json::Value;

use super::*;
use crate::game::{AtUndecided, TurnKey};
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::session::{Play, learner};
use crate::system::Players;

const BATCH: usize = 3;
const CLASSES: usize = 2;

/// A recipe of small players on images of 10×10, or of other changes.
fn recipe(changes: &[&str]) -> Result<Recipe<Lapgan>, RecipeError> {
    let small = [
        "data.source=digits",
        "data.size=[10, 10]",
        "generator.coarsest=[5, 5]",
        "generator.latent=3",
        "generator.hidden=[4]",
        "generator.widths=[2]",
        "discriminator.hidden=[4]",
        "discriminator.width=2",
        "discriminator.dropout_hidden=0.0",
        "run.batch=3",
    ];
    let changes = small.iter().chain(changes);
    let changes: Vec<Override> = changes.map(|change| change.parse().unwrap()).collect();
    let source = RecipeSource::find("lapgan-2015-mnist-small").unwrap();
    Recipe::from_source(&source, &changes)
}

fn players(recipe: &Recipe<Lapgan>, classes: usize, side: usize) -> Players<Lapgan> {
    let signature = Signature {
        latent: recipe.system.latent(),
        image: ImageShape {
            channels: 1,
            height: side,
            width: side,
        },
        classes: (0..classes).map(|class| class.to_string()).collect(),
        input: None,
    };
    let device = Device::flex().autodiff();
    recipe.build(&signature, 0, &device).unwrap()
}

fn latents(system: &Lapgan) -> Latents {
    Latents {
        spec: system.latent(),
        batch: BATCH,
        seed: 0,
        device: Device::flex().autodiff(),
    }
}

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|number| number.as_f64().unwrap() as f32)
        .collect()
}

fn tensor<const D: usize>(value: &Value, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers(value), shape), device)
}

fn round(stored: &Value, device: &Device) -> LapganRound {
    let classes = numbers(&stored["classes"]);
    let classes: Vec<i32> = classes.into_iter().map(|class| class as i32).collect();
    let images = tensor(&stored["real"], [BATCH, 1, 10, 10], device);
    LapganRound {
        real: LaplacianPyramid::new(images, 2),
        class: Some(Tensor::from_data(TensorData::new(classes, [BATCH]), device)),
        noise: vec![
            tensor(&stored["noise"][0], [BATCH, 3], device),
            tensor(&stored["noise"][1], [BATCH, 100], device),
        ],
    }
}

/// The stored weights of a player, in the shapes of its parameters.
fn stored(
    of: BTreeMap<String, TensorData>,
    weights: &Value,
    player: &str,
) -> BTreeMap<String, TensorData> {
    let fill = |(key, data): (String, TensorData)| {
        let values = numbers(&weights[format!("{player}.{key}")]);
        (key, TensorData::new(values, data.shape().clone()))
    };
    of.into_iter().map(fill).collect()
}

/// `references/lapgan.py`.
#[test]
fn weights_after_two_steps_agree_with_pytorch() {
    let case: Value =
        serde_json::from_str(include_str!("../../../../../references/lapgan.json")).unwrap();
    let adam = "{ kind = \"adam\", rate = 0.02, betas = [0.5, 0.9] }";
    let [of_generator, of_discriminator] =
        ["generator", "discriminator"].map(|player| format!("optimizer.{player}={adam}"));
    let recipe = recipe(&["data.labels=true", &of_generator, &of_discriminator]).unwrap();
    let mut players = players(&recipe, CLASSES, 10);
    let before = &case["before"];
    let weights = stored(collect_weights(&players.generator), before, "generator");
    players.generator = apply_weights(players.generator, weights).unwrap();
    let weights = collect_weights(&players.discriminator);
    let weights = stored(weights, before, "discriminator");
    players.discriminator = apply_weights(players.discriminator, weights).unwrap();

    let device = Device::flex().autodiff();
    let mut learner = learner(&recipe.experiment, players);
    let rounds = case["rounds"].as_array().unwrap();
    let mut rounds = rounds
        .iter()
        .map(|stored| Ok::<_, DatasetError>(round(stored, &device)));
    let latents = latents(&recipe.system);
    let mut play = Play::new(&mut learner, &mut rounds, &latents);
    for step in 0..2 {
        play.step(step, false).unwrap();
    }
    let players = learner.model();
    let after = case["after"].as_object().unwrap();
    let mut compared = 0;
    for (player, weights) in [
        ("generator", collect_weights(&players.generator)),
        ("discriminator", collect_weights(&players.discriminator)),
    ] {
        for (key, data) in weights {
            let key = format!("{player}.{key}");
            for (found, expected) in data.iter::<f32>().zip(numbers(&after[&key])) {
                let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
                assert!(close, "{key}: {found} is not {expected}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, after.len());

    let sample = &case["sample"];
    let noise = tensor(&sample["noise"], [2, 103], &device);
    let class = Tensor::from_data([0, 1], &device);
    let images = players
        .generator
        .forward(GeneratorInput::noise(noise).with_class(Some(class)));
    let expected: Tensor<4> = tensor(&sample["images"], [2, 1, 10, 10], &device);
    let difference: f32 = (images - expected).abs().max().into_scalar();
    assert!(difference < 1e-5, "{difference}");
}

/// Steps of a recipe from the same seed, with the data of its rounds.
fn trained(widths: &str) -> Players<Lapgan> {
    let recipe = recipe(&[
        "data.size=[20, 20]",
        &format!("generator.widths={widths}"),
        "average.half_life=100",
    ]);
    let recipe = recipe.unwrap();
    let device = Device::flex().autodiff();
    let latents = latents(&recipe.system);
    let mut learner = learner(&recipe.experiment, players(&recipe, 0, 20));
    let images = |index: u64| {
        let spec = LatentSpec {
            dimension: 400,
            distribution: LatentDistribution::Uniform,
        };
        let numbers = spec.draw(BATCH, &mut keyed_rng(index, "images", 0));
        spec.tensor(numbers, &device).reshape([BATCH, 1, 20, 20])
    };
    let mut rounds = (0..4).map(|index| {
        Ok::<_, DatasetError>(LapganRound {
            real: LaplacianPyramid::new(images(index), 3),
            class: None,
            noise: recipe.system.draw(&latents, "latent", index),
        })
    });
    let mut play = Play::new(&mut learner, &mut rounds, &latents);
    for step in 0..4 {
        play.step(step, false).unwrap();
    }
    learner.model()
}

#[test]
fn a_level_is_trained_as_if_it_were_alone() {
    let [whole, alone] = ["[2, 2]", "[0, 0]"].map(trained);
    let coarsest = collect_weights(&alone.generator);
    let of_whole = collect_weights(&whole.generator);
    assert!(coarsest.len() < of_whole.len());
    for (name, data) in coarsest {
        assert_eq!(of_whole[&name], data, "{name}");
    }
    let of_whole = collect_weights(&whole.discriminator);
    for (name, data) in collect_weights(&alone.discriminator) {
        assert_eq!(of_whole[&name], data, "{name}");
    }
}

#[test]
fn a_turn_reports_every_level() {
    let recipe = recipe(&["data.size=[20, 20]", "generator.widths=[2, 2]"]).unwrap();
    let players = players(&recipe, 0, 20);
    let device = Device::flex().autodiff();
    let latents = latents(&recipe.system);
    let round = LapganRound {
        real: LaplacianPyramid::new(Tensor::ones([BATCH, 1, 20, 20], &device), 3),
        class: None,
        noise: recipe.system.draw(&latents, "latent", 0),
    };
    let turn = players.turn(&round, TurnKey::default());
    let losses = recipe.system.joint_losses(turn, players.generate(&round));
    let terms = losses.map(|loss| {
        let terms = loss.terms.into_iter();
        let terms = terms.map(|term| (term.name, term.value.into_scalar::<f32>()));
        terms.collect::<BTreeMap<_, _>>()
    });
    for name in recipe.system.terms() {
        // The coarsest level has no coarser image.
        let [of_generator, of_discriminator] =
            [&terms.generator, &terms.discriminator].map(|terms| terms.contains_key(name));
        let expected = *name != "level_0_coarse_error";
        assert_eq!(of_generator || of_discriminator, expected, "{name}");
    }
    let mean = |terms: &BTreeMap<&str, f32>, names: [&str; 3]| {
        names.map(|name| terms[name]).iter().sum::<f32>() / 3.0
    };
    let levels = [
        "level_0_accuracy_real",
        "level_1_accuracy_real",
        "level_2_accuracy_real",
    ];
    let found = terms.discriminator["accuracy_real"];
    assert!((found - mean(&terms.discriminator, levels)).abs() < 1e-6);
    let levels = [
        "level_0_loss_generator",
        "level_1_loss_generator",
        "level_2_loss_generator",
    ];
    let found = terms.generator["generator_loss"];
    assert!((found / 3.0 - mean(&terms.generator, levels)).abs() < 1e-5);
}

#[test]
fn a_further_generator_turn_has_new_noise_at_every_level_for_the_same_images() {
    let system = recipe(&["data.size=[20, 20]", "generator.widths=[2, 2]"]);
    let system = system.unwrap().system;
    let latents = latents(&system);
    let device = &latents.device;
    let first = LapganRound {
        real: LaplacianPyramid::new(Tensor::ones([BATCH, 1, 20, 20], device), 3),
        class: Some(Tensor::from_data([0, 1, 1], device)),
        noise: system.draw(&latents, "latent", 7),
    };
    let values = |round: &LapganRound| {
        let noise = round.noise.iter().map(|noise| noise.to_data());
        noise
            .map(|data| data.iter::<f32>().collect())
            .collect::<Vec<Vec<f32>>>()
    };
    let drawn = |draw| system.redraw(first.clone(), &latents, draw);
    let [one, again, two] = [drawn(0), drawn(0), drawn(1)];
    assert_eq!(values(&one), values(&again));
    for (level, noise) in values(&one).iter().enumerate() {
        assert_ne!(*noise, values(&first)[level], "level {level}");
        assert_ne!(*noise, values(&two)[level], "level {level}");
    }
    for (kept, before) in one.real.images.iter().zip(&first.real.images) {
        assert_eq!(kept.to_data(), before.to_data());
    }
    let class = |round: &LapganRound| round.class.as_ref().map(Tensor::to_data);
    assert_eq!(class(&one), class(&first));
}

/// The upsampled coarse image beside a fake that is some factor of it.
#[test]
fn the_coarse_error_is_the_distance_over_the_norm_of_the_coarse_image() {
    let device = Device::flex().autodiff();
    let real = LaplacianPyramid::new(Tensor::ones([BATCH, 1, 10, 10], &device) * 0.5, 2);
    for (factor, expected) in [(1.0, 0.0), (0.0, 1.0), (1.5, 0.5), (-1.0, 2.0)] {
        let loss = Loss::new("generator_loss", Tensor::from_data([2.5], &device));
        let fakes = real.images[1].clone() * factor;
        let loss = terms::of_generator(1, loss, fakes, &real);
        let term = |name| {
            let term = loss.terms.iter().find(|term| term.name == name).unwrap();
            term.value.clone().into_scalar::<f32>()
        };
        assert!(
            (term("level_1_coarse_error") - expected).abs() < 1e-6,
            "{factor}"
        );
        assert!((term("level_1_loss_generator") - 2.5).abs() < 1e-6);
    }
}

#[test]
fn losses_at_an_undecided_discriminator_are_sums_over_trained_levels() {
    let log = std::f64::consts::LN_2;
    for (widths, levels) in [("[2, 2]", 3.0), ("[0, 2]", 2.0), ("[0, 0]", 1.0)] {
        let widths = format!("generator.widths={widths}");
        let recipe = recipe(&["data.size=[20, 20]", &widths]).unwrap();
        let undecided = recipe.system.undecided(&recipe.experiment, &Device::flex());
        let AtUndecided::Loss(generator) = undecided.generator else {
            panic!("{widths}");
        };
        let discriminator = undecided.discriminator.unwrap();
        assert!(
            (discriminator - 2.0 * levels * log).abs() < 1e-5,
            "{widths}"
        );
        assert!((generator - levels * log).abs() < 1e-5, "{widths}");
    }
}

#[test]
fn contradictions_are_refused_in_one_sentence() {
    for (change, parts) in [
        (
            "optimizer.generator.clip_norm=1.0",
            ["`optimizer.generator.clip_norm` is 1", "lapgan"],
        ),
        (
            "game.update=one-stage",
            ["`game.update`", "system = \"lapgan\""],
        ),
        ("generator.kind=mlp", ["unknown field `kind`", "`coarsest`"]),
        ("game.payoff=balanced", ["`game.payoff`", "autoencoder"]),
        (
            "run.ship_discriminator=true",
            ["`run.ship_discriminator` is true", "lapgan"],
        ),
    ] {
        let message = recipe(&[change]).expect_err(change).to_string();
        assert!(!message.contains('\n'), "{message}");
        for part in parts {
            assert!(message.contains(part), "{change}: {message}");
        }
    }
}

#[test]
fn a_model_file_is_one_generator() {
    let recipe = recipe(&[]).unwrap();
    let players = players(&recipe, 0, 10);
    let about = About {
        signature: Signature {
            latent: recipe.system.latent(),
            image: ImageShape {
                channels: 1,
                height: 10,
                width: 10,
            },
            classes: Vec::new(),
            input: None,
        },
        recipe: "test".to_owned(),
        seed: 3,
        images_seen: 5,
        data_fingerprint: String::new(),
        label_names: Vec::new(),
    };
    let shipped = players.shipped();
    let bytes = recipe.system.to_model_file(&shipped, &about).unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("model.safetensors");
    std::fs::write(&path, bytes).unwrap();
    let device = Device::flex();
    let file: ModelFile = ModelFile::open(&path).unwrap();
    assert_eq!((file.card.latent.dimension, file.card.seed), (103, 3));
    let opened = Lapgan::open_model(&path, &device).unwrap();
    assert_eq!(
        collect_weights(&opened),
        collect_weights(&shipped.generator)
    );
}

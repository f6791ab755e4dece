//! Whole training steps of ALI and BiGAN agree with PyTorch, from the same weights, latents, noise and data (`references/pairs.py`).

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, TensorData};
use ganforge_infer::Signature;
use ganforge_model::{apply_weights, collect_weights};
use serde_json::Value;

use super::reference_steps::{IMAGE, images, numbers, rows, two_steps};
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::system::{Bidirectional, BidirectionalRound};

const LATENT: usize = 3;

/// The reference's networks and rules, as overrides of a recipe.
const COMMON: [&str; 5] = [
    "generator.latent=3",
    "generator.hidden=[5]",
    "run.batch=6",
    "optimizer.generator={ kind = \"adam\", rate = 0.02, betas = [0.5, 0.9], epsilon = 1e-3 }",
    "optimizer.discriminator={ kind = \"adam\", rate = 0.02, betas = [0.5, 0.9], epsilon = 1e-3 }",
];
const ALI: [&str; 4] = [
    "encoder.hidden=[6]",
    "encoder.norm_first=true",
    "discriminator={ kind = \"mlp\", hidden = [4], code_hidden = [2], maxout_pieces = 2 }",
    "generator.output=tanh",
];
const BIGAN: [&str; 10] = [
    "generator.norm=unscaled-batch",
    "generator.output=sigmoid",
    "encoder.hidden=[6, 5]",
    "encoder.norm=unscaled-batch",
    "encoder.norm_first=false",
    "encoder.output=sigmoid",
    "encoder.input_range=[0.0, 1.0]",
    "discriminator={ kind = \"mlp\", hidden = [6, 5], code_layer = 2, norm = \"unscaled-batch\", norm_first = false, \
     input_range = [0.0, 1.0] }",
    "optimizer.generator.weight_decay=2.5e-5",
    "optimizer.discriminator.weight_decay=2.5e-5",
];

/// A player with the reference's weights; running statistics and fixed scales of norms stay.
fn with_weights<M: Module>(player: M, stored: &Value) -> M {
    let mut weights = collect_weights(&player);
    let trained = stored.as_object().unwrap();
    for (name, values) in trained {
        let data = weights.get_mut(name).unwrap_or_else(|| panic!("{name}"));
        *data = TensorData::new(numbers(values), data.shape().clone());
    }
    apply_weights(player, weights).unwrap()
}

fn round(stored: &Value, is_stochastic: bool, device: &Device) -> BidirectionalRound {
    BidirectionalRound {
        real: images(&stored["real"], device),
        latent: rows(&stored["latent"], LATENT, device),
        noise: is_stochastic.then(|| rows(&stored["noise"], LATENT, device)),
    }
}

fn compare<M: Module>(player: &M, stored: &Value, name: &str) {
    let weights = collect_weights(player);
    for (key, expected) in stored.as_object().unwrap() {
        for (found, expected) in weights[key].iter::<f32>().zip(numbers(expected)) {
            // Relative to the size of the weights, about 1/2.
            let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
            assert!(close, "{name}, {key}: {found} is not {expected}");
        }
    }
}

fn check<const STOCHASTIC: bool>(name: &str, recipe: &str, own: &[&str]) {
    let cases: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../../../../references/pairs.json")).unwrap();
    let case = &cases[name];
    let changes = COMMON.iter().chain(own).map(|change| change.parse());
    let changes: Vec<Override> = changes.collect::<Result<_, _>>().unwrap();
    let source = RecipeSource::find(recipe).unwrap();
    let recipe: Recipe<Bidirectional<STOCHASTIC>> = Recipe::from_source(&source, &changes).unwrap();
    let device = Device::flex().autodiff();
    let signature = Signature {
        latent: crate::System::latent(&recipe.system),
        image: IMAGE,
        input: None,
        classes: Vec::new(),
    };
    let mut players = recipe.build(&signature, 0, &device).unwrap();
    players.generator = with_weights(players.generator, &case["before"]["generator"]);
    players.discriminator = with_weights(players.discriminator, &case["before"]["discriminator"]);
    let rounds = case["rounds"].as_array().unwrap().iter();
    let rounds = rounds.map(|stored| round(stored, STOCHASTIC, &device));
    let players = two_steps(&recipe, players, rounds, &device);
    compare(&players.generator, &case["after"]["generator"], name);
    compare(
        &players.discriminator,
        &case["after"]["discriminator"],
        name,
    );
}

#[test]
fn ali_agrees_with_pytorch() {
    check::<true>("ali", "ali-2016-digits", &ALI);
}

#[test]
fn bigan_agrees_with_pytorch() {
    check::<false>("bigan", "bigan-2016-digits", &BIGAN);
}

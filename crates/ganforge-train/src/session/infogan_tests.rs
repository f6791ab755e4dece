//! Two steps of `InfoGAN` against `references/infogan.py`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::tensor::Device;
use ganforge_infer::Signature;
use serde_json::Value;

use super::reference_steps::{IMAGE, assert_close, classes, filled, images, rows, two_steps};
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::system::{InfoGan, InfoGanRound, System};

const BATCH: usize = 6;
const LATENT: usize = 4;

fn recipe(stored: &Value) -> Recipe<InfoGan> {
    let adam = format!(
        "{{ kind = \"adam\", rate = {}, betas = [0.5, 0.999], epsilon = 1e-8 }}",
        stored["rate"]
    );
    let changes: Vec<Override> = [
        format!("generator.latent={LATENT}"),
        "generator.hidden=[5]".to_owned(),
        "generator.norm=none".to_owned(),
        "discriminator.hidden=[5]".to_owned(),
        "categories=3".to_owned(),
        format!("categorical_weight={}", stored["categorical_weight"]),
        format!("continuous_weight={}", stored["continuous_weight"]),
        format!("optimizer.generator={adam}"),
        format!("optimizer.discriminator={adam}"),
        format!("run.batch={BATCH}"),
    ]
    .iter()
    .map(|change| change.parse().unwrap())
    .collect();
    let source = RecipeSource::find("infogan-2016-digits-small").unwrap();
    Recipe::from_source(&source, &changes).unwrap()
}

#[test]
fn weights_after_two_steps_agree_with_pytorch() {
    let stored: Value =
        serde_json::from_str(include_str!("../../../../references/infogan.json")).unwrap();
    let device = Device::flex().autodiff();
    let recipe = recipe(&stored);
    let signature = Signature {
        latent: recipe.system.latent(),
        image: IMAGE,
        input: None,
        classes: recipe.system.sample_classes().unwrap(),
    };
    let mut players = recipe.build(&signature, 0, &device).unwrap();
    players.generator = filled(players.generator, "generator", &stored["before"]);
    players.discriminator = filled(players.discriminator, "discriminator", &stored["before"]);
    let rounds = stored["rounds"].as_array().unwrap();
    let rounds = rounds.iter().map(|round| InfoGanRound {
        real: images(&round["real"], &device),
        category: classes(&round["category"], &device),
        noise: rows(&round["noise"], LATENT, &device),
    });
    let players = two_steps(&recipe, players, rounds, &device);
    assert_close(&players.generator, "generator", &stored["after"]);
    assert_close(&players.discriminator, "discriminator", &stored["after"]);
}

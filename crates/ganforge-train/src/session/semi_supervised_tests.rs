//! Two steps of the semi-supervised system against `references/semi_supervised.py`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::tensor::Device;
use ganforge_infer::Signature;
use serde_json::Value;

use super::reference_steps::{IMAGE, assert_close, classes, filled, images, rows, two_steps};
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::system::{ImageBatch, SemiSupervised, SemiSupervisedRound, System};

const BATCH: usize = 6;
fn stored() -> Value {
    serde_json::from_str(include_str!("../../../../references/semi_supervised.json")).unwrap()
}

fn recipe(stored: &Value) -> Recipe<SemiSupervised> {
    let adam = format!(
        "{{ kind = \"adam\", rate = {}, betas = [0.5, 0.999], epsilon = {} }}",
        stored["rate"], stored["epsilon"]
    );
    let changes: Vec<Override> = [
        "generator.latent=3".to_owned(),
        "generator.hidden=[4]".to_owned(),
        format!("classifier.hidden={}", stored["hidden"]),
        format!("classifier.classes={}", stored["classes"]),
        "classifier.input_noise=0.0".to_owned(),
        "classifier.hidden_noise=0.0".to_owned(),
        format!("unlabelled_weight={}", stored["unlabelled_weight"]),
        format!("optimizer.generator={adam}"),
        format!("optimizer.discriminator={adam}"),
        format!("run.batch={BATCH}"),
    ]
    .iter()
    .map(|change| change.parse().unwrap())
    .collect();
    let source = RecipeSource::find("salimans-2016-digits-small").unwrap();
    Recipe::from_source(&source, &changes).unwrap()
}

#[test]
fn initial_norms_and_weights_after_two_steps_agree_with_pytorch() {
    let stored = stored();
    let device = Device::flex().autodiff();
    let recipe = recipe(&stored);
    let signature = Signature {
        latent: recipe.system.latent(),
        image: IMAGE,
        input: None,
        classes: Vec::new(),
    };
    let mut players = recipe.build(&signature, 0, &device).unwrap();
    let before = &stored["before"];
    players.generator = filled(players.generator, "generator", before);
    let classifier = filled(players.discriminator, "discriminator", before);
    players.discriminator = classifier.init_from_images(images(&stored["initial_images"], &device));
    assert_close(
        &players.discriminator,
        "discriminator",
        &stored["initialised"],
    );

    let rounds = stored["rounds"].as_array().unwrap();
    let rounds = rounds.iter().map(|round| SemiSupervisedRound {
        labelled: ImageBatch {
            images: images(&round["labelled"], &device),
            class: Some(classes(&round["classes"], &device)),
        },
        unlabelled: images(&round["unlabelled"], &device),
        matched: images(&round["matched"], &device),
        noise: rows(&round["noise"], 3, &device),
    });
    let players = two_steps(&recipe, players, rounds, &device);
    assert_close(&players.generator, "generator", &stored["after"]);
    assert_close(&players.discriminator, "discriminator", &stored["after"]);
}

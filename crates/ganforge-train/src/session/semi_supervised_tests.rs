//! Two steps of the semi-supervised system against `references/semi_supervised.py`.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_infer::Signature;
use ganforge_model::{ImageShape, apply_weights, collect_weights};
use serde_json::Value;

use super::Play;
use crate::recipe::{Override, Recipe, RecipeSource};
use crate::session::learner_model::learner;
use crate::system::{ImageBatch, Latents, SemiSupervised, SemiSupervisedRound, System};

const BATCH: usize = 6;
const IMAGE: ImageShape = ImageShape {
    channels: 1,
    height: 2,
    width: 2,
};

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

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap() as f32).collect()
}

fn images(value: &Value, device: &Device) -> Tensor<4> {
    let values = numbers(value);
    let dims = [values.len() / IMAGE.values(), 1, 2, 2];
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// The network with the stored weights in place of its own; others, such as the scale 1 of the norm, stay.
fn filled<M: Module>(network: M, player: &str, weights: &Value) -> M {
    let fill = |(key, data): (String, TensorData)| match &weights[format!("{player}.{key}")] {
        Value::Null => (key, data),
        value => (key, TensorData::new(numbers(value), data.shape().clone())),
    };
    let all = collect_weights(&network).into_iter().map(fill).collect();
    apply_weights(network, all).unwrap()
}

fn assert_close<M: Module>(network: &M, player: &str, weights: &Value) {
    let found: BTreeMap<String, TensorData> = collect_weights(network);
    let prefix = format!("{player}.");
    let names = weights.as_object().unwrap().keys();
    let ours: Vec<&str> = names
        .filter_map(|name| name.strip_prefix(&prefix))
        .collect();
    assert!(ours.len() > 4);
    for name in ours {
        let expected = numbers(&weights[format!("{prefix}{name}")]);
        for (found, expected) in found[name].iter::<f32>().zip(expected) {
            let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
            assert!(close, "{player}.{name}: {found} is not {expected}");
        }
    }
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

    let mut learner = learner(&recipe.experiment, players);
    let rounds = stored["rounds"].as_array().unwrap();
    let mut rounds = rounds.iter().map(|round| {
        let classes: Vec<i32> = numbers(&round["classes"])
            .iter()
            .map(|&c| c as i32)
            .collect();
        let class = Tensor::<1, Int>::from_data(TensorData::new(classes, [BATCH]), &device);
        Ok::<_, DatasetError>(SemiSupervisedRound {
            labelled: ImageBatch {
                images: images(&round["labelled"], &device),
                class: Some(class),
            },
            unlabelled: images(&round["unlabelled"], &device),
            matched: images(&round["matched"], &device),
            noise: Tensor::from_data(
                TensorData::new(numbers(&round["noise"]), [BATCH, 3]),
                &device,
            ),
        })
    });
    let latents = Latents {
        spec: signature.latent,
        batch: BATCH,
        seed: 0,
        device: device.clone(),
    };
    let mut play = Play::new(&mut learner, &mut rounds, &latents);
    for step in 0..2 {
        play.step(step, false).unwrap();
    }
    let players = learner.model();
    assert_close(&players.generator, "generator", &stored["after"]);
    assert_close(&players.discriminator, "discriminator", &stored["after"]);
}

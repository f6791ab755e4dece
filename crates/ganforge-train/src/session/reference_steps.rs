//! What the tests against stored PyTorch steps share.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{ImageShape, apply_weights, collect_weights};
use serde_json::Value;

use super::Play;
use crate::recipe::Recipe;
use crate::session::learner_model::learner;
use crate::system::{Latents, Players, System};

/// The images of the references.
pub const IMAGE: ImageShape = ImageShape {
    channels: 1,
    height: 2,
    width: 2,
};

pub fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap() as f32).collect()
}

/// `[batch, 1, 2, 2]`
pub fn images(value: &Value, device: &Device) -> Tensor<4> {
    let values = numbers(value);
    let dims = [values.len() / IMAGE.values(), 1, 2, 2];
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// `[batch, columns]`
pub fn rows(value: &Value, columns: usize, device: &Device) -> Tensor<2> {
    let values = numbers(value);
    let dims = [values.len() / columns, columns];
    Tensor::from_data(TensorData::new(values, dims), device)
}

/// `[batch]`
pub fn classes(value: &Value, device: &Device) -> Tensor<1, Int> {
    let classes: Vec<i32> = numbers(value).iter().map(|&class| class as i32).collect();
    let dims = [classes.len()];
    Tensor::from_data(TensorData::new(classes, dims), device)
}

/// The network with the stored weights in place of its own; others, such as the scale 1 of a norm, stay.
pub fn filled<M: Module>(network: M, player: &str, weights: &Value) -> M {
    let fill = |(key, data): (String, TensorData)| match &weights[format!("{player}.{key}")] {
        Value::Null => (key, data),
        value => (key, TensorData::new(numbers(value), data.shape().clone())),
    };
    let all = collect_weights(&network).into_iter().map(fill).collect();
    apply_weights(network, all).unwrap()
}

/// Fails unless every stored weight of a player is that of the network, relative to the size of the weights.
pub fn assert_close<M: Module>(network: &M, player: &str, weights: &Value) {
    let found: BTreeMap<String, TensorData> = collect_weights(network);
    let prefix = format!("{player}.");
    let names = weights.as_object().unwrap().keys();
    let ours: Vec<&str> = names
        .filter_map(|name| name.strip_prefix(&prefix))
        .collect();
    assert!(ours.len() > 3);
    for name in ours {
        let expected = numbers(&weights[format!("{prefix}{name}")]);
        for (found, expected) in found[name].iter::<f32>().zip(expected) {
            let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
            assert!(close, "{player}.{name}: {found} is not {expected}");
        }
    }
}

/// The players after two steps of a recipe, on these rounds.
pub fn two_steps<S: System>(
    recipe: &Recipe<S>,
    players: Players<S>,
    rounds: impl Iterator<Item = S::Round>,
    device: &Device,
) -> Players<S> {
    let experiment = &recipe.experiment;
    let mut learner = learner(experiment, players);
    let mut rounds = rounds.map(Ok::<_, DatasetError>);
    let latents = Latents {
        spec: recipe.system.latent(),
        batch: experiment.run.batch,
        seed: 0,
        device: device.clone(),
    };
    let mut play = Play::new(&mut learner, &mut rounds, &latents);
    for step in 0..2 {
        play.step(step, false).unwrap();
    }
    learner.model()
}

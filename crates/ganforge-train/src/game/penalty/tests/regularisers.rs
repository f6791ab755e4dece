//! Formulas agree with PyTorch in float64 (`references/regularisers.py`).

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::DiscriminatorOutput;
use serde::Deserialize;

use super::super::consistency::distance;
use crate::game::auxiliary::class_loss;

#[derive(Deserialize)]
struct Stored {
    consistency: Consistency,
    class_loss: ClassLoss,
}

#[derive(Deserialize)]
struct Consistency {
    one: Vec<f32>,
    other: Vec<f32>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct ClassLoss {
    logits: Vec<f32>,
    labels: Vec<i64>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    value: f64,
    gradients: BTreeMap<String, Vec<f64>>,
}

fn stored() -> Stored {
    let text = include_str!("../../../../../../references/regularisers.json");
    serde_json::from_str(text).unwrap()
}

fn rows(numbers: &[f32], columns: usize) -> Tensor<2> {
    let data = TensorData::new(numbers.to_vec(), [numbers.len() / columns, columns]);
    Tensor::from_data(data, &Device::flex().autodiff()).require_grad()
}

impl Outcome {
    fn check(&self, loss: &Tensor<1>, inputs: &[(&str, &Tensor<2>)]) {
        let value: f64 = loss.clone().into_data().iter::<f64>().sum();
        assert!((value / self.value - 1.0).abs() < 1e-5, "{value}");
        let gradients = loss.backward();
        for (name, input) in inputs {
            let found = input.grad(&gradients).unwrap().into_data();
            let expected = &self.gradients[*name];
            assert_eq!(found.num_elements(), expected.len());
            for (found, expected) in found.iter::<f64>().zip(expected) {
                let error = (found - expected).abs();
                assert!(error < 1e-6, "{name}: {found} is not {expected}");
            }
        }
    }
}

#[test]
fn the_consistency_distance_agrees_with_pytorch() {
    let case = stored().consistency;
    let (one, other) = (rows(&case.one, 2), rows(&case.other, 2));
    let loss = distance(one.clone(), other.clone());
    case.outcome
        .check(&loss, &[("one", &one), ("other", &other)]);
}

#[test]
fn the_class_loss_agrees_with_pytorch() {
    let case = stored().class_loss;
    let logits = rows(&case.logits, 3);
    let class = Tensor::<1, Int>::from_data(case.labels.as_slice(), &logits.device());
    let output = DiscriminatorOutput {
        logits: rows(&[0.0; 5], 1),
        features: rows(&[0.0; 5], 1),
        class_logits: Some(logits.clone()),
    };
    let loss = class_loss(&output, Some(&class)).unwrap();
    case.outcome.check(&loss, &[("logits", &logits)]);
    let silent = DiscriminatorOutput {
        class_logits: None,
        ..output
    };
    assert!(class_loss(&silent, Some(&class)).is_none());
}

//! Values and parameter gradients agree with PyTorch's double backward in float64 (`references/penalties.py`).

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{
    DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorNet, ImageShape, apply_weights,
    keyed_rng,
};
use serde::Deserialize;

use super::super::{Penalty, Points, dragan, one_centred};
use super::gradients_by_name;

/// Tolerance relative to the largest element of each tensor, in single precision.
const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
pub struct Case {
    pub discriminator: DiscriminatorConfig,
    pub image: ImageShape,
    classes: usize,
    labels: Option<Vec<i64>>,
    weights: BTreeMap<String, Stored>,
    images: BTreeMap<String, Vec<f32>>,
    pub outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Stored {
    shape: Vec<usize>,
    values: Vec<f32>,
}

#[derive(Deserialize)]
pub struct Outcome {
    pub penalty: Penalty,
    value: f64,
    gradients: BTreeMap<String, Vec<f64>>,
}

pub fn cases() -> Vec<Case> {
    let stored = include_str!("../../../../../../references/penalties.json");
    serde_json::from_str(stored).unwrap()
}

impl Case {
    /// The discriminator with the stored weights.
    pub fn network(&self) -> DiscriminatorNet {
        let device = Device::flex().autodiff();
        let mut rng = keyed_rng(0, "weights", 0);
        let network = self
            .discriminator
            .init(self.image, self.classes, &mut rng, &device)
            .unwrap();
        let stored = self.weights.iter().map(|(name, stored)| {
            let data = TensorData::new(stored.values.clone(), stored.shape.clone());
            (name.clone(), data)
        });
        apply_weights(network, stored.collect()).unwrap()
    }

    fn batch(&self) -> usize {
        self.images["epsilon"].len()
    }

    pub fn images(&self, name: &str) -> Tensor<4> {
        let ImageShape {
            channels,
            height,
            width,
        } = self.image;
        let shape = [self.batch(), channels, height, width];
        let data = TensorData::new(self.images[name].clone(), shape);
        Tensor::from_data(data, &Device::flex().autodiff())
    }

    fn shares(&self, name: &str) -> Tensor<1> {
        Tensor::from_data(self.images[name].as_slice(), &Device::flex().autodiff())
    }

    /// The evaluation points of the penalty, with the stored coefficients instead of random ones.
    pub fn points(&self, penalty: &Penalty) -> Points {
        let (real, fake) = (self.images("real"), self.images("fake"));
        let images = match penalty {
            Penalty::R2 { .. } => fake,
            Penalty::R1 { .. } => real,
            Penalty::WganGp { .. } => {
                one_centred::interpolate(&real, &fake, self.shares("epsilon"))
            }
            Penalty::Dragan { .. } => {
                dragan::perturb(&real, &self.images("noise"), self.shares("alpha"))
            }
            other => panic!("{other:?} is not a gradient penalty"),
        };
        let class = self.labels.as_ref().map(|labels| {
            Tensor::<1, Int>::from_data(labels.as_slice(), &Device::flex().autodiff())
        });
        Points {
            images,
            class,
            gradient: None,
        }
    }
}

#[test]
fn penalties_and_their_parameter_gradients_agree_with_pytorch() {
    let mut worst = 0.0_f64;
    for case in cases() {
        let network = case.network();
        for outcome in &case.outcomes {
            let name = format!("{:?} on {:?}", outcome.penalty, case.discriminator);
            let points = case.points(&outcome.penalty);
            let loss = outcome.penalty.loss_at(&network, &points).unwrap();
            let value: f64 = loss.clone().into_data().iter::<f64>().sum();
            let error = (value / outcome.value - 1.0).abs();
            assert!(error < TOLERANCE, "{name}: {value}, {}", outcome.value);
            worst = worst.max(error);
            let found = gradients_by_name(&loss, &network);
            assert!(found.keys().eq(outcome.gradients.keys()), "{name}");
            for (path, expected) in &outcome.gradients {
                let largest = expected.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
                for (found, expected) in found[path].iter().zip(expected) {
                    let error = (found - expected).abs() / largest.max(1e-3);
                    assert!(error < TOLERANCE, "{name}, {path}: {found}, {expected}");
                    worst = worst.max(error);
                }
            }
        }
    }
    println!("largest error: {worst:.1e}");
}

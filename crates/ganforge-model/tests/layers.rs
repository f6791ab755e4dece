//! Norms and minibatch features compared with PyTorch's autograd in float64 (`references/layers.py`).
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use ganforge_model::layers::{
    ConditionalBatchNorm, Init, MinibatchDeviation, MinibatchDiscrimination, MinibatchFeatures,
    VirtualBatchNorm, WeightInit,
};
use ganforge_model::{apply_weights, collect_weights, keyed_rng};
use serde::Deserialize;

const STORED: &str = include_str!("../../../references/layers.json");

#[derive(Deserialize)]
struct Case {
    #[serde(flatten)]
    layer: Layer,
    input: Stored,
    weights: BTreeMap<String, Stored>,
    pull: Stored,
    output: Stored,
    by_input: Stored,
    by_weights: BTreeMap<String, Stored>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "layer", rename_all = "kebab-case")]
enum Layer {
    MinibatchDiscrimination {
        kernels: usize,
        dimensions: usize,
    },
    MinibatchDeviation,
    ConditionalBatch {
        class: Vec<i32>,
        training: bool,
        #[serde(default)]
        after: BTreeMap<String, Vec<f32>>,
    },
    VirtualBatch {
        reference: usize,
    },
}

#[derive(Deserialize)]
struct Stored {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Stored {
    fn data(&self) -> TensorData {
        TensorData::new(self.values.clone(), self.shape.clone())
    }

    fn check(&self, found: Vec<f32>, what: &str) {
        check(&self.values, found, what);
    }
}

fn check(expected: &[f32], found: Vec<f32>, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    for (found, expected) in found.into_iter().zip(expected) {
        // Cancellation leaves an absolute rounding error.
        let tolerance = 1e-5 * expected.abs() + 2e-6 * largest;
        assert!(
            (found - expected).abs() <= tolerance,
            "{what}: {found} is not {expected}"
        );
    }
}

fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Gradients, keyed by path.
struct ByWeights<'a> {
    gradients: &'a Gradients,
    path: Vec<String>,
    found: BTreeMap<String, Vec<f32>>,
}

impl ModuleVisitor for ByWeights<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad(self.gradients) {
            self.found.insert(self.path.join("."), host(gradient));
        }
    }
}

impl Case {
    /// Applies the weights of the case to `module` and compares outputs and gradients with PyTorch's.
    fn ask<M: Module, const D: usize, const E: usize>(
        &self,
        module: M,
        device: &Device,
        forward: impl Fn(&M, Tensor<D>) -> Tensor<E>,
    ) -> M {
        let mut weights = collect_weights(&module);
        for (name, stored) in &self.weights {
            let place = weights.insert(name.clone(), stored.data());
            assert!(place.is_some(), "{:?} has no {name}", self.layer);
        }
        let module = apply_weights(module, weights).unwrap();
        let input = Tensor::<D>::from_data(self.input.data(), device);
        let what = |part| format!("{part} of {:?}", self.layer);
        if !device.is_autodiff() {
            let output = forward(&module, input);
            self.output.check(host(output), &what("output"));
            return module;
        }
        let input = input.require_grad();
        let output = forward(&module, input.clone());
        self.output.check(host(output.clone()), &what("output"));
        let pull = Tensor::<E>::from_data(self.pull.data(), device);
        let gradients = (output * pull).sum().backward();
        let by_input = input.grad(&gradients).unwrap();
        self.by_input.check(host(by_input), &what("input gradient"));
        let mut by_weights = ByWeights {
            gradients: &gradients,
            path: Vec::new(),
            found: BTreeMap::new(),
        };
        module.visit(&mut by_weights);
        let mut found = by_weights.found;
        for (name, stored) in &self.by_weights {
            stored.check(found.remove(name).unwrap(), &what(name));
        }
        assert!(found.is_empty(), "PyTorch knows no {:?}", found.keys());
        module
    }

    fn conditional<const D: usize>(&self, class: &[i32], training: bool) -> ConditionalBatchNorm {
        let [classes, channels] = self.weights["gamma"].shape[..] else {
            panic!("scales are a table");
        };
        let device = if training {
            Device::flex().autodiff()
        } else {
            Device::flex()
        };
        let class = Tensor::<1, Int>::from_data(class, &device).one_hot(classes);
        let layer = ConditionalBatchNorm::new(channels, classes, &device);
        self.ask(layer, &device, |layer, input: Tensor<D>| {
            layer.forward(input, &class.clone().float())
        })
    }

    fn run(&self) {
        let device = Device::flex().autodiff();
        let rank = self.input.shape.len();
        match &self.layer {
            Layer::MinibatchDiscrimination {
                kernels,
                dimensions,
            } => {
                let mut rng = keyed_rng(0, "weights", 0);
                let mut init = WeightInit::new(Init::He, &mut rng, &device);
                let features = self.input.shape[1];
                let layer =
                    MinibatchDiscrimination::new(features, *kernels, *dimensions, &mut init);
                self.ask(layer, &device, MinibatchDiscrimination::forward);
            }
            Layer::MinibatchDeviation => {
                self.ask(MinibatchDeviation, &device, MinibatchDeviation::forward);
            }
            Layer::ConditionalBatch {
                class,
                training,
                after,
            } => {
                let layer = match rank {
                    2 => self.conditional::<2>(class, *training),
                    _ => self.conditional::<4>(class, *training),
                };
                assert_eq!(after.is_empty(), !training);
                let weights = collect_weights(&layer);
                for (name, expected) in after {
                    check(expected, weights[name].iter().collect(), name);
                }
            }
            Layer::VirtualBatch { reference } => {
                let layer = VirtualBatchNorm::new(self.input.shape[1], &device);
                if rank == 2 {
                    self.ask(layer, &device, |layer, input: Tensor<2>| {
                        layer.forward(input, *reference)
                    });
                } else {
                    self.ask(layer, &device, |layer, input: Tensor<4>| {
                        layer.forward(input, *reference)
                    });
                }
            }
        }
    }
}

#[test]
fn values_gradients_and_running_statistics_agree_with_pytorch() {
    let cases: Vec<Case> = serde_json::from_str(STORED).unwrap();
    for case in &cases {
        case.run();
    }
    let asked = |layer: fn(&Layer) -> bool| cases.iter().any(|case| layer(&case.layer));
    assert!(asked(|layer| matches!(
        layer,
        Layer::MinibatchDiscrimination { .. }
    )));
    assert!(asked(|layer| matches!(layer, Layer::MinibatchDeviation)));
    assert!(asked(|layer| matches!(
        layer,
        Layer::ConditionalBatch { .. }
    )));
    assert!(asked(|layer| matches!(layer, Layer::VirtualBatch { .. })));
}

#[test]
fn minibatch_features_of_a_collapsed_batch_are_extreme() {
    let device = Device::flex();
    let collapsed = Tensor::<2>::ones([4, 3], &device);
    for (written, extra) in [
        // Every similarity is 1, and the deviation is that of the epsilon alone.
        (
            r#"{ "kind": "discrimination", "kernels": 2, "dimensions": 3 }"#,
            &[4.0, 4.0][..],
        ),
        (r#"{ "kind": "deviation" }"#, &[1e-4]),
    ] {
        let features: MinibatchFeatures = serde_json::from_str(written).unwrap();
        features.check().unwrap();
        assert_eq!(features.extra(), extra.len());
        let mut rng = keyed_rng(0, "weights", 0);
        let layer = features.init(3, &mut WeightInit::new(Init::He, &mut rng, &device));
        let row = [&[1.0; 3], extra].concat();
        check(
            &row.repeat(4),
            host(layer.forward(collapsed.clone())),
            written,
        );
    }
}

#[test]
fn minibatch_features_of_size_0_are_an_error_with_the_key() {
    for (written, key) in [
        (
            r#"{ "kind": "discrimination", "kernels": 0 }"#,
            "minibatch_features.kernels",
        ),
        (
            r#"{ "kind": "discrimination", "dimensions": 0 }"#,
            "minibatch_features.dimensions",
        ),
    ] {
        let features: MinibatchFeatures = serde_json::from_str(written).unwrap();
        assert_eq!(features.check().unwrap_err().key, key);
    }
    let unknown = r#"{ "kind": "deviation", "kernels": 3 }"#;
    assert!(serde_json::from_str::<MinibatchFeatures>(unknown).is_err());
}

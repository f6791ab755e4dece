//! Exact input gradients of discriminators compared with finite differences.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::{Mutex, PoisonError};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ganforge_model::{
    Discriminator, DiscriminatorArchitecture, DiscriminatorConfig, DiscriminatorInput,
    DiscriminatorNet, ImageShape, InputGradient, keyed_rng,
};
use rand_distr::{Distribution, Uniform};
use serde_json::{Value, json};

const BATCH: usize = 3;
const CLASSES: usize = 3;
/// How far a pixel is moved either way: mostly less than to the next kink of a rectifier, and enough for the score to
/// change by far more than single precision rounds it.
const STEP: f32 = 2e-3;
/// All tests of this process share the random number generator of the device.
static DEVICE_RANDOMNESS: Mutex<()> = Mutex::new(());

fn network(config: Value, image: ImageShape, classes: usize) -> DiscriminatorNet {
    let config: DiscriminatorConfig = serde_json::from_value(config).unwrap();
    let mut rng = keyed_rng(5, "weights", 0);
    let device = Device::flex().autodiff();
    config.init(image, classes, &mut rng, &device).unwrap()
}

fn numbers(count: usize) -> Vec<f32> {
    let uniform = Uniform::new(-1.0_f32, 1.0).unwrap();
    uniform
        .sample_iter(keyed_rng(6, "images", 0))
        .take(count)
        .collect()
}

fn host(tensor: Tensor<4>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Scores and input gradients of images, with dropout masks from one seed.
fn traced(
    net: &DiscriminatorNet,
    image: ImageShape,
    numbers: &[f32],
    classes: usize,
) -> InputGradient {
    let device = Device::flex().autodiff();
    let dims = [BATCH, image.channels, image.height, image.width];
    let images = Tensor::from_data(TensorData::new(numbers.to_vec(), dims), &device);
    let class = (classes > 0).then(|| Tensor::<1, Int>::from_data([2, 0, 1], &device));
    let alone = DEVICE_RANDOMNESS
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    device.seed(7);
    let result = net
        .input_gradient(DiscriminatorInput::new(images).with_class(class))
        .unwrap();
    drop(alone);
    result
}

/// Perturbs all parameters, also those that are initially zero.
struct Perturb {
    drawn: u64,
}

impl ModuleMapper for Perturb {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.drawn += 1;
        let uniform = Uniform::new(-0.5_f32, 0.5).unwrap();
        let rng = keyed_rng(8, "parameters", self.drawn);
        param.map(|old| {
            let old = old.inner();
            let numbers = uniform.sample_iter(rng).take(old.shape().num_elements());
            let data = TensorData::new(numbers.collect::<Vec<f32>>(), old.shape());
            Tensor::from_inner(old.clone() + Tensor::from_data(data, &old.device())).require_grad()
        })
    }
}

fn check(config: Value, image: ImageShape, classes: usize) {
    let name = config.to_string();
    check_net(&name, &network(config, image, classes), image, classes);
}

fn check_net(name: &str, net: &DiscriminatorNet, image: ImageShape, classes: usize) {
    let numbers = numbers(BATCH * image.values());
    let at = traced(net, image, &numbers, classes);
    let gradient = host(at.gradient);
    let largest = gradient.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
    assert!(largest > 1e-2, "{name}: {largest} is too small to measure");
    let scores = |numbers: &[f32]| -> Vec<f32> {
        let logits = traced(net, image, numbers, classes).output.logits;
        logits.into_data().try_to_vec().unwrap()
    };
    let here = scores(&numbers);
    let mut kinks = 0;
    for pixel in 0..image.values() {
        // The same pixel of every image at once, because scores are independent.
        let [below, above] = [-STEP, STEP].map(|step| {
            let mut moved = numbers.clone();
            for image in moved.chunks_mut(image.values()) {
                image[pixel] += step;
            }
            scores(&moved)
        });
        for sample in 0..BATCH {
            let down = (here[sample] - below[sample]) / STEP;
            let up = (above[sample] - here[sample]) / STEP;
            // A kink changes the mean of both differences by up to half of their distance.
            if (up - down).abs() > 4e-3 * largest {
                kinks += 1;
                continue;
            }
            let measured = f32::midpoint(up, down);
            let exact = gradient[sample * image.values() + pixel];
            // Rounding of the scores in single precision, divided by the step.
            let rounding = 4.0 * f32::EPSILON * here[sample].abs() / STEP;
            assert!(
                (measured - exact).abs() < 3e-3 * largest + rounding,
                "{name}, sample {sample}, pixel {pixel}: {measured} measured, {exact} exact"
            );
        }
    }
    assert!(kinks * 10 < gradient.len(), "{name}: {kinks} kinks");
}

const SMALL: ImageShape = ImageShape {
    channels: 2,
    height: 3,
    width: 2,
};

#[test]
fn of_mlps_with_each_activation() {
    for activation in ["relu", "leaky-relu", "softplus", "tanh", "elu"] {
        for classes in [0, CLASSES] {
            let config = json!({ "kind": "mlp", "hidden": [9, 7], "activation": activation });
            check(config, SMALL, classes);
        }
    }
    check(json!({ "kind": "mlp", "hidden": [] }), SMALL, 0);
}

#[test]
fn of_autoencoders_with_each_reconstruction_error() {
    for (error, output) in [
        ("mean-absolute", "linear"),
        ("mean-square", "tanh"),
        ("norm", "sigmoid"),
    ] {
        let config = json!({
            "kind": "autoencoder", "encoder": [9], "code": 4, "decoder": [7], "activation": "elu",
            "error": error, "output": output,
        });
        check(config, SMALL, 0);
    }
}

#[test]
fn of_maxout_units() {
    for classes in [0, CLASSES] {
        let config = json!({ "kind": "mlp", "hidden": [6, 5], "maxout_pieces": 4 });
        check(config, SMALL, classes);
    }
}

#[test]
fn with_the_dropout_masks_of_the_forward_pass() {
    for pieces in [1, 3] {
        let config = json!({
            "kind": "mlp", "hidden": [12, 9], "maxout_pieces": pieces,
            "dropout_input": 0.3, "dropout_hidden": 0.4,
        });
        check(config, SMALL, CLASSES);
    }
}

#[test]
fn of_dcgans_of_square_and_other_images_with_and_without_classes() {
    for (height, width) in [(8, 8), (16, 8), (16, 16)] {
        for classes in [0, CLASSES] {
            let config = json!({
                "kind": "dcgan", "width": 3, "batch_norm": false, "init": { "kind": "he" }
            });
            let image = ImageShape {
                channels: 2,
                height,
                width,
            };
            check(config, image, classes);
        }
    }
}

#[test]
fn of_r3gans_with_each_conditioning() {
    for (height, width) in [(8, 8), (16, 8)] {
        for conditioning in [
            None,
            Some("projection"),
            Some("concatenation"),
            Some("auxiliary"),
        ] {
            let config = json!({
                "kind": "r3gan", "width": 2, "max_width": 3, "group_width": 2, "blocks": 2,
                "conditioning": conditioning,
            });
            let name = config.to_string();
            let image = ImageShape {
                channels: 2,
                height,
                width,
            };
            let classes = if conditioning.is_some() { CLASSES } else { 0 };
            let net = network(config, image, classes).map(&mut Perturb { drawn: 0 });
            check_net(&name, &net, image, classes);
        }
    }
}

#[test]
fn of_resnets_with_each_conditioning() {
    let image = |height| ImageShape {
        channels: 2,
        height,
        width: 8,
    };
    check(json!({ "kind": "resnet", "width": 2 }), image(8), 0);
    for conditioning in ["projection", "concatenation", "auxiliary"] {
        let config = json!({ "kind": "resnet", "width": 2, "conditioning": conditioning });
        check(config, image(8), CLASSES);
    }
    check(json!({ "kind": "resnet", "width": 3 }), image(16), CLASSES);
}

#[test]
fn the_traced_pass_gives_the_scores_of_the_forward_pass() {
    for config in [
        json!({ "kind": "mlp", "hidden": [9, 7] }),
        json!({ "kind": "mlp", "hidden": [6, 5], "maxout_pieces": 4 }),
        json!({ "kind": "dcgan", "width": 3, "batch_norm": false }),
        json!({ "kind": "r3gan", "width": 2, "group_width": 2 }),
        json!({ "kind": "resnet", "width": 3 }),
    ] {
        let image = ImageShape {
            channels: 1,
            height: 16,
            width: 16,
        };
        let net = network(config, image, 0);
        let numbers = numbers(BATCH * image.values());
        let dims = [BATCH, 1, 16, 16];
        let images = TensorData::new(numbers.clone(), dims);
        let images: Tensor<4> = Tensor::from_data(images, &Device::flex().autodiff());
        let plain = net.forward(DiscriminatorInput::new(images));
        let other = traced(&net, image, &numbers, 0).output;
        assert_eq!(plain.logits.into_data(), other.logits.into_data());
        assert_eq!(plain.features.into_data(), other.features.into_data());
    }
}

#[test]
fn batch_statistics_exclude_an_input_gradient() {
    let image = ImageShape {
        channels: 1,
        height: 16,
        width: 16,
    };
    let net = network(json!({ "kind": "dcgan", "width": 3 }), image, 0);
    let images = Tensor::zeros([BATCH, 1, 16, 16], &Device::flex().autodiff());
    assert!(
        net.input_gradient(DiscriminatorInput::new(images))
            .is_none()
    );
}

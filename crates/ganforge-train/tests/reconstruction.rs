//! The figures of reconstructions, of networks whose weights are known.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ganforge_core::{keyed_rng, permutation};
use ganforge_data::{DataOptions, DataSpec, Dataset};
use ganforge_eval::spaces::DigitClassifier;
use ganforge_infer::{Encoder, Signature};
use ganforge_measure::{Reconstruction, ReconstructionOptions};
use ganforge_model::layers::OutputActivation;
use ganforge_model::networks::{MlpEncoderConfig, MlpGeneratorConfig};
use ganforge_model::{
    EncoderConfig, GeneratorArchitecture, GeneratorConfig, ImageShape, LatentSpec, apply_weights,
    collect_weights,
};

/// Digits of `side` pixels a side, with labels.
fn digits(side: usize) -> Dataset {
    let options = DataOptions::new().size([side, side]).labels(true);
    Dataset::open(&DataSpec::Digits, &options).unwrap()
}

/// The network with its only layer's weight set to `factor` times the identity, and its biases to `bias`.
fn linear<M: Module>(network: M, factor: f32, bias: f32) -> M {
    let set = |(name, data): (String, TensorData)| {
        let shape = data.shape().clone();
        let values = match shape.as_slice() {
            &[rows, columns] => {
                let cells = (0..rows * columns).map(|cell| (cell / columns, cell % columns));
                let value = |(row, column)| if row == column { factor } else { 0.0 };
                cells.map(value).collect()
            }
            _ => vec![bias; data.num_elements()],
        };
        (name, TensorData::new(values, shape))
    };
    let weights: BTreeMap<_, _> = collect_weights(&network).into_iter().map(set).collect();
    assert_eq!(weights.len(), 2, "one layer");
    apply_weights(network, weights).unwrap()
}

/// G = `generator` · identity + bias, E = `encoder` · identity, with as many latent coordinates as pixels.
fn pair(image: ImageShape, [generator, bias]: [f32; 2], encoder: f32) -> Encoder {
    let device = Device::flex();
    let latent = image.values();
    let rng = &mut keyed_rng(0, "weights", 0);
    let config = GeneratorConfig::Mlp(MlpGeneratorConfig {
        output: OutputActivation::Linear,
        ..MlpGeneratorConfig::new(latent, [])
    });
    let built = config.init(image, 0, rng, &device).unwrap();
    let of_encoder = EncoderConfig::Mlp(MlpEncoderConfig::new([]));
    let of_encoder = of_encoder.init(image, latent, rng, &device).unwrap();
    let signature = Signature {
        latent: LatentSpec::normal(latent),
        image,
        input: None,
        classes: Vec::new(),
    };
    let generator = linear(built, generator, bias);
    Encoder::new(
        &generator,
        &linear(of_encoder, encoder, 0.0),
        signature,
        &device,
    )
}

fn close(found: f64, expected: f64) {
    let difference = (found - expected).abs();
    assert!(
        difference < 1e-4 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}

fn distance(one: &[f32], other: &[f32]) -> f64 {
    let squares = one
        .iter()
        .zip(other)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    squares.sum::<f64>().sqrt()
}

/// More than one batch of images, so that each figure is a sum over batches.
#[test]
fn figures_of_linear_networks_are_those_of_their_closed_forms() {
    let dataset = digits(8);
    // Three batches, the last one of less than a batch.
    let count = 2 * 256 + 40;
    let options = ReconstructionOptions {
        count,
        seed: 3,
        ..ReconstructionOptions::default()
    };
    let encoder = pair(dataset.shape(), [1.0, 0.0], 2.0);
    let found = Reconstruction::measure(&encoder, &dataset, &options).unwrap();
    assert_eq!((found.images, found.class_agreement), (count, None));

    let indices: Vec<usize> = (0..count).collect();
    let pixels = dataset.gather(&indices).unwrap().images;
    let images: Vec<&[f32]> = pixels.chunks(64).collect();
    let norm = |row: &[f32]| {
        row.iter()
            .map(|&x| f64::from(x).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    // G(E(x)) = 2x: ‖x‖ away from x, on pixels of half the range.
    close(
        found.error,
        mean(images.iter().map(|x| norm(x) / 2.0).collect()),
    );
    let order = permutation(&mut keyed_rng(3, "other images", 0), count);
    let mut others = vec![0; count];
    for (&index, &next) in order.iter().zip(order.iter().cycle().skip(1)) {
        others[index] = next;
    }
    let doubled: Vec<Vec<f32>> = images
        .iter()
        .map(|x| x.iter().map(|x| 2.0 * x).collect())
        .collect();
    let apart = (0..count).map(|i| distance(images[others[i]], &doubled[i]) / 2.0);
    close(found.other_error, mean(apart.collect()));
    // E(G(z)) = 2z: ‖z‖ away from z.
    let drawn = LatentSpec::normal(64).draw(count, &mut keyed_rng(3, "inverse check", 0));
    let latents: Vec<&[f32]> = drawn.chunks(64).collect();
    close(
        found.inverse_error,
        mean(latents.iter().map(|z| norm(z)).collect()),
    );
    let apart = (0..count).map(|i| {
        let doubled: Vec<f32> = latents[i].iter().map(|z| 2.0 * z).collect();
        distance(latents[(i + 1) % count], &doubled)
    });
    close(found.other_inverse_error, mean(apart.collect()));
    // E(x) = 2x: twice the means, four times the variances.
    let column = |pixel: usize| images.iter().map(move |x| f64::from(x[pixel]));
    let means: Vec<f64> = (0..64).map(|pixel| mean(column(pixel).collect())).collect();
    let variance = |pixel: usize| mean(column(pixel).map(|x| (x - means[pixel]).powi(2)).collect());
    close(
        found.latent_variance,
        4.0 * mean((0..64).map(variance).collect()),
    );
    close(
        found.latent_mean,
        2.0 * mean(means.iter().map(|mean| mean * mean).collect()).sqrt(),
    );
    close(found.ratio(), found.error / found.other_error);
    close(
        found.inverse_ratio(),
        found.inverse_error / found.other_inverse_error,
    );
}

#[test]
fn perfect_inverses_agree_and_a_constant_generator_has_the_share_of_one_class() {
    let dataset = digits(28);
    let shape = dataset.shape();
    let options = ReconstructionOptions {
        count: 300,
        ..ReconstructionOptions::default()
    };
    let measure = |generator| {
        let encoder = pair(shape, generator, 1.0);
        Reconstruction::measure(&encoder, &dataset, &options).unwrap()
    };
    let perfect = measure([1.0, 0.0]);
    assert_eq!(perfect.class_agreement, Some(1.0));
    close(perfect.error, 0.0);
    close(perfect.inverse_error, 0.0);

    let constant = measure([0.0, -1.0]);
    let classifier = DigitClassifier::shipped(&Device::flex()).unwrap();
    let labels = |pixels: Vec<f32>| {
        let dims = [pixels.len() / shape.values(), 1, 28, 28];
        let images = Tensor::from_data(TensorData::new(pixels, dims), &Device::flex());
        let labels = classifier.labels(images).unwrap().into_data();
        labels.iter::<i64>().collect::<Vec<i64>>()
    };
    let indices: Vec<usize> = (0..300).collect();
    let of_images = labels(dataset.gather(&indices).unwrap().images);
    let black = labels(vec![-1.0; shape.values()])[0];
    let share = of_images.iter().filter(|&&label| label == black).count() as f64 / 300.0;
    assert!(share > 0.01 && share < 0.5, "{share}");
    assert_eq!(constant.class_agreement, Some(share));
    // The latent is lost.
    close(constant.inverse_ratio(), 1.0);
}

use burn::module::Module;
use burn::tensor::{Device, Distribution, Int, Tensor};

use super::*;
use crate::layers::{average_pool, upsample_bilinear};
use crate::{
    Discriminator, DiscriminatorInput, Generator, GeneratorInput, collect_weights, keyed_rng,
};

const IMAGE: ImageShape = ImageShape {
    channels: 3,
    height: 20,
    width: 40,
};

fn config(widths: &[usize]) -> LapganGeneratorConfig {
    LapganGeneratorConfig {
        latent: 4,
        ..LapganGeneratorConfig::new([5, 10], [6], widths)
    }
}

fn generator(widths: &[usize], classes: usize) -> LapganGenerator {
    let mut rng = keyed_rng(0, "weights", 0);
    let built = config(widths).init(IMAGE, classes, &mut rng, &Device::flex());
    built.unwrap()
}

fn random<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), &Device::flex())
}

fn classes(count: i64) -> Tensor<1, Int> {
    Tensor::arange(0..count, &Device::flex())
}

fn largest<const D: usize>(difference: Tensor<D>) -> f32 {
    difference.abs().max().into_scalar()
}

#[test]
fn a_pyramid_reconstructs_its_images() {
    let images = random([4, 3, 32, 48]);
    for levels in 1..=5 {
        let pyramid = LaplacianPyramid::new(images.clone(), levels);
        assert_eq!(pyramid.images.len(), levels);
        assert_eq!(
            pyramid.images[0].dims(),
            [4, 3, 32 >> (levels - 1), 48 >> (levels - 1)]
        );
        assert!(largest(pyramid.reconstruct() - images.clone()) < 1e-6);
        for (level, coarse) in (1..).zip(&pyramid.coarse) {
            let before = average_pool(pyramid.images[level].clone());
            assert!(largest(before.clone() - pyramid.images[level - 1].clone()) < 1e-6);
            assert!(largest(upsample_bilinear(before) - coarse.clone()) < 1e-6);
        }
    }
}

#[test]
fn a_latent_is_that_of_all_levels() {
    let three = config(&[2, 3]);
    assert_eq!(three.latents(), [4, 200, 800]);
    assert_eq!(three.latent().dimension, 1004);
    assert_eq!(three.trained_levels().collect::<Vec<_>>(), [0, 1, 2]);
    let skipping = config(&[0, 3]);
    assert_eq!(skipping.latents(), [4, 0, 800]);
    assert_eq!(skipping.trained_levels().collect::<Vec<_>>(), [0, 2]);
    // A description in a file may hold anything.
    let endless = LapganGeneratorConfig::new([usize::MAX, 2], [], vec![1; 100]);
    assert_eq!(endless.latent().dimension, usize::MAX);
}

#[test]
fn the_cascade_is_its_levels_one_after_the_other() {
    for count in [0, 2] {
        let network = generator(&[2, 3], count);
        let class = (count > 0).then(|| classes(2));
        let noise = random([2, 1004]);
        let input = GeneratorInput::noise(noise.clone()).with_class(class.clone());
        let images = network.forward(input);
        assert_eq!(images.dims(), [2, 3, 20, 40]);

        let part = |start, length| noise.clone().narrow(1, start, length);
        let mut by_hand = network.coarsest(part(0, 4), class.clone());
        for (level, start, length) in [(1, 4, 200), (2, 204, 800)] {
            let coarse = upsample_bilinear(by_hand);
            let finer = network.finer(level).unwrap();
            by_hand = finer.forward(coarse, part(start, length), class.clone());
        }
        assert!(largest(images - by_hand) < 1e-6);
    }
}

#[test]
fn two_planes_of_noise_give_two_images_of_one_coarse_image() {
    let network = generator(&[2, 3], 0);
    let coarse = random([1, 3, 10, 20]);
    let finer = network.finer(1).unwrap();
    let [one, other] = [(); 2].map(|()| finer.forward(coarse.clone(), random([1, 200]), None));
    assert!(largest(one - other) > 1e-3);
}

#[test]
fn two_classes_give_two_images_and_two_scores() {
    let network = generator(&[2, 3], 2);
    let (noise, class) = (random([1, 1004]), classes(2));
    let noise = noise.repeat_dim(0, 2);
    let images = network.forward(GeneratorInput::noise(noise).with_class(Some(class.clone())));
    let [one, other] = [0, 1].map(|row| images.clone().narrow(0, row, 1));
    assert!(largest(one - other) > 1e-3);

    let config = LapganDiscriminatorConfig::new([6], 2);
    for (level, shape) in level_shapes(IMAGE, 3).into_iter().enumerate() {
        let mut rng = keyed_rng(0, "weights", 0);
        let network = config.init(level, shape, 2, &mut rng, &Device::flex());
        let images = random([1, 3, shape.height, shape.width]).repeat_dim(0, 2);
        let input = DiscriminatorInput::new(images).with_class(Some(class.clone()));
        let scores = network.unwrap().forward(input).logits;
        let [one, other] = [0, 1].map(|row| scores.clone().narrow(0, row, 1));
        assert!(largest(one - other) > 1e-4, "level {level}");
    }
}

#[test]
fn a_level_of_width_0_upsamples_and_leaves_the_coarser_levels_as_they_are() {
    let [whole, coarse] = [[2, 3], [0, 0]].map(|widths| generator(&widths, 0));
    let weights = collect_weights(&whole);
    assert!(weights.len() > collect_weights(&coarse).len());
    for (name, data) in collect_weights(&coarse) {
        assert_eq!(weights[&name], data, "{name}");
    }
    let noise = random([2, 4]);
    let images = coarse.forward(GeneratorInput::noise(noise.clone()));
    let by_hand = upsample_bilinear(upsample_bilinear(whole.coarsest(noise, None)));
    assert!(largest(images - by_hand) < 1e-6);
}

#[test]
fn input_gradients_are_those_of_the_backward_pass() {
    let device = Device::flex().autodiff();
    let config = LapganDiscriminatorConfig {
        dropout_hidden: 0.0,
        ..LapganDiscriminatorConfig::new([6], 3)
    };
    for (level, shape) in level_shapes(IMAGE, 3).into_iter().enumerate() {
        let mut rng = keyed_rng(0, "weights", 0);
        let network = config.init(level, shape, 2, &mut rng, &device).unwrap();
        let dims = [2, 3, shape.height, shape.width];
        let range = Distribution::Uniform(-1.0, 1.0);
        let images = Tensor::<4>::random(dims, range, &device).require_grad();
        let class = Tensor::arange(0..2, &device);
        let input = DiscriminatorInput::new(images.clone()).with_class(Some(class));
        let backward = network.forward(input.clone()).logits.sum().backward();
        let expected = images.grad(&backward).unwrap();
        let found = network.input_gradient(input).unwrap().gradient.inner();
        assert!(largest(found - expected.clone()) < 1e-6, "level {level}");
        assert!(largest(expected) > 1e-4, "level {level}");
    }
}

#[test]
fn computed_sizes_are_those_of_the_networks() {
    for (widths, count) in [([2, 3], 0), ([2, 3], 4), ([0, 3], 4), ([0, 0], 0)] {
        let config = config(&widths);
        let network = generator(&widths, count);
        let size = config.size(IMAGE, count).unwrap();
        assert!(
            (size.parameters - network.num_params() as f64).abs() < 0.5,
            "{widths:?}"
        );
        assert!(size.per_image >= size.largest && size.largest > 0.0);

        let players = LapganDiscriminatorConfig::new([6], 2);
        let shapes = config.shapes(IMAGE).unwrap();
        let levels = config.trained_levels().map(|level| (level, shapes[level]));
        let levels: Vec<_> = levels.collect();
        let built = levels.iter().map(|&(level, shape)| {
            let mut rng = keyed_rng(0, "weights", 0);
            let network = players.init(level, shape, count, &mut rng, &Device::flex());
            network.unwrap().num_params() as f64
        });
        let built: f64 = built.sum();
        let size = players.size(&levels, count);
        assert!(
            (size.parameters - built).abs() < 0.5,
            "{widths:?}: {size:?}, {built}"
        );
    }
    assert!(config(&[2]).size(IMAGE, 0).is_none());
}

#[test]
fn memory_grows_with_levels_and_batch() {
    let [two, three] = [[2, 0], [2, 3]].map(|widths| generator(&widths, 0).forward_memory(1));
    let image = 3 * 20 * 40 * 4;
    assert!(two > image && three > two, "{two}, {three}");
    let network = generator(&[2, 3], 0);
    assert_eq!(network.forward_memory(7), 7 * three);
    assert_eq!(network.forward_memory(usize::MAX), u64::MAX);
}

#[test]
fn sizes_that_do_not_double_to_the_image_are_refused() {
    let mut rng = keyed_rng(0, "weights", 0);
    let mut refuse = |config: &LapganGeneratorConfig| {
        let refused = config.init(IMAGE, 0, &mut rng, &Device::flex());
        refused.unwrap_err().to_string()
    };
    for (coarsest, widths, parts) in [
        (
            [5, 5],
            vec![2, 2],
            ["`coarsest` is [5, 5]", "[5, 10] for images of 20×40"],
        ),
        ([5, 10], vec![2], ["`coarsest` is [5, 10]", "[10, 20] for"]),
        ([5, 10], vec![2; 4], ["doublings", "`data.size`"]),
        (
            [5, 10],
            vec![2; 40],
            ["`widths` is a list of 40", "at most 11"],
        ),
        (
            [2, 5],
            vec![2; 3],
            ["`coarsest` is [2, 5]", "there is none"],
        ),
    ] {
        let message = refuse(&LapganGeneratorConfig::new(coarsest, [6], widths));
        for part in parts {
            assert!(message.contains(part), "{message}");
        }
    }
    let image = ImageShape {
        height: 12,
        width: 12,
        ..IMAGE
    };
    let small = LapganGeneratorConfig::new([3, 3], [6], [2, 2]);
    let mut rng = keyed_rng(0, "weights", 0);
    let refused = small.init(image, 0, &mut rng, &Device::flex()).unwrap_err();
    assert!(
        refused.to_string().contains("9 pixels or more"),
        "{refused}"
    );
    // Its size is asked for before it is built, on packed images too.
    assert!(small.size(image, 0).is_none());
    for side in 0..9 {
        let shape = ImageShape {
            height: side,
            width: side,
            ..image
        };
        let size = LapganDiscriminatorConfig::new([6], 2).size(&[(1, shape)], 0);
        assert!(size.parameters.is_finite(), "{side}");
    }
    // A level without networks may be of any size.
    let small = LapganGeneratorConfig::new([3, 3], [6], [0, 2]);
    assert!(small.init(image, 0, &mut rng, &Device::flex()).is_ok());
}

#[test]
fn values_out_of_range_are_refused_at_every_level() {
    let good = LapganDiscriminatorConfig::new([6], 2);
    let dropout = LapganDiscriminatorConfig {
        dropout_hidden: 1.0,
        ..good.clone()
    };
    let init = LapganDiscriminatorConfig {
        init: Init::Normal { std: 0.0 },
        ..good
    };
    for (level, shape) in level_shapes(IMAGE, 3).into_iter().enumerate() {
        for (config, key) in [
            (&dropout, "`dropout_hidden` is 1"),
            (&init, "`init.std` is 0"),
        ] {
            let mut rng = keyed_rng(0, "weights", 0);
            let refused = config.init(level, shape, 0, &mut rng, &Device::flex());
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains(key), "level {level}: {refused}");
        }
    }
}

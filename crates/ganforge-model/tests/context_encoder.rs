//! What the generator of the Context-Encoder does to images.
#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use ganforge_model::networks::{ContextEncoderGenerator, ContextEncoderGeneratorConfig, Region};
use ganforge_model::{Generator, GeneratorArchitecture, GeneratorInput, ImageShape, keyed_rng};

fn image(channels: usize, height: usize, width: usize) -> ImageShape {
    ImageShape {
        channels,
        height,
        width,
    }
}

fn config(region: Region, overlap: usize) -> ContextEncoderGeneratorConfig {
    ContextEncoderGeneratorConfig {
        region,
        overlap,
        ..ContextEncoderGeneratorConfig::new([4, 6], 8, [6, 4])
    }
}

fn network(config: &ContextEncoderGeneratorConfig, image: ImageShape) -> ContextEncoderGenerator {
    let mut rng = keyed_rng(3, "weights", 0);
    config.init(image, 0, &mut rng, &Device::flex()).unwrap()
}

/// Two random images of a shape, as values.
fn images(shape: ImageShape) -> Vec<f32> {
    let dims = [2, shape.channels, shape.height, shape.width];
    let images = Tensor::<4>::random(dims, Distribution::Uniform(-1.0, 1.0), &Device::flex());
    images.into_data().try_to_vec().unwrap()
}

/// The images, cut and completed.
fn complete(
    config: &ContextEncoderGeneratorConfig,
    shape: ImageShape,
    pixels: &[f32],
    mask: &[f32],
) -> Vec<f32> {
    let inputs = pixels.chunks(shape.values());
    let inputs: Vec<f32> = inputs
        .flat_map(|pixels| config.cut(pixels, shape, mask))
        .collect();
    let dims = [2, shape.channels + 1, shape.height, shape.width];
    let inputs = Tensor::from_data(TensorData::new(inputs, dims), &Device::flex());
    let completed = network(config, shape).forward(GeneratorInput::image(inputs));
    assert_eq!(
        completed.dims(),
        [2, shape.channels, shape.height, shape.width]
    );
    completed.into_data().try_to_vec().unwrap()
}

#[test]
fn the_context_is_kept_and_the_hole_is_predicted_from_it_alone() {
    for (region, overlap, shape) in [
        (Region::Centre, 0, image(1, 28, 28)),
        (Region::Centre, 2, image(3, 16, 24)),
        (Region::Random, 0, image(3, 12, 16)),
        (Region::Random, 0, image(1, 14, 9)),
    ] {
        let config = config(region, overlap);
        let mask = config.mask(shape, &mut keyed_rng(0, "mask", 0));
        let pixels = images(shape);
        let completed = complete(&config, shape, &pixels, &mask);
        let is_missing = |index: usize| mask[index % mask.len()] > 0.5;
        let (mut kept, mut changed) = (0, 0);
        for (index, (before, after)) in pixels.iter().zip(&completed).enumerate() {
            if is_missing(index) {
                changed += usize::from(before != after);
            } else {
                assert!((before - after).abs() < 1e-6);
                kept += 1;
            }
        }
        assert!(
            changed > 0 && kept > changed,
            "{region:?}: {kept}, {changed}"
        );
        // Other pixels in the hole change nothing.
        let mut others = pixels.clone();
        for (index, pixel) in others.iter_mut().enumerate() {
            if is_missing(index) {
                *pixel = 0.9;
            }
        }
        assert_eq!(complete(&config, shape, &others, &mask), completed);
        // Another context does.
        let context = (0..).find(|&index| !is_missing(index)).unwrap();
        others[context] = -others[context];
        let other = complete(&config, shape, &others, &mask);
        let mut missing = (0..other.len()).filter(|&index| is_missing(index));
        assert!(missing.any(|index| (other[index] - completed[index]).abs() > 0.0));
    }
}

#[test]
fn holes_have_the_papers_colour_or_that_of_the_recipe() {
    let rgb = image(3, 8, 8);
    let config = config(Region::Centre, 0);
    let mask = config.mask(rgb, &mut keyed_rng(0, "mask", 0));
    let cut = config.cut(&[1.0; 192], rgb, &mask);
    let is = |found: f32, expected: f32| (found - expected).abs() < 1e-4;
    for (plane, byte) in [(0, 117.0), (64, 104.0), (128, 123.0)] {
        assert!(is((cut[plane + 27] + 1.0) * 127.5, byte));
    }
    // The corner is not missing, and the last plane is the mask.
    assert!(is(cut[0], 1.0));
    assert_eq!(cut[192..], mask);
    let grey = image(1, 8, 8);
    assert!(is(config.cut(&[1.0; 64], grey, &mask)[27], 0.0));
    let black = ContextEncoderGeneratorConfig {
        fill: Some(vec![-1.0]),
        ..config
    };
    assert!(is(black.cut(&[1.0; 64], grey, &mask)[27], -1.0));
}

#[test]
fn layers_that_do_not_fit_the_images_are_refused_with_the_key() {
    let base = || ContextEncoderGeneratorConfig::new([4, 6], 8, [6, 4]);
    let cases = [
        (base(), image(1, 30, 30), "data.size"),
        (base(), image(1, 2, 2), "data.size"),
        (
            ContextEncoderGeneratorConfig {
                encoder: vec![4; 4],
                ..base()
            },
            image(1, 8, 8),
            "encoder",
        ),
        (
            ContextEncoderGeneratorConfig {
                encoder: vec![4; 100],
                ..base()
            },
            image(1, 8, 8),
            "encoder",
        ),
        (
            ContextEncoderGeneratorConfig {
                decoder: vec![4; 3],
                ..base()
            },
            image(1, 8, 8),
            "decoder",
        ),
        (
            ContextEncoderGeneratorConfig {
                decoder: vec![],
                ..base()
            },
            image(1, 8, 8),
            "decoder",
        ),
        (
            ContextEncoderGeneratorConfig {
                overlap: 2,
                ..base()
            },
            image(1, 8, 8),
            "overlap",
        ),
        (
            ContextEncoderGeneratorConfig {
                overlap: 1,
                region: Region::Random,
                ..base()
            },
            image(1, 8, 8),
            "overlap",
        ),
        (
            ContextEncoderGeneratorConfig {
                fill: Some(vec![0.0; 3]),
                ..base()
            },
            image(1, 8, 8),
            "fill",
        ),
        (
            ContextEncoderGeneratorConfig {
                fill: Some(vec![1.5]),
                ..base()
            },
            image(1, 8, 8),
            "fill",
        ),
        (
            ContextEncoderGeneratorConfig { code: 0, ..base() },
            image(1, 8, 8),
            "code",
        ),
    ];
    for (config, shape, key) in cases {
        let mut rng = keyed_rng(0, "weights", 0);
        let refused = config
            .init(shape, 0, &mut rng, &Device::flex())
            .unwrap_err();
        assert_eq!(refused.key, key, "{refused}");
    }
}

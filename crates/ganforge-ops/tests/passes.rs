//! Every pass of every algorithm agrees with its definition in double precision.

mod reference;

use ganforge_ops::{Algorithm, ConvShape};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reference::noise;

/// The largest error allowed, relative to the largest element of the result.
const TOLERANCE: f64 = 1e-5;

#[track_caller]
fn assert_close(what: &str, shape: &ConvShape, actual: &[f32], expected: &[f64]) {
    let scale = expected
        .iter()
        .fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (at, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        let error = (f64::from(*actual) - expected).abs();
        assert!(
            error <= TOLERANCE * scale,
            "{what} of {shape:?} at {at}: {actual} for {expected}, with a largest of {scale}"
        );
    }
}

fn check(shape: &ConvShape) {
    let input = noise(shape.input_len(), 1);
    let weight = noise(shape.weight_len(), 2);
    let gradient = noise(shape.output_len(), 3);
    let output = reference::convolve(shape, &input, &weight);
    let input_gradient = reference::input_gradient(shape, &gradient, &weight);
    let weight_gradient = reference::weight_gradient(shape, &input, &gradient);
    for algorithm in Algorithm::ALL {
        if !algorithm.supports(shape) {
            continue;
        }
        // Neither the contents of a destination nor those of scratch memory may affect the result.
        let dirty = |len| vec![f32::NAN; len];
        let mut actual = dirty(shape.output_len());
        algorithm.convolve(shape, &input, &weight, &mut actual);
        assert_close(&format!("{algorithm:?} output"), shape, &actual, &output);
        let mut actual = dirty(shape.input_len());
        algorithm.convolve_input_gradient(shape, &gradient, &weight, &mut actual);
        assert_close(
            &format!("{algorithm:?} input gradient"),
            shape,
            &actual,
            &input_gradient,
        );
        let mut actual = dirty(shape.weight_len());
        algorithm.convolve_weight_gradient(shape, &input, &gradient, &mut actual);
        assert_close(
            &format!("{algorithm:?} weight gradient"),
            shape,
            &actual,
            &weight_gradient,
        );
    }
}

#[test]
fn a_grid_of_shapes_agrees_with_the_definition() {
    for kernel in [1, 3, 4, 5] {
        for stride in [1, 2] {
            for padding in [0, 1, 2] {
                for (batch, channels, size) in [
                    (1, [1, 1], [5, 5]),
                    (3, [2, 5], [6, 9]),
                    (2, [17, 3], [8, 5]),
                    (5, [1, 19], [7, 7]),
                ] {
                    let [kernel, stride, padding] = [kernel, stride, padding].map(|n| [n, n]);
                    check(&ConvShape::new(batch, channels, size, kernel, stride, padding).unwrap());
                }
            }
        }
    }
}

#[test]
fn non_square_kernels_agree_with_the_definition() {
    for (kernel, stride, padding) in [
        ([1, 4], [1, 2], [0, 1]),
        ([5, 2], [3, 1], [2, 0]),
        ([3, 3], [4, 3], [3, 1]),
        ([4, 4], [2, 1], [1, 1]),
    ] {
        check(&ConvShape::new(2, [3, 4], [9, 6], kernel, stride, padding).unwrap());
    }
}

/// The DCGAN layer, with sizes around the blocks of 16 channels and the tiles of 2 × 2 outputs.
#[test]
fn the_dcgan_layer_agrees_with_the_definition_for_all_remainders() {
    for channels in [[1, 1], [15, 17], [16, 16], [33, 4], [3, 40], [64, 64]] {
        for size in [[2, 2], [3, 3], [4, 4], [5, 7], [6, 8], [9, 2], [16, 12]] {
            check(&ConvShape::new(3, channels, size, [4, 4], [2, 2], [1, 1]).unwrap());
        }
    }
}

/// The layer of residual networks, with sizes around the same.
#[test]
fn the_residual_layer_agrees_with_the_definition_for_all_remainders() {
    for channels in [[1, 1], [15, 17], [16, 16], [33, 4], [3, 70], [64, 64]] {
        for size in [[1, 1], [2, 2], [3, 3], [5, 7], [6, 8], [9, 2]] {
            check(&ConvShape::new(3, channels, size, [3, 3], [1, 1], [1, 1]).unwrap());
        }
    }
}

/// Images of few channels and many positions as input or output: the first and last layers of networks.
#[test]
fn layers_of_few_channels_agree_with_the_definition() {
    for channels in [[1, 64], [3, 20], [4, 7], [64, 1], [20, 3]] {
        for (size, kernel, stride) in [
            ([16, 20], [4, 4], [2, 2]),
            ([16, 32], [4, 4], [2, 2]),
            ([8, 64], [4, 4], [2, 2]),
            ([17, 18], [4, 4], [2, 2]),
            ([9, 13], [3, 3], [1, 1]),
            ([12, 15], [1, 1], [1, 1]),
        ] {
            check(&ConvShape::new(3, channels, size, kernel, stride, [1, 1]).unwrap());
        }
    }
}

/// Batches of several groups of images with an incomplete last one, large enough for several threads.
#[test]
fn large_batches_agree_with_the_definition() {
    for (batch, channels, size) in [
        (37, [16, 33], [16, 16]),
        (130, [32, 16], [8, 8]),
        (131, [4, 8], [8, 6]),
    ] {
        check(&ConvShape::new(batch, channels, size, [4, 4], [2, 2], [1, 1]).unwrap());
    }
    check(&ConvShape::new(37, [24, 20], [12, 10], [3, 3], [1, 1], [1, 1]).unwrap());
}

#[test]
fn random_shapes_agree_with_the_definition() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut pair = |low, high| {
        [
            random.random_range(low..=high),
            random.random_range(low..=high),
        ]
    };
    let mut computed = 0;
    while computed < 150 {
        let [batch, _] = pair(1, 6);
        let (channels, size) = (pair(1, 21), pair(1, 13));
        let (kernel, stride, padding) = (pair(1, 6), pair(1, 3), pair(0, 3));
        if let Ok(shape) = ConvShape::new(batch, channels, size, kernel, stride, padding) {
            check(&shape);
            computed += 1;
        }
    }
}

#[test]
fn repeated_calls_are_bitwise_equal() {
    for (batch, channels, size) in [
        (64, [16, 32], [16, 16]),
        (33, [1, 40], [16, 16]),
        (33, [3, 40], [32, 32]),
        (1, [64, 128], [32, 32]),
    ] {
        let shape = ConvShape::new(batch, channels, size, [4, 4], [2, 2], [1, 1]).unwrap();
        let input = noise(shape.input_len(), 1);
        let weight = noise(shape.weight_len(), 2);
        let gradient = noise(shape.output_len(), 3);
        for algorithm in Algorithm::ALL
            .into_iter()
            .filter(|algorithm| algorithm.supports(&shape))
        {
            let run = || {
                let mut output = vec![0.0; shape.output_len()];
                let mut input_gradient = vec![0.0; shape.input_len()];
                let mut weight_gradient = vec![0.0; shape.weight_len()];
                algorithm.convolve(&shape, &input, &weight, &mut output);
                algorithm.convolve_input_gradient(&shape, &gradient, &weight, &mut input_gradient);
                algorithm.convolve_weight_gradient(&shape, &input, &gradient, &mut weight_gradient);
                [output, input_gradient, weight_gradient]
            };
            let first = run();
            for _ in 0..5 {
                assert!(first == run(), "{algorithm:?} on {shape:?}");
            }
        }
    }
}

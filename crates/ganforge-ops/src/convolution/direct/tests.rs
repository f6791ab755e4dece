//! Every instruction set agrees with the im2col passes, bias included, for output counts and sizes that fill no whole tile.

use super::*;
use crate::instruction_sets::archs;

fn wave(len: usize, phase: f32) -> Vec<f32> {
    (0..len).map(|at| (at as f32 * 1.7 + phase).sin()).collect()
}

#[track_caller]
fn assert_close(shape: &ConvShape, actual: &[f32], expected: &[f32]) {
    let scale = expected
        .iter()
        .fold(0.0_f32, |most, value| most.max(value.abs()));
    for (actual, expected) in actual.iter().zip(expected) {
        let close = (actual - expected).abs() <= 1e-5 * scale;
        assert!(close, "{actual} for {expected} of {shape:?}");
    }
}

#[test]
fn all_instruction_sets_agree_with_im2col() {
    for outputs in [1, 2, 3, 4, 5, 6, 13] {
        for (inputs, size) in [(1, [32, 32]), (3, [32, 32]), (1, [8, 64]), (3, [16, 96])] {
            let shape = ConvShape::new(2, [inputs, outputs], size, [4, 4], [2, 2], [1, 1]);
            let shape = shape.unwrap();
            assert!(supports(&shape), "{shape:?}");
            let (input, weight) = (wave(shape.input_len(), 0.0), wave(shape.weight_len(), 1.0));
            let (gradient, bias) = (wave(shape.output_len(), 2.0), wave(outputs.max(3), 3.0));
            let output_bias = Some(&bias[..outputs]);
            let input_bias = Some(&bias[..inputs]);
            let mut output = vec![f32::NAN; shape.output_len()];
            let mut input_gradient = vec![f32::NAN; shape.input_len()];
            let into = output.as_mut_slice().into();
            im2col::convolve(&shape, &input, &weight, output_bias, into);
            let into = input_gradient.as_mut_slice().into();
            im2col::convolve_input_gradient(&shape, &gradient, &weight, input_bias, into);
            for arch in archs() {
                let mut actual = vec![f32::NAN; shape.output_len()];
                let into = actual.as_mut_slice().into();
                output::convolve(arch, &shape, &input, &weight, output_bias, into);
                assert_close(&shape, &actual, &output);
                if inputs != input_gradient::CHANNELS {
                    continue;
                }
                let mut actual = vec![f32::NAN; shape.input_len()];
                let into = actual.as_mut_slice().into();
                input_gradient::convolve(arch, &shape, &gradient, &weight, input_bias, into);
                assert_close(&shape, &actual, &input_gradient);
            }
        }
    }
}

#[test]
fn other_layers_are_not_supported() {
    let supported = |inputs, size, kernel: usize, stride: usize| {
        let shape = ConvShape::new(1, [inputs, 8], size, [kernel; 2], [stride; 2], [1, 1]);
        supports(&shape.unwrap())
    };
    assert!(supported(1, [8, 32], 4, 2));
    assert!(!supported(2, [32, 32], 4, 2));
    assert!(!supported(1, [33, 32], 4, 2));
    assert!(!supported(1, [32, 16], 4, 2));
    assert!(!supported(1, [6, 32], 4, 2));
    assert!(!supported(1, [32, 32], 3, 1));
}

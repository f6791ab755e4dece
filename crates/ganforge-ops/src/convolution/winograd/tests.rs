//! Instruction sets with fused multiply-add agree bitwise; scalar code differs by rounding.

use super::*;
use crate::instruction_sets::archs;

/// Different numbers of both signs.
fn wave(len: usize, phase: f32) -> Vec<f32> {
    (0..len).map(|at| (at as f32 * 1.7 + phase).sin()).collect()
}

#[test]
fn all_instruction_sets_agree() {
    for (batch, channels, size) in [
        (3, [16, 32], [8, 8]),
        (2, [20, 5], [9, 6]),
        (1, [48, 16], [4, 12]),
        (2, [16, 16], [5, 5]),
        (2, [80, 100], [6, 6]),
    ] {
        for (kernel, stride) in [([4, 4], [2, 2]), ([3, 3], [1, 1])] {
            let shape = ConvShape::new(batch, channels, size, kernel, stride, [1, 1]).unwrap();
            let passes: Vec<[Vec<f32>; 3]> = archs()
                .into_iter()
                .map(|arch| passes_on(arch, &shape))
                .collect();
            for others in &passes[2..] {
                assert!(*others == passes[1], "{shape:?}");
            }
            for (plain, vector) in passes[0].iter().zip(&passes[1]) {
                let scale = plain
                    .iter()
                    .fold(0.0_f32, |most, value| most.max(value.abs()));
                for (plain, vector) in plain.iter().zip(vector) {
                    assert!((plain - vector).abs() <= 1e-5 * scale, "{shape:?}");
                }
            }
        }
    }
}

fn passes_on(arch: Arch, shape: &ConvShape) -> [Vec<f32>; 3] {
    let input = wave(shape.input_len(), 0.0);
    let weight = wave(shape.weight_len(), 1.0);
    let gradient = wave(shape.output_len(), 2.0);
    let bias = wave(shape.outputs().max(shape.inputs()), 3.0);
    let mut output = vec![f32::NAN; shape.output_len()];
    let output_bias = Some(&bias[..shape.outputs()]);
    convolve_on(
        arch,
        shape,
        &input,
        &weight,
        output_bias,
        output.as_mut_slice().into(),
    );
    let mut input_gradient = vec![f32::NAN; shape.input_len()];
    let input_bias = Some(&bias[..shape.inputs()]);
    input_gradient_on(
        arch,
        shape,
        &gradient,
        &weight,
        input_bias,
        input_gradient.as_mut_slice().into(),
    );
    let mut weight_gradient = vec![f32::NAN; shape.weight_len()];
    weight_gradient_on(
        arch,
        shape,
        &input,
        &gradient,
        weight_gradient.as_mut_slice().into(),
    );
    [output, input_gradient, weight_gradient]
}

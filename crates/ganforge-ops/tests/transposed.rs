//! A transposed convolution equals the passes of [`ConvShape::transposed`] with the roles swapped.

use ganforge_ops::{ConvShape, convolve, convolve_input_gradient, convolve_weight_gradient};

/// One input pixel adds the kernel to the output, at the stride and less the padding; weights are `[inputs, outputs, height, width]`.
#[test]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
fn the_forward_pass_adds_a_kernel_per_pixel() {
    let shape = ConvShape::transposed(1, [2, 1], [1, 2], [3, 3], [2, 2], [1, 1], [1, 1]).unwrap();
    assert_eq!((shape.size(), shape.inputs()), ([2, 4], 1));
    let kernel: Vec<f32> = (1..=9_u8).map(f32::from).collect();
    let weight = [kernel.as_slice(), &[100.0; 9]].concat();
    let mut output = [f32::NAN; 8];
    convolve_input_gradient(&shape, &[1.0, 10.0, 0.0, 0.0], &weight, &mut output);
    assert_eq!(
        output,
        [5.0, 6.0 + 40.0, 50.0, 60.0, 8.0, 9.0 + 70.0, 80.0, 90.0]
    );
    convolve_input_gradient(&shape, &[0.0, 0.0, 1.0, 0.0], &weight, &mut output);
    assert_eq!(output, [100.0, 100.0, 0.0, 0.0, 100.0, 100.0, 0.0, 0.0]);
}

/// ⟨∂y, T(x, w)⟩ is linear in each of its three arguments, so ⟨x, ∂x⟩ = ⟨w, ∂w⟩ = ⟨∂y, y⟩.
#[test]
fn the_gradients_are_adjoint_to_the_forward_pass() {
    for size in [[4, 4], [3, 5]] {
        let shape =
            ConvShape::transposed(5, [32, 16], size, [4, 4], [2, 2], [1, 1], [0, 0]).unwrap();
        let wave = |len: usize, step: f32| -> Vec<f32> {
            (0..len).map(|at| (at as f32 * step).sin()).collect()
        };
        let (input, weight) = (wave(shape.output_len(), 1.3), wave(shape.weight_len(), 0.7));
        let gradient = wave(shape.input_len(), 2.1);
        let mut output = vec![0.0; shape.input_len()];
        convolve_input_gradient(&shape, &input, &weight, &mut output);
        let mut input_gradient = vec![0.0; shape.output_len()];
        convolve(&shape, &gradient, &weight, &mut input_gradient);
        let mut weight_gradient = vec![0.0; shape.weight_len()];
        convolve_weight_gradient(&shape, &gradient, &input, &mut weight_gradient);
        let product = |one: &[f32], other: &[f32]| -> f64 {
            let pairs = one.iter().zip(other);
            pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let expected = product(&gradient, &output);
        let scale = product(&gradient, &gradient).sqrt() * product(&output, &output).sqrt();
        for actual in [
            product(&input, &input_gradient),
            product(&weight, &weight_gradient),
        ] {
            assert!(
                (actual - expected).abs() <= 1e-6 * scale,
                "{actual} for {expected}"
            );
        }
    }
}

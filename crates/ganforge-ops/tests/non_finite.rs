//! NaN and infinity propagate to the elements that depend on them, and to no others.

mod reference;

use ganforge_ops::{Algorithm, ConvShape};
use reference::{for_each_product, noise};

const NOT_FINITE: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

fn shapes() -> impl Iterator<Item = ConvShape> {
    let layer = |channels, size| ConvShape::new(2, channels, size, [4, 4], [2, 2], [1, 1]);
    let unit_stride = |channels, size| ConvShape::new(2, channels, size, [3, 3], [1, 1], [1, 1]);
    [
        layer([2, 3], [8, 8]),
        layer([3, 2], [7, 10]),
        layer([17, 16], [6, 5]),
        layer([3, 2], [8, 32]),
        unit_stride([2, 3], [5, 4]),
        unit_stride([17, 3], [4, 6]),
    ]
    .into_iter()
    .map(Result::unwrap)
}

/// Asserts which elements are finite, and that a NaN does not become an infinity.
#[track_caller]
fn assert_affected(what: &str, planted: f32, result: &[f32], affected: &[bool]) {
    for (at, (value, affected)) in result.iter().zip(affected).enumerate() {
        let as_expected = match (*affected, planted.is_nan()) {
            (true, true) => value.is_nan(),
            (true, false) => !value.is_finite(),
            (false, _) => value.is_finite(),
        };
        assert!(as_expected, "{what}: {value} at {at} after a {planted}");
    }
}

#[test]
fn a_non_finite_pixel_affects_exactly_its_dependants() {
    for shape in shapes() {
        let weight = noise(shape.weight_len(), 2);
        for algorithm in Algorithm::ALL
            .into_iter()
            .filter(|algorithm| algorithm.supports(&shape))
        {
            for planted in NOT_FINITE {
                for at in (0..shape.input_len()).step_by(7) {
                    let mut input = noise(shape.input_len(), 1);
                    input[at] = planted;
                    let mut affected = vec![false; shape.output_len()];
                    for_each_product(&shape, |i, _, o| affected[o] |= i == at);
                    let mut output = vec![0.0; shape.output_len()];
                    algorithm.convolve(&shape, &input, &weight, &mut output);
                    assert_affected(
                        &format!("{algorithm:?} output"),
                        planted,
                        &output,
                        &affected,
                    );

                    let gradient = noise(shape.output_len(), 3);
                    let mut affected = vec![false; shape.weight_len()];
                    for_each_product(&shape, |i, w, _| affected[w] |= i == at);
                    let mut result = vec![0.0; shape.weight_len()];
                    algorithm.convolve_weight_gradient(&shape, &input, &gradient, &mut result);
                    // A last tile that extends beyond the output multiplies zeros there.
                    let halved = shape.output_size().iter().any(|size| size % 2 == 1);
                    if algorithm == Algorithm::Winograd && halved {
                        for (value, affected) in result.iter().zip(&mut affected) {
                            *affected |= !value.is_finite();
                        }
                    }
                    // With three taps, the transform of the gradient mixes all taps of a pair of channels.
                    if algorithm == Algorithm::Winograd && shape.kernel() == [3, 3] {
                        let pairs = result.chunks(9).zip(affected.chunks_mut(9));
                        for (values, affected) in pairs.filter(|(_, pair)| pair.contains(&true)) {
                            for (value, affected) in values.iter().zip(affected) {
                                *affected |= !value.is_finite();
                            }
                        }
                    }
                    assert_affected(
                        &format!("{algorithm:?} weights"),
                        planted,
                        &result,
                        &affected,
                    );
                }
                for at in (0..shape.output_len()).step_by(5) {
                    let mut gradient = noise(shape.output_len(), 3);
                    gradient[at] = planted;
                    let mut affected = vec![false; shape.input_len()];
                    for_each_product(&shape, |i, _, o| affected[i] |= o == at);
                    let mut result = vec![0.0; shape.input_len()];
                    algorithm.convolve_input_gradient(&shape, &gradient, &weight, &mut result);
                    assert_affected(&format!("{algorithm:?} input"), planted, &result, &affected);
                }
            }
        }
    }
}

/// An infinite weight may also turn outputs at the border to NaN, because it multiplies the padding's zeros.
#[test]
fn a_non_finite_weight_affects_its_dependants() {
    for shape in shapes() {
        let input = noise(shape.input_len(), 1);
        let gradient = noise(shape.output_len(), 3);
        for algorithm in Algorithm::ALL
            .into_iter()
            .filter(|algorithm| algorithm.supports(&shape))
        {
            for at in (0..shape.weight_len()).step_by(11) {
                let mut weight = noise(shape.weight_len(), 2);
                weight[at] = f32::INFINITY;
                let mut output = vec![0.0; shape.output_len()];
                algorithm.convolve(&shape, &input, &weight, &mut output);
                let mut result = vec![0.0; shape.input_len()];
                algorithm.convolve_input_gradient(&shape, &gradient, &weight, &mut result);
                for_each_product(&shape, |i, w, o| {
                    if w == at {
                        assert!(!output[o].is_finite() && !result[i].is_finite());
                    }
                });
            }
        }
    }
}

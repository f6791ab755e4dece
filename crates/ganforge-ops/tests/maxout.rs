//! Maxout agrees with Burn's own operations on the CPU backend, forward and backward.

mod tensor;

use burn::tensor::Tensor;
use ganforge_ops::maxout;
use tensor::{assert_close, backward, device, noise, numbers};

/// Batch, units, pieces per unit.
const SHAPES: [[usize; 3]; 5] = [[1, 1, 1], [3, 17, 2], [7, 9, 3], [65, 100, 5], [4, 11, 8]];

fn burns(pieces: Tensor<2>, count: usize) -> Tensor<2> {
    let [batch, width] = pieces.dims();
    let units: Tensor<3> = pieces.reshape([batch, width / count, count]);
    units.max_dim(2).squeeze_dim(2)
}

/// Output and gradient with respect to the pieces of a loss that weighs every output differently.
fn passes(
    function: fn(Tensor<2>, usize) -> Tensor<2>,
    [batch, units, count]: [usize; 3],
) -> [Vec<f32>; 2] {
    // Rounded, so that some pieces are equal.
    let pieces = (noise([batch, units * count], 1, &device()) * 4.0)
        .round()
        .require_grad();
    let output = function(pieces.clone(), count);
    let gradients = backward(output.clone());
    let gradient = pieces.grad(&gradients).expect("the gradient");
    [output, gradient].map(|tensor| numbers(&tensor.into_data()))
}

#[test]
fn both_passes_agree_with_burn() {
    for shape in SHAPES {
        let (actual, expected) = (passes(maxout, shape), passes(burns, shape));
        assert_close(&format!("{shape:?}"), &actual, &expected);
    }
}

#[test]
#[should_panic(expected = "no whole units of 3")]
fn incomplete_units_panic() {
    let _ = maxout(Tensor::zeros([2, 7], &device()), 3);
}

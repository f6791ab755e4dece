//! On Burn's CPU backend: tensors are slices of floats.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;

use super::{ConvolutionOps, Pass};
use crate::storage::{contiguous, tensor, values};
use crate::{ConvShape, convolve, convolve_input_gradient, convolve_weight_gradient, pool};

impl ConvolutionOps for Flex {
    fn convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let result = run(pass, &shape, first, second);
        tensor(result, pass.result(&shape))
    }

    fn biased_convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let mut result = run(pass, &shape, first, second);
        let sizes = pass.result(&shape);
        add_bias(&mut result, sizes, values(&contiguous(bias)));
        tensor(result, sizes)
    }
}

fn run(pass: Pass, shape: &ConvShape, first: FlexTensor, second: FlexTensor) -> Vec<f32> {
    let kernel = match pass {
        Pass::Output => convolve,
        Pass::InputGradient => convolve_input_gradient,
        Pass::WeightGradient => convolve_weight_gradient,
    };
    let mut result = vec![0.0; pass.result(shape).iter().product()];
    let (first, second) = (contiguous(first), contiguous(second));
    kernel(shape, values(&first), values(&second), &mut result);
    result
}

/// # Shapes
/// - `images`: `[batch, channels, height, width]` = `sizes`
/// - `bias`: `[channels]`
fn add_bias(images: &mut [f32], [_, channels, height, width]: [usize; 4], bias: &[f32]) {
    let plane = height * width;
    // An addition is a single operation, but one that waits for memory.
    let threads = pool::threads(4.0 * images.len() as f64);
    pool::inside(threads, || {
        pool::for_each_chunk(threads, images, channels * plane, |_, image| {
            for (plane, bias) in image.chunks_exact_mut(plane).zip(bias) {
                for value in plane {
                    *value += bias;
                }
            }
        });
    });
}

//! Convolution on Burn's CPU backend Flex, whose tensors are slices of floats.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;

use super::{ConvolutionOps, Pass};
use crate::storage::{contiguous, tensor, values};
use crate::uninit;
use crate::{Algorithm, ConvShape};

impl ConvolutionOps for Flex {
    fn convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        tensor(run(pass, &shape, first, second, None), pass.result(&shape))
    }

    fn biased_convolution(
        pass: Pass,
        shape: ConvShape,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let bias = contiguous(bias);
        let result = run(pass, &shape, first, second, Some(values(&bias)));
        tensor(result, pass.result(&shape))
    }
}

fn run(
    pass: Pass,
    shape: &ConvShape,
    first: FlexTensor,
    second: FlexTensor,
    bias: Option<&[f32]>,
) -> Vec<f32> {
    let algorithm = Algorithm::for_shape(shape);
    let (first, second) = (contiguous(first), contiguous(second));
    let (first, second) = (values(&first), values(&second));
    let len = pass.result(shape).iter().product();
    let mut result = uninit::vector(len, |result| match pass {
        Pass::Output => algorithm.convolve_biased(shape, first, second, bias, result),
        Pass::InputGradient => {
            algorithm.input_gradient_biased(shape, first, second, bias, result);
        }
        Pass::WeightGradient => algorithm.weight_gradient(shape, first, second, result),
    });
    if let (Pass::WeightGradient, Some(bias)) = (pass, bias) {
        add_bias(&mut result, pass.result(shape), bias);
    }
    result
}

/// # Shapes
/// - `images`: `[batch, channels, height, width]` = `sizes`
/// - `bias`: `[channels]`
fn add_bias(images: &mut [f32], [_, channels, height, width]: [usize; 4], bias: &[f32]) {
    let plane = height * width;
    for image in images.chunks_exact_mut(channels * plane) {
        for (plane, bias) in image.chunks_exact_mut(plane).zip(bias) {
            for value in plane {
                *value += bias;
            }
        }
    }
}

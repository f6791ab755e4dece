//! Batch normalisation as an operation of Burn's backends.

use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, TensorMetadata, backend_extension};

use super::output::{self, Affine};
use super::{ImageDimensions, Moments};
use crate::activation::{Rectifier, with_rectifier};
use crate::storage::{contiguous, tensor, values, values_mut, writable};
use crate::uninit;

/// Batch normalisation in training mode by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait BatchNormOps: Backend {
    /// Returns output, mean and biased variance in 32-bit floats; mean and variance carry no gradient.
    ///
    /// # Shapes
    /// - `input`, output: `[batch, channels, …]`
    /// - `gamma`, `beta`, mean, variance: `[channels]`
    fn fused_batch_norm(
        rectifier: Rectifier,
        epsilon: f64,
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// Batch normalisation in inference mode, with given moments and without gradients.
#[backend_extension(Flex)]
pub trait BatchNormInferenceOps: Backend {
    /// # Shapes
    /// - `input`, output: `[batch, channels, …]`
    /// - `gamma`, `beta`, `mean`, `variance`: `[channels]`
    fn normalise_with(
        rectifier: Rectifier,
        epsilon: f64,
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// The backward pass of [`BatchNormOps`].
#[cfg(feature = "autodiff")]
pub trait BatchNormGradient: Backend {
    /// The gradients with respect to input, `gamma` and `beta`, from the operands, the batch's moments and the gradient with respect to the output.
    ///
    /// # Shapes
    /// - `[input, gamma, beta, mean, variance]` and `gradient`: as in [`BatchNormOps::fused_batch_norm`]
    fn batch_norm_gradients(
        rectifier: Rectifier,
        epsilon: f64,
        operands: [FloatTensor<Self>; 5],
        gradient: FloatTensor<Self>,
    ) -> [FloatTensor<Self>; 3];
}

impl BatchNormOps for Flex {
    fn fused_batch_norm(
        rectifier: Rectifier,
        epsilon: f64,
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [input, gamma, beta] = [input, gamma, beta].map(contiguous);
        let (shape, dimensions) = (input.shape(), dimensions(&input));
        let affine = affine(&gamma, &beta, epsilon);
        let numbers = values(&input);
        let mut moments = Vec::new();
        let output = uninit::vector(numbers.len(), |output| {
            moments = with_rectifier!(rectifier, function => {
                output::normalise(function, dimensions, affine, numbers, output)
            });
        });
        let of_channels = |numbers: Vec<f32>| tensor(numbers, [dimensions.channels]);
        (
            tensor(output, shape),
            of_channels(moments.iter().map(|moments| moments.mean).collect()),
            of_channels(moments.iter().map(|moments| moments.variance).collect()),
        )
    }
}

impl BatchNormInferenceOps for Flex {
    fn normalise_with(
        rectifier: Rectifier,
        epsilon: f64,
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [gamma, beta, mean, variance] = [gamma, beta, mean, variance].map(contiguous);
        let (mut moments, affine) = (moments(&mean, &variance), affine(&gamma, &beta, epsilon));
        let dimensions = dimensions(&input);
        let mut images = writable(input);
        let numbers = values_mut(&mut images);
        with_rectifier!(rectifier, function => {
            output::normalise_with(function, dimensions, affine, &mut moments, numbers);
        });
        images
    }
}

#[cfg(feature = "autodiff")]
impl BatchNormGradient for Flex {
    fn batch_norm_gradients(
        rectifier: Rectifier,
        epsilon: f64,
        operands: [FloatTensor<Self>; 5],
        gradient: FloatTensor<Self>,
    ) -> [FloatTensor<Self>; 3] {
        use super::gradient::{Gradients, backward};

        let [input, gamma, beta, mean, variance] = operands.map(contiguous);
        let (dimensions, affine) = (dimensions(&input), affine(&gamma, &beta, epsilon));
        let of_moments = |moments| Gradients {
            moments,
            ..Gradients::default()
        };
        let moments = moments(&mean, &variance).into_iter();
        let mut channels: Vec<Gradients> = moments.map(of_moments).collect();
        let mut gradient = writable(gradient);
        let (input, numbers) = (values(&input), values_mut(&mut gradient));
        with_rectifier!(rectifier, function => {
            backward(function, dimensions, affine, &mut channels, input, numbers);
        });
        let of_channels = |numbers: Vec<f32>| tensor(numbers, [dimensions.channels]);
        [
            gradient,
            of_channels(channels.iter().map(|channel| channel.gamma).collect()),
            of_channels(channels.iter().map(|channel| channel.beta).collect()),
        ]
    }
}

fn dimensions(images: &FlexTensor) -> ImageDimensions {
    ImageDimensions::of(&images.shape())
}

fn affine<'a>(gamma: &'a FlexTensor, beta: &'a FlexTensor, epsilon: f64) -> Affine<'a> {
    Affine {
        gamma: values(gamma),
        beta: values(beta),
        epsilon,
    }
}

fn moments(mean: &FlexTensor, variance: &FlexTensor) -> Vec<Moments> {
    let moments = values(mean).iter().zip(values(variance));
    moments
        .map(|(&mean, &variance)| Moments { mean, variance })
        .collect()
}

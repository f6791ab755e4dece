//! Instance norm and an activation (Ulyanov et al. 2016, "Instance Normalization: The Missing Ingredient for Fast Stylization").

use burn::tensor::Tensor;
use ganforge_ops::{Rectifier, batch_norm_train};

use super::kind::EPSILON;
use crate::layers::Activation;

/// Normalises each channel of each image to mean 0 and variance 1, without a trained scale or shift, then applies an activation, if
/// any.
///
/// # Shapes
/// - `images`, output: `[batch, channels, height, width]`
#[must_use]
pub fn instance_norm(images: Tensor<4>, activation: Option<Activation>) -> Tensor<4> {
    let [batch, channels, height, width] = images.dims();
    let device = images.device();
    // Each channel of each image becomes a channel of one image, for the fused batch norm.
    let rows = images.reshape([1, batch * channels, height, width]);
    let scale = Tensor::ones([batch * channels], &device);
    let shift = Tensor::zeros([batch * channels], &device);
    let fused = activation.map_or(Some(Rectifier::Linear), Activation::rectifier);
    let rectifier = fused.unwrap_or(Rectifier::Linear);
    let output = batch_norm_train(rows, scale, shift, EPSILON, rectifier).output;
    let output = output.reshape([batch, channels, height, width]);
    match (fused, activation) {
        (None, Some(activation)) => activation.forward(output),
        (Some(_), _) | (None, None) => output,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;

    fn values(images: Tensor<4>) -> Vec<f64> {
        images.into_data().iter::<f64>().collect()
    }

    #[test]
    fn each_channel_of_each_image_is_normalised_by_itself() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let images = Tensor::<4>::random([2, 3, 4, 5], Distribution::Normal(3.0, 2.0), &device);
            let output = values(instance_norm(images.clone(), None));
            for (plane, before) in output.chunks(20).zip(values(images.clone()).chunks(20)) {
                let moments = |values: &[f64]| {
                    let mean = values.iter().sum::<f64>() / 20.0;
                    let squares = values.iter().map(|value| (value - mean).powi(2));
                    [mean, (squares.sum::<f64>() / 20.0).sqrt()]
                };
                let ([mean, std], [before_mean, before_std]) = (moments(plane), moments(before));
                assert!(mean.abs() < 1e-5 && (std - 1.0).abs() < 1e-4);
                for (after, before) in plane.iter().zip(before) {
                    let expected = (before - before_mean) / before_std;
                    assert!((after - expected).abs() < 1e-3, "{after}, {expected}");
                }
            }
            // The other image has no effect.
            let alone = values(instance_norm(images.narrow(0, 1, 1), None));
            for (alone, together) in alone.iter().zip(&output[60..]) {
                assert!((alone - together).abs() < 1e-6);
            }
        }
    }
}

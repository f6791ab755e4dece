//! The two backward passes over memory: first the sums, then the gradient with respect to the input.

use pulp::Arch;

use super::output::{Affine, Constants};
use super::{ChannelGroup, ImageDimensions, Moments};
use crate::activation::Function;

/// The moments of a channel, and the gradients with respect to its scale and shift.
#[derive(Clone, Copy, Default)]
pub struct Gradients {
    pub moments: Moments,
    pub gamma: f32,
    pub beta: f32,
}

/// Replaces the gradient with respect to the output by that with respect to the input, and computes those with respect to scale and shift.
///
/// # Shapes
/// - `input`, `gradient`: as `dimensions`
/// - `channels`: `[channels]`, holding the batch's moments
pub fn backward<F: Function>(
    function: F,
    dimensions: ImageDimensions,
    affine: Affine,
    channels: &mut [Gradients],
    input: &[f32],
    gradient: &mut [f32],
) {
    dimensions.for_each_group(gradient.into(), channels, |group, gradients, channels| {
        let moments: Vec<Moments> = channels.iter().map(|channel| channel.moments).collect();
        let constants = Constants::new(group, affine, &moments);
        let sums = sums(function, group, &constants, input, gradients);
        let count = dimensions.count();
        let (mut gradient_means, mut correlation_means) = (Vec::new(), Vec::new());
        for (channel, [sum, product]) in channels.iter_mut().zip(sums) {
            let inverse = channel.moments.inverse_deviation(affine.epsilon);
            channel.beta = sum as f32;
            channel.gamma = (product * inverse) as f32;
            gradient_means.push((sum / count) as f32);
            correlation_means.push((product / count * inverse * inverse) as f32);
        }
        let (gradient_mean, correlation_mean) = (
            &group.broadcast(gradient_means.into_iter()),
            &group.broadcast(correlation_means.into_iter()),
        );
        let Constants { mean, scale, shift } = &constants;
        Arch::new().dispatch(|| {
            for (input, gradient) in group.channel_slices(input).zip(gradients) {
                let affine = mean.iter().zip(scale).zip(shift);
                let constants = affine.zip(gradient_mean.iter().zip(correlation_mean));
                let numbers = input.iter().zip(gradient.iter_mut());
                for (
                    (input, gradient),
                    (((mean, scale), shift), (gradient_mean, correlation_mean)),
                ) in numbers.zip(constants)
                {
                    let centred = input - mean;
                    let inner = function.gradient(centred * scale + shift, *gradient);
                    *gradient = scale * (inner - gradient_mean - centred * correlation_mean);
                }
            }
        });
    });
}

/// Σ h and Σ h (x − μ) of each channel of a group.
fn sums<F: Function>(
    function: F,
    group: ChannelGroup,
    Constants { mean, scale, shift }: &Constants,
    input: &[f32],
    gradients: &[&mut [f32]],
) -> Vec<[f64; 2]> {
    let (mut sums, mut products) = (vec![0.0; group.len()], vec![0.0; group.len()]);
    Arch::new().dispatch(|| {
        for block in group.blocks() {
            let (mean, scale) = (&mean[block.clone()], &scale[block.clone()]);
            let shift = &shift[block.clone()];
            let (sums, products) = (&mut sums[block.clone()], &mut products[block.clone()]);
            for (input, gradient) in group.channel_slices(input).zip(gradients) {
                let constants = mean.iter().zip(scale).zip(shift);
                let numbers = input[block.clone()].iter().zip(&gradient[block.clone()]);
                let sums = sums.iter_mut().zip(products.iter_mut());
                for (((input, gradient), ((mean, scale), shift)), (sum, product)) in
                    numbers.zip(constants).zip(sums)
                {
                    let centred = input - mean;
                    let inner = function.gradient(centred * scale + shift, *gradient);
                    *sum += f64::from(inner);
                    *product += f64::from(inner) * f64::from(centred);
                }
            }
        }
    });
    let sums = group
        .sum_per_channel(&sums)
        .zip(group.sum_per_channel(&products));
    sums.map(|(sum, product)| [sum, product]).collect()
}

//! The two sweeps backward: the sums, then the gradient by the input.

use pulp::Arch;

use super::output::{Affine, Constants};
use super::{Extent, Group, Moments};
use crate::activation::Function;

/// A channel's moments, and the gradients by its scale and shift.
#[derive(Clone, Copy, Default)]
pub struct Gradients {
    pub moments: Moments,
    pub gamma: f32,
    pub beta: f32,
}

/// Turns the gradient by the output into that by the input, and finds those by scale and shift.
///
/// # Shapes
/// - `input`, `gradient`: those of `extent`
/// - `channels`: `[channels]`, with the batch's moments
pub fn pull_back<F: Function>(
    function: F,
    extent: Extent,
    affine: Affine,
    channels: &mut [Gradients],
    input: &[f32],
    gradient: &mut [f32],
) {
    extent.for_each_group(gradient.into(), channels, |group, gradients, channels| {
        let moments: Vec<Moments> = channels.iter().map(|channel| channel.moments).collect();
        let constants = Constants::new(group, affine, &moments);
        let sums = sums(function, group, &constants, input, gradients);
        let count = extent.count();
        let (mut levels, mut tilts) = (Vec::new(), Vec::new());
        for (channel, [sum, product]) in channels.iter_mut().zip(sums) {
            let inverse = channel.moments.inverse_deviation(affine.epsilon);
            channel.beta = sum as f32;
            channel.gamma = (product * inverse) as f32;
            levels.push((sum / count) as f32);
            tilts.push((product / count * inverse * inverse) as f32);
        }
        let (level, tilt) = (
            &group.spread(levels.into_iter()),
            &group.spread(tilts.into_iter()),
        );
        let Constants { mean, scale, shift } = &constants;
        Arch::new().dispatch(|| {
            for (input, gradient) in group.parts(input).zip(gradients) {
                let affine = mean.iter().zip(scale).zip(shift);
                let constants = affine.zip(level.iter().zip(tilt));
                let numbers = input.iter().zip(gradient.iter_mut());
                for ((input, gradient), (((mean, scale), shift), (level, tilt))) in
                    numbers.zip(constants)
                {
                    let apart = input - mean;
                    let inner = function.gradient(apart * scale + shift, *gradient);
                    *gradient = scale * (inner - level - apart * tilt);
                }
            }
        });
    });
}

/// Σ h and Σ h (x − μ) of each channel of a group.
fn sums<F: Function>(
    function: F,
    group: Group,
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
            for (input, gradient) in group.parts(input).zip(gradients) {
                let constants = mean.iter().zip(scale).zip(shift);
                let numbers = input[block.clone()].iter().zip(&gradient[block.clone()]);
                let sums = sums.iter_mut().zip(products.iter_mut());
                for (((input, gradient), ((mean, scale), shift)), (sum, product)) in
                    numbers.zip(constants).zip(sums)
                {
                    let apart = input - mean;
                    let inner = function.gradient(apart * scale + shift, *gradient);
                    *sum += f64::from(inner);
                    *product += f64::from(inner) * f64::from(apart);
                }
            }
        }
    });
    let sums = group.gather(&sums).zip(group.gather(&products));
    sums.map(|(sum, product)| [sum, product]).collect()
}

//! The second forward pass over memory: the output.

use pulp::Arch;

use super::{ChannelGroup, ImageDimensions, Moments};
use crate::activation::Function;
use crate::uninit::Uninit;

/// Scale and shift of the channels, and the ε added to their variances.
#[derive(Clone, Copy)]
pub struct Affine<'a> {
    pub gamma: &'a [f32],
    pub beta: &'a [f32],
    pub epsilon: f64,
}

/// The constants of the normalisation at each position of a group.
pub struct Constants {
    /// μ.
    pub mean: Vec<f32>,
    /// γ s.
    pub scale: Vec<f32>,
    /// β.
    pub shift: Vec<f32>,
}

impl Constants {
    /// `moments` are those of the group's channels.
    pub fn new(group: ChannelGroup, affine: Affine, moments: &[Moments]) -> Self {
        let scales = moments.iter().zip(&affine.gamma[group.range()]);
        Self {
            mean: group.broadcast(moments.iter().map(|moments| moments.mean)),
            scale: group.broadcast(scales.map(|(moments, &gamma)| {
                (f64::from(gamma) * moments.inverse_deviation(affine.epsilon)) as f32
            })),
            shift: group.broadcast(affine.beta[group.range()].iter().copied()),
        }
    }
}

/// Normalises by the batch's moments and returns them.
///
/// # Shapes
/// - `input`, `output`: as `dimensions`
pub fn normalise<F: Function>(
    function: F,
    dimensions: ImageDimensions,
    affine: Affine,
    input: &[f32],
    output: Uninit,
) -> Vec<Moments> {
    let mut moments = vec![Moments::default(); dimensions.channels];
    dimensions.for_each_group(output, &mut moments, |group, outputs, moments| {
        Moments::of(group, input, moments);
        let Constants { mean, scale, shift } = &Constants::new(group, affine, moments);
        Arch::new().dispatch(|| {
            for (input, output) in group.channel_slices(input).zip(outputs) {
                let constants = mean.iter().zip(scale).zip(shift);
                let numbers = input.iter().zip(output.iter_mut());
                for ((input, output), ((mean, scale), shift)) in numbers.zip(constants) {
                    *output = function.value((input - mean) * scale + shift);
                }
            }
        });
    });
    moments
}

/// Normalises in place by given moments.
///
/// # Shapes
/// - `images`: as `dimensions`
pub fn normalise_with<F: Function>(
    function: F,
    dimensions: ImageDimensions,
    affine: Affine,
    moments: &mut [Moments],
    images: &mut [f32],
) {
    dimensions.for_each_group(images.into(), moments, |group, channel_slices, moments| {
        let Constants { mean, scale, shift } = &Constants::new(group, affine, moments);
        Arch::new().dispatch(|| {
            for part in channel_slices {
                let constants = mean.iter().zip(scale).zip(shift);
                for (number, ((mean, scale), shift)) in part.iter_mut().zip(constants) {
                    *number = function.value((*number - mean) * scale + shift);
                }
            }
        });
    });
}

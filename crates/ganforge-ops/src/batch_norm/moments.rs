//! The first sweep forward: mean and variance.

use pulp::Arch;

use super::ChannelGroup;

/// Mean and biased variance of a channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moments {
    pub mean: f32,
    pub variance: f32,
}

impl Moments {
    /// 1 / √(σ² + ε).
    pub fn inverse_deviation(self, epsilon: f64) -> f64 {
        1.0 / (f64::from(self.variance) + epsilon).sqrt()
    }

    /// Those of each channel of a group.
    ///
    /// Sums are taken of differences to a number of the channel, so that of a mean far from zero there is nothing left to cancel.
    pub fn of(group: ChannelGroup, images: &[f32], moments: &mut [Self]) {
        let Some(first) = group.channel_slices(images).next() else {
            return;
        };
        let plane = group.dimensions().plane;
        let origins = first.iter().step_by(plane).map(|&number| {
            // An infinity would turn all differences to NaN, and an infinite mean with them.
            if number.is_finite() { number } else { 0.0 }
        });
        let origins: Vec<f32> = origins.collect();
        let origin = group.broadcast(origins.iter().copied());
        let (mut sums, mut squares) = (vec![0.0; group.len()], vec![0.0; group.len()]);
        Arch::new().dispatch(|| {
            for block in group.blocks() {
                let origin = &origin[block.clone()];
                let (sums, squares) = (&mut sums[block.clone()], &mut squares[block.clone()]);
                for part in group.channel_slices(images) {
                    let numbers = part[block.clone()].iter().zip(origin);
                    for ((number, origin), (sum, square)) in
                        numbers.zip(sums.iter_mut().zip(squares.iter_mut()))
                    {
                        let deviation = f64::from(*number) - f64::from(*origin);
                        *sum += deviation;
                        *square += deviation * deviation;
                    }
                }
            }
        });
        let count = group.dimensions().count();
        let sums = group
            .sum_per_channel(&sums)
            .zip(group.sum_per_channel(&squares));
        for ((moments, origin), (sum, square)) in moments.iter_mut().zip(origins).zip(sums) {
            let deviation = sum / count;
            let variance = square / count - deviation * deviation;
            *moments = Self {
                mean: (f64::from(origin) + deviation) as f32,
                // Rounding may bring it below zero; NaN stays.
                variance: if variance < 0.0 { 0.0 } else { variance as f32 },
            };
        }
    }
}

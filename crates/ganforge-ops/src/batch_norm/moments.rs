//! The first forward pass over memory: mean and variance.

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

    /// Computes the moments of each channel of a group.
    ///
    /// The sums are taken of differences from one element of the channel, which avoids cancellation for a mean far from zero.
    pub fn of(group: ChannelGroup, images: &[f32], moments: &mut [Self]) {
        let Some(first) = group.channel_slices(images).next() else {
            return;
        };
        let plane = group.dimensions().plane;
        let origins = first.iter().step_by(plane).map(|&number| {
            // With an infinite origin all differences, and so the mean, would be NaN.
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
                // Rounding may make it negative; NaN is kept.
                variance: if variance < 0.0 { 0.0 } else { variance as f32 },
            };
        }
    }
}

//! The first sweep forward: mean and variance.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, NullaryFnOnce};

use super::Group;
use super::groups::{LANES, Lanes, Sums, padded};

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
    pub fn of(group: Group, images: &[f32], moments: &mut [Self]) {
        let Some(first) = group.parts(images).next() else {
            return;
        };
        let origins: Vec<f32> = first
            .iter()
            .step_by(group.extent().plane)
            // An infinity would turn all differences to NaN, and an infinite mean with them.
            .map(|number| if number.is_finite() { *number } else { 0.0 })
            .collect();
        let mut origin = group.lanes::<Lanes>();
        group.for_each_position(|channel, [vector, lane]| origin[vector][lane] = origins[channel]);
        let mut sums = group.lanes::<Sums>();
        Arch::new().dispatch(Sweep {
            group,
            images,
            origin: &origin,
            sums: &mut sums,
        });
        let count = group.extent().count();
        let totals = group.totals(&sums);
        for ((moments, origin), [sum, square]) in moments.iter_mut().zip(origins).zip(totals) {
            let apart = sum / count;
            let variance = square / count - apart * apart;
            *moments = Self {
                mean: (f64::from(origin) + apart) as f32,
                // Rounding may bring it below zero; NaN stays.
                variance: if variance < 0.0 { 0.0 } else { variance as f32 },
            };
        }
    }
}

struct Sweep<'a> {
    group: Group,
    images: &'a [f32],
    origin: &'a [Lanes],
    sums: &'a mut [Sums],
}

impl NullaryFnOnce for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for block in self.group.blocks() {
            let vectors = block.start / LANES..block.end.div_ceil(LANES);
            let origin = &self.origin[vectors.clone()];
            let sums = &mut self.sums[vectors];
            for part in self.group.parts(self.images) {
                let (whole, rest) = part[block.clone()].as_chunks();
                for ((numbers, origin), sums) in whole.iter().zip(origin).zip(sums.iter_mut()) {
                    add(numbers, origin, sums);
                }
                if !rest.is_empty() {
                    add(&padded(rest), &origin[whole.len()], &mut sums[whole.len()]);
                }
            }
        }
    }
}

/// Adds the differences to `origin`, and their squares.
#[inline(always)]
fn add(numbers: &Lanes, origin: &Lanes, Sums(sums, squares): &mut Sums) {
    let mut apart = [0.0; LANES];
    for (lane, apart) in apart.iter_mut().enumerate() {
        *apart = f64::from(numbers[lane]) - f64::from(origin[lane]);
    }
    for (sum, apart) in sums.iter_mut().zip(&apart) {
        *sum += apart;
    }
    for (square, apart) in squares.iter_mut().zip(&apart) {
        *square += apart * apart;
    }
}

//! The noise of a stochastic encoder.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use ganforge_model::{LatentSpec, keyed_rng};

/// The noise ε with which a stochastic encoder computes latents. A deterministic encoder ignores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeNoise {
    /// ε = 0: the mean of a Gaussian latent.
    #[default]
    Zero,
    /// Standard normal; that of an image depends on the seed and its index alone.
    Seed {
        /// The seed.
        seed: u64,
        /// Index of the first image.
        first: u64,
    },
}

impl CodeNoise {
    /// The noise of the images from `first` on, with the seed if there is one.
    #[must_use]
    pub fn of(seed: Option<u64>, first: u64) -> Self {
        seed.map_or(Self::Zero, |seed| Self::Seed { seed, first })
    }

    /// `[rows, columns]`, the noise of a part of the images; `None` for ε = 0.
    pub(super) fn tensor(
        self,
        rows: Range<usize>,
        columns: usize,
        device: &Device,
    ) -> Option<Tensor<2>> {
        let Self::Seed { seed, first } = self else {
            return None;
        };
        let spec = LatentSpec::normal(columns);
        let numbers = rows.flat_map(|row| {
            let index = first.wrapping_add(row as u64);
            spec.draw(1, &mut keyed_rng(seed, "encoder noise", index))
        });
        (columns > 0).then(|| spec.tensor(numbers.collect(), device))
    }
}

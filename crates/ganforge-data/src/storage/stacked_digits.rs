//! Grey digits of which three at a time are stacked into the channels of an RGB image.

use ganforge_core::{below, keyed_rng};
use sha2::{Digest, Sha256};

/// RGB images whose channels are random digits. The three digits of an image depend on its index alone, so only the digits are held in memory and the
/// number of images is unlimited.
pub(crate) struct StackedDigits {
    /// `[digit, height, width]`, from 0 (black) to `white_level`.
    pixels: Vec<u8>,
    white_level: u8,
    /// Values of one digit: height · width.
    values: usize,
    /// Seed of the draws; the training and the test split have one each.
    seed: u64,
    first: usize,
    count: usize,
}

impl StackedDigits {
    /// The first `count` images stacked of `pixels`, `[digit, values]`.
    pub(crate) fn new(
        pixels: Vec<u8>,
        white_level: u8,
        values: usize,
        seed: u64,
        count: usize,
    ) -> Self {
        Self {
            pixels,
            white_level,
            values,
            seed,
            first: 0,
            count,
        }
    }

    /// Number of images.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The byte that stands for white.
    pub(crate) fn white_level(&self) -> u8 {
        self.white_level
    }

    /// Number of digits that images are stacked of.
    pub(crate) fn digits(&self) -> usize {
        self.pixels.len() / self.values
    }

    /// The `count` images from index `first` on.
    pub(super) fn slice(self, first: usize, count: usize) -> Self {
        Self {
            first: self.first + first,
            count,
            ..self
        }
    }

    /// Writes image `index` into `out`, `[3, height, width]`.
    pub(crate) fn read(&self, index: usize, out: &mut [u8]) {
        let planes = out.chunks_exact_mut(self.values);
        for (plane, digit) in planes.zip(self.digit_indices(index)) {
            plane.copy_from_slice(&self.pixels[digit * self.values..][..self.values]);
        }
    }

    /// Which digits the three channels of image `index` show.
    pub(crate) fn digit_indices(&self, index: usize) -> [usize; 3] {
        let number = (self.first + index) as u64;
        let mut rng = keyed_rng(self.seed, "stacked digits", number);
        std::array::from_fn(|_| below(&mut rng, self.digits()))
    }

    /// Feeds the digits and the range of draws to `hash`.
    pub(super) fn hash_into(&self, hash: &mut Sha256) {
        hash.update([self.white_level]);
        hash.update(&self.pixels);
        for number in [self.seed, self.first as u64, self.count as u64] {
            hash.update(number.to_le_bytes());
        }
    }
}

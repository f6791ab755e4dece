//! Binary images: the built-in digits, and bars and stripes.

use std::collections::BTreeMap;

use clap::ValueEnum;
use ganforge_data::{DataError, DataOptions, DataSpec, Dataset};
use rayon::slice::ParallelSliceMut;
use serde::Serialize;

/// Indices of the 500 test digits: the last 500 of `numpy.random.default_rng(0).permutation(1797)`, sorted.
const TEST_DIGITS: &str = include_str!("../data/test-indices.txt");

/// How often each of the 30 patterns of bars and stripes occurs, since a stage draws as many negatives as there are data.
const COPIES: usize = 100;

/// Images of 0 and 1, `[count, pixels]`.
#[derive(Debug, Clone, PartialEq)]
pub struct BinaryImages {
    pixels: usize,
    data: Vec<f64>,
}

impl BinaryImages {
    /// Takes `count · pixels` values, each 0 or 1.
    ///
    /// # Panics
    /// If they do not divide into images.
    #[must_use]
    pub fn new(pixels: usize, data: Vec<f64>) -> Self {
        assert!(
            pixels > 0 && data.len().is_multiple_of(pixels),
            "the values divide into images"
        );
        Self { pixels, data }
    }

    /// Number of images.
    #[must_use]
    pub fn count(&self) -> usize {
        self.data.len() / self.pixels
    }

    /// Pixels of an image.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// The images.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.data.chunks_exact(self.pixels)
    }

    /// The images, for threads to change.
    pub(crate) fn rows_mut(&mut self) -> rayon::slice::ChunksExactMut<'_, f64> {
        self.data.par_chunks_exact_mut(self.pixels)
    }

    /// Image `index`.
    ///
    /// # Panics
    /// If it is out of range.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f64] {
        &self.data[index * self.pixels..(index + 1) * self.pixels]
    }

    /// The share of images in which each pixel is on.
    #[must_use]
    pub fn means(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.pixels];
        for x in self.rows() {
            for (sum, value) in sums.iter_mut().zip(x) {
                *sum += value;
            }
        }
        sums.iter().map(|sum| sum / self.count() as f64).collect()
    }
}

/// Different images with their frequencies: a sum over images needs one term for all equal ones.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedImages {
    images: BinaryImages,
    shares: Vec<f64>,
}

impl CountedImages {
    /// Counts equal images.
    #[must_use]
    pub fn new(images: &BinaryImages) -> Self {
        let mut counts: BTreeMap<Vec<bool>, (usize, f64)> = BTreeMap::new();
        for (index, x) in images.rows().enumerate() {
            let key = x.iter().map(|&value| value > 0.5).collect();
            counts.entry(key).or_insert((index, 0.0)).1 += 1.0;
        }
        let different = counts.values().flat_map(|&(index, _)| images.row(index));
        let count = images.count() as f64;
        Self {
            images: BinaryImages::new(images.pixels(), different.copied().collect()),
            shares: counts.values().map(|(_, times)| times / count).collect(),
        }
    }

    /// Pixels of an image.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.images.pixels()
    }

    /// Each image with its share of all; the shares add up to 1.
    pub fn shares(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.images.rows().zip(self.shares.iter().copied())
    }

    /// The mean of log q over the images, where q is their own distribution: no model reaches a higher likelihood.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.shares.iter().map(|share| share * share.ln()).sum()
    }
}

/// Training and test images.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Training images.
    pub train: BinaryImages,
    /// Test images; those of training for bars and stripes, which are all there are.
    pub test: BinaryImages,
    /// Height and width of an image.
    pub side: usize,
}

/// The data sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
pub enum DataName {
    /// The 8×8 digits pooled to 4×4, on where the mean of four pixels exceeds 8 of 16; 1,297 for training, 500 for testing.
    #[value(name = "digits-4x4")]
    #[serde(rename = "digits-4x4")]
    Digits4,
    /// The 30 patterns of 4×4 pixels in which every row, or every column, is all on or all off.
    #[value(name = "bars")]
    #[serde(rename = "bars")]
    Bars,
    /// The 8×8 digits, on where a pixel exceeds 8 of 16; the same parts.
    #[value(name = "digits-8x8")]
    #[serde(rename = "digits-8x8")]
    Digits8,
}

impl DataName {
    /// Loads the data.
    ///
    /// # Errors
    /// The built-in digits are damaged.
    pub fn load(self) -> Result<Parts, DataError> {
        match self {
            Self::Bars => {
                let train = bars();
                let test = train.clone();
                Ok(Parts {
                    train,
                    test,
                    side: 4,
                })
            }
            Self::Digits4 => digits(2),
            Self::Digits8 => digits(1),
        }
    }
}

/// The digits with each pixel the mean of `pool` × `pool`, thresholded.
fn digits(pool: usize) -> Result<Parts, DataError> {
    let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new())?;
    let words = TEST_DIGITS.split_whitespace();
    let test: Vec<usize> = words.filter_map(|word| word.parse().ok()).collect();
    let train: Vec<usize> = (0..digits.len())
        .filter(|index| test.binary_search(index).is_err())
        .collect();
    let side = 8 / pool;
    let binary = |indices: &[usize]| {
        let batch = digits.gather(indices)?;
        let mut data = Vec::with_capacity(indices.len() * side * side);
        for image in batch.images.chunks_exact(64) {
            for place in 0..side * side {
                let (top, left) = (place / side * pool, place % side * pool);
                let block =
                    (0..pool * pool).map(|at| image[(top + at / pool) * 8 + left + at % pool]);
                // In [-1, 1], where 0 is a level of 8.
                let sum: f32 = block.sum();
                data.push(if sum > 1e-4 { 1.0 } else { 0.0 });
            }
        }
        Ok(BinaryImages::new(side * side, data))
    };
    Ok(Parts {
        train: binary(&train)?,
        test: binary(&test)?,
        side,
    })
}

fn bars() -> BinaryImages {
    let on = |bits: usize, line: usize| f64::from(u8::from(bits >> line & 1 == 1));
    let mut data = Vec::new();
    for bits in 0..16 {
        data.extend((0..16).map(|place| on(bits, place / 4)));
        // All on and all off are both.
        if !matches!(bits, 0 | 15) {
            data.extend((0..16).map(|place| on(bits, place % 4)));
        }
    }
    BinaryImages::new(16, data.repeat(COPIES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_are_those_of_the_table() {
        let digits = DataName::Digits4.load().unwrap();
        assert_eq!((digits.train.count(), digits.test.count()), (1297, 500));
        assert!((CountedImages::new(&digits.train).bound() + 4.668).abs() < 5e-4);
        let bars = DataName::Bars.load().unwrap();
        assert_eq!(bars.train.count(), 3000);
        assert!((CountedImages::new(&bars.train).bound() + 30f64.ln()).abs() < 1e-9);
        let large = DataName::Digits8.load().unwrap();
        assert_eq!((large.train.pixels(), large.train.count()), (64, 1297));
    }
}

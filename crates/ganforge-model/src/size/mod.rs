//! The size of a network, computed from its configuration before anything is allocated.
//!
//! Counts are `f64`: exact below 2⁵³, and no product of sizes overflows.

mod impact;

pub use impact::{KeyImpact, rank_by_impact};

use std::ops::Add;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ConfigError, ImageShape};

/// Largest number of parameters of a network, 2³⁸: 1 TiB in single precision.
const MAX_PARAMETERS: f64 = (1_u64 << 38) as f64;

/// Number of parameters of a network, and of the activations that are stored for its backward pass.
///
/// It is counted layer by layer, in the order of the forward pass:
///
/// ```
/// use ganforge_model::NetworkSize;
///
/// let mut size = NetworkSize::default();
/// size.linear(64, 256, true);
/// size.keep(256.0);
/// assert_eq!(size.parameters, 64.0 * 256.0 + 256.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NetworkSize {
    /// Trainable parameters.
    pub parameters: f64,
    /// Values in weight matrices, kernels, embeddings of classes and reference batches, without biases and the values of a
    /// norm per channel.
    pub matrices: f64,
    /// Values stored per image of the batch: outputs of layers that the backward pass needs.
    pub per_image: f64,
    /// Values stored per pair of images of the batch.
    pub per_pair: f64,
    /// Values stored per batch, whatever its size.
    pub per_batch: f64,
    /// Values per image of the largest output of a layer.
    pub largest: f64,
}

impl NetworkSize {
    /// Adds the parameters of a fully connected layer.
    pub fn linear(&mut self, inputs: usize, outputs: usize, bias: bool) {
        self.matrix(inputs as f64 * outputs as f64);
        self.vector(if bias { outputs as f64 } else { 0.0 });
    }

    /// Adds the parameters of a convolution or transposed convolution with a square kernel; `groups` is 1 for an ordinary
    /// convolution.
    pub fn convolution(
        &mut self,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        groups: usize,
        bias: bool,
    ) {
        let taps = (kernel * kernel) as f64;
        self.matrix(inputs as f64 * outputs as f64 * taps / groups as f64);
        self.vector(if bias { outputs as f64 } else { 0.0 });
    }

    /// Adds `count` parameters of a tensor with more than one dimension.
    pub fn matrix(&mut self, count: f64) {
        self.parameters += count;
        self.matrices += count;
    }

    /// Adds `count` parameters of vectors: biases, or scales and shifts per channel.
    pub fn vector(&mut self, count: f64) {
        self.parameters += count;
    }

    /// Adds the output of a layer, `numbers` values per image, which is stored for the backward pass.
    pub fn keep(&mut self, numbers: f64) {
        self.keep_in(1.0, numbers);
    }

    /// Adds the outputs of `layers` layers of `numbers` values per image each.
    pub fn keep_in(&mut self, layers: f64, numbers: f64) {
        self.per_image += layers * numbers;
        self.largest = self.largest.max(numbers);
    }

    /// Values stored between the forward pass of `batch` images and its backward pass.
    #[must_use]
    pub fn kept(&self, batch: f64) -> f64 {
        self.per_batch + batch * (self.per_image + batch * self.per_pair)
    }
}

/// Both networks, where one batch passes through both.
impl Add for NetworkSize {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            parameters: self.parameters + other.parameters,
            matrices: self.matrices + other.matrices,
            per_image: self.per_image + other.per_image,
            per_pair: self.per_pair + other.per_pair,
            per_batch: self.per_batch + other.per_batch,
            largest: self.largest.max(other.largest),
        }
    }
}

/// Values in one image.
pub(crate) fn numbers(image: ImageShape) -> f64 {
    image.channels as f64 * pixels(image)
}

/// Pixels in one image.
pub(crate) fn pixels(image: ImageShape) -> f64 {
    image.height as f64 * image.width as f64
}

/// `count` as an integer; `None` from 2⁵³, where `f64` is not exact.
pub(crate) fn exact_count(count: f64) -> Option<usize> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    #[expect(clippy::cast_sign_loss, reason = "a count is not negative")]
    let whole = count as usize;
    (count < EXACT).then_some(whole)
}

/// Checks that a network is small enough for some machine, so that integer products of its sizes do not overflow.
///
/// # Errors
/// Names the key with the largest impact on the number of parameters.
pub(crate) fn check<C: Serialize + DeserializeOwned>(
    config: &C,
    size: impl Fn(&C) -> Option<NetworkSize>,
) -> Result<(), ConfigError> {
    let parameters = |config: &C| size(config).map(|size| size.parameters.max(size.matrices));
    // A network without a size is refused elsewhere.
    let Some(count) = parameters(config).filter(|&count| count > MAX_PARAMETERS) else {
        return Ok(());
    };
    let largest = rank_by_impact(config, parameters).into_iter().next();
    let (key, value) = largest.map_or_else(
        || ("size".to_owned(), "beyond counting".to_owned()),
        |largest| (largest.key, largest.value),
    );
    Err(ConfigError::new(
        key,
        value,
        format!(
            "less: the network would have {count:.1e} parameters, and {MAX_PARAMETERS:.1e} are the most that are built"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_summed_and_the_largest_output_is_stored() {
        let mut size = NetworkSize::default();
        size.linear(3, 5, true);
        size.keep(5.0);
        size.convolution([4, 8], 3, 2, false);
        size.keep(80.0);
        size.keep(7.0);
        size.per_pair = 2.0;
        size.per_batch = 1000.0;
        let expected = NetworkSize {
            parameters: 20.0 + 144.0,
            matrices: 15.0 + 144.0,
            per_image: 92.0,
            per_pair: 2.0,
            per_batch: 1000.0,
            largest: 80.0,
        };
        assert_eq!(size, expected);
        assert!((size.kept(10.0) - (1000.0 + 920.0 + 200.0)).abs() < 1e-9);
    }

    #[test]
    fn counts_are_integers_below_two_to_the_53() {
        assert_eq!(exact_count(12.0), Some(12));
        assert_eq!(exact_count(1e16), None);
        assert_eq!(exact_count(f64::INFINITY), None);
    }
}

//! How large a network is, found from its description before anything is allocated.
//!
//! Counts are `f64`: exact below 2⁵³, and no product of the sizes that a recipe can hold overflows.

mod impact;

pub use impact::{KeyImpact, rank_by_impact};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ConfigError, ImageShape};

/// Parameters of the largest network that is built, 2³⁸: 1 TiB of weights in single precision.
const MAX_PARAMETERS: f64 = (1_u64 << 38) as f64;

/// What a network holds, and what a pass through it keeps for its backward pass.
///
/// A description of a network of your own counts it layer by layer, in the order of its forward pass:
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
    /// Numbers that training moves.
    pub parameters: f64,
    /// Numbers in matrices, kernels, tables by class and reference batches; biases, and what a norm has per channel,
    /// are remaining out.
    pub matrices: f64,
    /// Numbers kept for each image of the batch: the output of every layer that the backward pass asks for.
    pub per_image: f64,
    /// Numbers kept for each pair of images of the batch.
    pub per_pair: f64,
    /// Numbers kept however many images there are.
    pub per_batch: f64,
    /// Numbers of the largest layer's output, for each image.
    pub largest: f64,
}

impl NetworkSize {
    /// Adds the parameters of a fully connected layer.
    pub fn linear(&mut self, inputs: usize, outputs: usize, bias: bool) {
        self.matrix(inputs as f64 * outputs as f64);
        self.vector(if bias { outputs as f64 } else { 0.0 });
    }

    /// Adds the parameters of a convolution, transposed or not, of a square kernel. Inputs and outputs fall into `groups`
    /// that do not mix, 1 for an ordinary convolution.
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

    /// Adds so many parameters in a matrix, or another tensor of more than one dimension.
    pub fn matrix(&mut self, count: f64) {
        self.parameters += count;
        self.matrices += count;
    }

    /// Adds so many parameters in biases, or in scales and shifts per channel.
    pub fn vector(&mut self, count: f64) {
        self.parameters += count;
    }

    /// Adds the output of a layer, so many numbers for each image, which is kept for the backward pass.
    pub fn keep(&mut self, numbers: f64) {
        self.keep_in(1.0, numbers);
    }

    /// Adds the outputs of `layers` layers, so many numbers each.
    pub fn keep_in(&mut self, layers: f64, numbers: f64) {
        self.per_image += layers * numbers;
        self.largest = self.largest.max(numbers);
    }

    /// Numbers that a pass of `batch` images keeps until its backward pass.
    #[must_use]
    pub fn kept(&self, batch: f64) -> f64 {
        self.per_batch + batch * (self.per_image + batch * self.per_pair)
    }
}

/// Numbers in one image.
pub(crate) fn numbers(image: ImageShape) -> f64 {
    image.channels as f64 * pixels(image)
}

/// Pixels in one image.
pub(crate) fn pixels(image: ImageShape) -> f64 {
    image.height as f64 * image.width as f64
}

/// The number of weights in matrices as an integer; `None` where `f64` no longer counts one by one.
pub(crate) fn exact_count(count: f64) -> Option<usize> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    #[expect(clippy::cast_sign_loss, reason = "a count is no less than 0")]
    let whole = count as usize;
    (count < EXACT).then_some(whole)
}

/// Refuses a network that is too large to be built on any machine, before its sizes are multiplied as integers.
///
/// # Errors
/// Names the key that makes it so large.
pub(crate) fn check<C: Serialize + DeserializeOwned>(
    config: &C,
    size: impl Fn(&C) -> Option<NetworkSize>,
) -> Result<(), ConfigError> {
    let parameters = |config: &C| size(config).map(|size| size.parameters.max(size.matrices));
    // What has no size is refused for another reason.
    let Some(count) = parameters(config).filter(|&count| count > MAX_PARAMETERS) else {
        return Ok(());
    };
    let heavy = rank_by_impact(config, parameters).into_iter().next();
    let (key, value) = heavy.map_or_else(
        || ("size".to_owned(), "beyond counting".to_owned()),
        |heavy| (heavy.key, heavy.value),
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
    fn layers_add_up_and_the_largest_output_is_known() {
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
    fn a_count_is_whole_as_far_as_it_is_exact() {
        assert_eq!(exact_count(12.0), Some(12));
        assert_eq!(exact_count(1e16), None);
        assert_eq!(exact_count(f64::INFINITY), None);
    }
}

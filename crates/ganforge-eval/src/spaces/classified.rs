//! The output of a classifier.

use burn::tensor::Tensor;

/// Features and class probabilities of images.
#[derive(Debug, Clone)]
pub struct Classified {
    /// `[batch, dimensions]`, the last layer before the logits.
    pub features: Tensor<2>,
    /// `[batch, classes]`, after the softmax; every row sums to 1.
    pub probabilities: Tensor<2>,
}

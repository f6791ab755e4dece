//! What a classifier makes of images.

use burn::tensor::Tensor;

/// Features and probabilities of the same images.
#[derive(Debug, Clone)]
pub struct Classified {
    /// `[batch, dimensions]`, the last layer before the classes: what Fréchet distance and the like compare.
    pub features: Tensor<2>,
    /// `[batch, classes]`, how likely each class is; a row sums to 1.
    pub probabilities: Tensor<2>,
}

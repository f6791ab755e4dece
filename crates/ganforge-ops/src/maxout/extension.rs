//! Maxout as an operation of Burn's backends.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Flex, TensorMetadata, backend_extension};

use super::kernel;
use crate::storage::{contiguous, tensor, values};

/// Maxout by the kernels of this crate, for backends whose tensors lie in host memory.
#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
pub trait MaxoutOps: Backend {
    /// The maximum of every `count` neighbouring elements of a row, in 32-bit floats.
    ///
    /// # Shapes
    /// - `pieces`: `[batch, units · count]`
    /// - output: `[batch, units]`
    fn maxout(pieces: FloatTensor<Self>, count: usize) -> FloatTensor<Self>;
}

/// The backward pass of [`MaxoutOps`].
#[cfg(feature = "autodiff")]
pub trait MaxoutGradient: Backend {
    /// The gradient with respect to the pieces: the output's gradient at the first largest piece of a unit, and zero elsewhere.
    ///
    /// # Shapes
    /// - `pieces`, output: `[batch, units · count]`
    /// - `gradient`: `[batch, units]`
    fn maxout_gradient(
        pieces: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        count: usize,
    ) -> FloatTensor<Self>;
}

impl MaxoutOps for Flex {
    fn maxout(pieces: FloatTensor<Self>, count: usize) -> FloatTensor<Self> {
        let pieces = contiguous(pieces);
        let [batch, width] = pieces.shape().dims();
        tensor(
            kernel::forward(values(&pieces), count),
            [batch, width / count],
        )
    }
}

#[cfg(feature = "autodiff")]
impl MaxoutGradient for Flex {
    fn maxout_gradient(
        pieces: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        count: usize,
    ) -> FloatTensor<Self> {
        let (pieces, gradient) = (contiguous(pieces), contiguous(gradient));
        let found = kernel::backward(values(&pieces), values(&gradient), count);
        tensor(found, pieces.shape())
    }
}

//! What both kernels share: the length of a vector row, and the number of threads.

use crate::convolution::ConvShape;
use crate::pool;

/// Positions of a row that a kernel computes at a time.
pub(super) const ROW: usize = 16;

pub(super) fn threads(shape: &ConvShape) -> usize {
    pool::matmul_threads(shape.operations())
}

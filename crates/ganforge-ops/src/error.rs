//! The error of an invalid convolution shape.

/// Sizes that do not describe a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A size that must be positive is zero.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// The kernel does not fit into the padded image.
    #[error("a kernel of {kernel} does not fit into {padded} padded rows or columns")]
    KernelTooLarge {
        /// Rows or columns of the kernel.
        kernel: usize,
        /// Rows or columns of the padded image.
        padded: usize,
    },
    /// The output padding of a transposed convolution is not smaller than its stride.
    #[error("an output padding of {padding} must be below the stride, {stride}")]
    OutputPadding {
        /// The requested output padding.
        padding: usize,
        /// The stride.
        stride: usize,
    },
    /// The padding of a transposed convolution removes its whole output.
    #[error("the padding leaves no output")]
    NoOutput,
    /// The tensors have more elements than memory can address.
    #[error("the tensors are larger than memory can address")]
    TooLarge,
}

//! Operations for training networks on the CPU, behind Burn's tensors on its Flex backend: convolutions, fully connected layers, batch normalisation,
//! activations, parameter updates and sums. Each has a backward pass with the feature `autodiff`. On other devices, and for other element types than
//! `f32`, the same functions call Burn's own operations.
//!
//! | operation | functions |
//! |---|---|
//! | convolution | [`conv2d`], [`conv_transpose2d`]; on slices [`convolve`], [`convolve_input_gradient`], [`convolve_weight_gradient`] |
//! | fully connected layer with activation | [`linear`] |
//! | batch normalisation with rectifier | [`batch_norm_train`], [`batch_norm`] |
//! | activation | [`relu`], [`leaky_relu`], [`tanh`], [`sigmoid`], [`maxout()`] |
//! | parameter update | [`AdamStep`], [`momentum_step`], [`lerp`] |
//! | reduction with a fixed order of summation | [`sum()`], [`mean`] |
//!
//! ```
//! use ganforge_ops::burn::tensor::ops::ConvOptions;
//! use ganforge_ops::burn::tensor::{Device, Tensor};
//! use ganforge_ops::{conv2d, leaky_relu};
//!
//! let device = Device::flex();
//! let images = Tensor::<4>::ones([8, 3, 32, 32], &device);
//! let weight = Tensor::<4>::ones([16, 3, 4, 4], &device);
//! let options = ConvOptions::new([2, 2], [1, 1], [1, 1], 1); // stride, padding, dilation, groups
//! let features = leaky_relu(conv2d(images, weight, None, options), 0.2);
//! assert_eq!(features.dims(), [8, 16, 16, 16]);
//! ```
//!
//! The convolution kernels also work on slices. [`ConvShape`] holds the validated sizes, and [`Algorithm`] names the algorithms. Images are
//! contiguous `[batch, channels, height, width]`, and results overwrite the contents of their slice.
//!
//! ```
//! use ganforge_ops::{ConvShape, convolve};
//!
//! // A 2 × 2 image of one channel and a 2 × 2 kernel.
//! let shape = ConvShape::new(1, [1, 1], [2, 2], [2, 2], [1, 1], [0, 0])?;
//! let mut output = [0.0];
//! convolve(&shape, &[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 1.0], &mut output);
//! assert_eq!(output, [5.0]);
//! # Ok::<(), ganforge_ops::ShapeError>(())
//! ```
//!
//! # Algorithms
//!
//! A general tensor library unfolds one image at a time, and the resulting matrices are too narrow for full speed. GANs train on batches of small
//! images, so this crate unfolds several images together (im2col). For kernel 4, stride 2, padding 1, the layer of a DCGAN, it uses polyphase
//! Winograd with 9 multiplications instead of 16, and for kernel 3, stride 1, padding 1 Winograd with 16 instead of 36 (A. Lavin and S. Gray, "Fast
//! Algorithms for Convolutional Neural Networks", CVPR 2016). Layers between images of 1 or 3 channels and many channels have direct kernels.
//!
//! # Guarantees
//!
//! - Results are deterministic: on a given machine, the same call gives the same bits for any number of threads, because the shape alone decides
//!   the order of summation.
//! - NaN and infinity propagate to the elements that depend on them, and to no others, with these exceptions: the Winograd algorithm may turn an
//!   infinity into NaN (∞ − ∞). An infinite weight, or an infinite output gradient in the weight gradient, also multiplies the zeros of the padding;
//!   so does an infinite input in Winograd's weight gradient if the last tile extends beyond an output of odd size. In the Winograd weight gradient
//!   of a 3 × 3 kernel, a non-finite value may reach all nine taps of a pair of channels.
//! - The instruction set is selected at run time: AVX-512, AVX2 with FMA, NEON or scalar code.
//! - Batch normalisation gives the same bits on every machine.
//! - An operation reuses the memory of its input for the output if no other tensor shares it. Scratch memory is kept for reuse;
//!   [`release_scratch`] frees it.

mod activation;
mod batch_norm;
mod convolution;
mod dense;
mod device;
mod error;
mod fused_update;
#[cfg(test)]
mod instruction_sets;
mod matmul;
mod maxout;
mod pool;
mod scratch;
mod simd_planes;
mod storage;
mod sum;
mod uninit;

#[cfg(feature = "autodiff")]
pub use activation::ActivationGradient;
pub use activation::{
    ActivationOps, Nonlinearity, Rectifier, activate, leaky_relu, relu, sigmoid, tanh,
};
#[cfg(feature = "autodiff")]
pub use batch_norm::BatchNormGradient;
pub use batch_norm::{
    BatchNormInferenceOps, BatchNormOps, BatchNormOutput, batch_norm, batch_norm_train,
};
pub use burn;
pub use convolution::{
    Algorithm, ConvShape, ConvolutionOps, Pass, conv_transpose2d, conv2d, convolve,
    convolve_input_gradient, convolve_weight_gradient,
};
pub use dense::{DenseBackward, DenseGradients, DenseOps, RequiredGradients, linear};
pub use device::is_host;
pub use error::ShapeError;
pub use fused_update::{
    AdamOutput, AdamStep, Decay, FusedUpdateOps, MomentumStep, lerp, momentum_step,
};
#[cfg(feature = "autodiff")]
pub use maxout::MaxoutGradient;
pub use maxout::{MaxoutOps, maxout};
pub use scratch::release_scratch;
pub use sum::{mean, sum};

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Convolutions for the CPU: pure functions on slices of floats that choose their instruction set at run time, and
//! [`conv2d`] and [`conv_transpose2d`], which put them behind Burn's tensors on its Flex backend. Beside them, for the same
//! tensors: batch norm with the rectifier after it ([`batch_norm_train`], [`batch_norm`]), activations ([`relu`], [`leaky_relu`], [`tanh`],
//! [`sigmoid`]), fully connected layers ([`linear`]), updates of parameters in one sweep ([`AdamStep`], [`lerp`]), and [`sum()`] and [`mean`], which no number of threads changes.
//!
//! ```
//! use ganforge_ops::{ConvShape, convolve};
//!
//! // One image of one channel, 2 × 2, under a kernel of 2 × 2.
//! let shape = ConvShape::new(1, [1, 1], [2, 2], [2, 2], [1, 1], [0, 0])?;
//! let mut output = [0.0];
//! convolve(&shape, &[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 1.0], &mut output);
//! assert_eq!(output, [5.0]);
//! # Ok::<(), ganforge_ops::ShapeError>(())
//! ```
//!
//! A [`ConvShape`] is checked once; [`convolve`], [`convolve_input_gradient`] and [`convolve_weight_gradient`] are the three passes over it. A
//! transposed convolution is the same three with roles swapped: [`ConvShape::transposed`]. Tensors are contiguous, images
//! `[batch, channels, height, width]`, and results overwrite what stood in their slice. [`Algorithm`] names the ways there are.
//!
//! # Why
//!
//! A general tensor library unfolds one image at a time and multiplies matrices too narrow for the machine. A GAN trains on batches of small
//! images: merging some of them keeps the matrix product at its speed, and the layer every DCGAN is made of (kernel 4, stride 2, padding 1)
//! can do with 9 multiplications where its definition has 16.
//!
//! # Polyphase Winograd
//!
//! In one dimension, output y of kernel g = (g₀ … g₃) with stride 2 over the padded signal d is
//!
//! ```text
//! y(t) = Σₖ g(k) d(2t + k) = [g₀ d⁰(t) + g₂ d⁰(t + 1)] + [g₁ d¹(t) + g₃ d¹(t + 1)]
//! ```
//!
//! with the phases d⁰(t) = d(2t) and d¹(t) = d(2t + 1): a convolution of 2 taps and stride 1 over each phase, summed. So in two dimensions, each
//! of four phases with its 2 × 2 taps is one more input channel. A convolution of 2 taps, (y₀, y₁) = (g₀ d₀ + g₁ d₁, g₀ d₁ + g₁ d₂), takes three
//! multiplications instead of four, y = Aᵀ [(G g) ⊙ (Bᵀ d)] with
//!
//! ```text
//!      ⎡1 −1  0⎤       ⎡1  0⎤
//! Bᵀ = ⎢0  1  0⎥   G = ⎢1  1⎥   Aᵀ = ⎡1  1  0⎤
//!      ⎣0  1 −1⎦       ⎣0  1⎦        ⎣0  1 −1⎦
//! ```
//!
//! and, applied to rows and to columns, nine instead of sixteen for a tile of 2 × 2 outputs, F(2 × 2, 2 × 2): A. Lavin and S. Gray, "Fast Algorithms
//! for Convolutional Neural Networks", CVPR 2016. Each of the nine is a matrix product, tiles × (4 · inputs) by (4 · inputs) × outputs. The gradients
//! are the transposes of this bilinear form: B [(G g Gᵀ) ⊙ (A y Aᵀ)] Bᵀ by the input, tiles added where they overlap, and
//! Gᵀ [Σ (A y Aᵀ) ⊙ (Bᵀ d B)] G by the weight, summed over tiles.
//!
//! All entries are 0 or ±1, so the transforms only add, and errors stay near 1e-6 of the largest output. Images stay NCHW at the boundary. On the
//! way in, sixteen channels are laid side by side, one vector a pixel: any batch fills the lanes. The transforms write panels of 64 channels, so
//! that every operand of every product is read from front to back by a kernel of the crate's own, up to 6 × 64 sums of which stay in registers.
//!
//! A kernel of 3 × 3 with stride 1 and padding 1 goes the same way with F(2 × 2, 3 × 3) of the same paper: tiles of 4 × 4 inputs, sixteen products
//! for thirty-six.
//!
//! # The ends of a network
//!
//! An image of 1 or 3 channels has too few of them to fill lanes or to pay for columns. There, positions lie side by side in vectors. On the way
//! out of the image it is parted into its even and odd columns once, after which every tap reads runs of memory; on the way back to it, the four
//! pixels under an output are summed together, twelve sums of three channels for every vector read.
//!
//! # Promises
//!
//! - The same call gives the same bits on a given machine, whatever the number of threads: sums have one order, which the shape decides, and no
//!   thread races another for it.
//! - What is not finite reaches the elements that depend on it, and no others; with the Winograd algorithm an infinity may arrive there
//!   as NaN, for it meets itself with the other sign. An infinite weight, or an infinite gradient in the gradient by the weight, also multiplies the
//!   padding's zeros, as it does in any implementation that pads; and so does an infinite input in the gradient by the weight where Winograd's
//!   last tile is half outside an output of odd size. In the gradient by a weight of 3 × 3, what is not finite may reach all nine taps
//!   of a pair of channels.
//! - No machine is asked for more than it has: AVX-512, AVX2 with FMA, NEON, or plain code, from one source (`pulp`, `gemm`).
//! - Batch norm gives the same bits on any machine. An input that nobody else holds is overwritten by the output.
//! - Scratch memory is kept and reused; [`release_scratch`] gives it back.

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

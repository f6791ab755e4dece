//! Winograd convolution for two kinds of layers: kernel 4, stride 2, padding 1 (polyphase), and kernel 3, stride 1, padding 1.
//!
//! # Polyphase Winograd
//!
//! In one dimension, the output y of a kernel g = (g₀ … g₃) with stride 2 over the padded signal d is
//!
//! ```text
//! y(t) = Σₖ g(k) d(2t + k) = [g₀ d⁰(t) + g₂ d⁰(t + 1)] + [g₁ d¹(t) + g₃ d¹(t + 1)]
//! ```
//!
//! with the phases d⁰(t) = d(2t) and d¹(t) = d(2t + 1): the sum of a convolution of 2 taps and stride 1 over each phase. In two dimensions there are
//! four phases with 2 × 2 taps, and each phase acts as a further input channel. A convolution of 2 taps with two outputs,
//! (y₀, y₁) = (g₀ d₀ + g₁ d₁, g₀ d₁ + g₁ d₂), needs three multiplications instead of four, y = Aᵀ [(G g) ⊙ (Bᵀ d)] with
//!
//! ```text
//!      ⎡1 −1  0⎤       ⎡1  0⎤
//! Bᵀ = ⎢0  1  0⎥   G = ⎢1  1⎥   Aᵀ = ⎡1  1  0⎤
//!      ⎣0  1 −1⎦       ⎣0  1⎦        ⎣0  1 −1⎦
//! ```
//!
//! and, applied to rows and columns, nine instead of sixteen for a tile of 2 × 2 outputs: F(2 × 2, 2 × 2) of A. Lavin and S. Gray, "Fast Algorithms
//! for Convolutional Neural Networks", CVPR 2016. Each of the nine is a matrix product, tiles × (4 · inputs) by (4 · inputs) × outputs. The gradients
//! are the transposes of this bilinear form: B [(G g Gᵀ) ⊙ (A y Aᵀ)] Bᵀ with respect to the input, summed where tiles overlap, and
//! Gᵀ [Σ (A y Aᵀ) ⊙ (Bᵀ d B)] G with respect to the weight, summed over tiles.
//!
//! All entries are 0 or ±1, so the transforms only add, and the error stays near 1e-6 of the largest output.
//!
//! # Kernel 3
//!
//! F(2 × 2, 3 × 3) of the same paper: tiles of 4 × 4 inputs, sixteen multiplications instead of thirty-six.
//!
//! # Memory layout
//!
//! Images are NCHW outside this module. The transforms work on blocks of sixteen channels, one vector per pixel, so vectors are full for any batch
//! size. They write panels of 64 channels, so that the matrix products read every operand from front to back and accumulate up to 6 × 64 sums in
//! registers.

mod matmul;
mod panels;
mod passes;
mod tiling;
mod transform;
mod variant;
mod weight;

#[cfg(test)]
mod tests;

use pulp::Arch;

use crate::convolution::ConvShape;
use crate::simd_planes::LANES;
use crate::uninit::Uninit;
use variant::{Polyphase, UnitStride};

/// Smallest number of tiles of a batch for which transforming the weights pays, for layers of few and of many input channels. With half as many
/// tiles, layers of 64 and 128 channels measured slower, and layers of fewer than 64 still faster.
const MIN_TILES: usize = 16;
const MIN_TILES_LARGE: usize = 32;

/// Input channels from which a layer counts as large.
const LARGE_CHANNELS: usize = 128;

/// Whether the shape is one of the two supported kinds.
pub fn supports(shape: &ConvShape) -> bool {
    is_polyphase(shape) || is_unit_stride(shape)
}

fn is_polyphase(shape: &ConvShape) -> bool {
    (shape.kernel(), shape.stride(), shape.padding()) == ([4, 4], [2, 2], [1, 1])
}

fn is_unit_stride(shape: &ConvShape) -> bool {
    (shape.kernel(), shape.stride(), shape.padding()) == ([3, 3], [1, 1], [1, 1])
}

/// Whether the shape is supported and measured faster by Winograd: channels that fill the vectors, and enough tiles to amortise the transform of the
/// weights.
pub fn is_profitable(shape: &ConvShape) -> bool {
    let [rows, columns] = shape.output_size().map(|size| size.div_ceil(2));
    let min_tiles = if shape.inputs() < LARGE_CHANNELS {
        MIN_TILES
    } else {
        MIN_TILES_LARGE
    };
    supports(shape)
        && shape.inputs() >= LANES
        && shape.outputs() >= LANES
        && shape.batch() * rows * columns >= min_tiles
}

/// Forward pass; slices as in [`convolve`](crate::convolve).
pub fn convolve(
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    convolve_on(Arch::new(), shape, input, weight, bias, output);
}

/// Gradient with respect to the input; slices as in [`convolve_input_gradient`](crate::convolve_input_gradient).
pub fn convolve_input_gradient(
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    input_gradient_on(
        Arch::new(),
        shape,
        output_gradient,
        weight,
        bias,
        input_gradient,
    );
}

/// Gradient with respect to the weight; slices as in [`convolve_weight_gradient`](crate::convolve_weight_gradient).
pub fn convolve_weight_gradient(
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    weight_gradient_on(Arch::new(), shape, input, output_gradient, weight_gradient);
}

fn convolve_on(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::convolve::<Polyphase>
    } else {
        passes::convolve::<UnitStride>
    };
    pass(arch, shape, input, weight, bias, output);
}

fn input_gradient_on(
    arch: Arch,
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::input_gradient::<Polyphase>
    } else {
        passes::input_gradient::<UnitStride>
    };
    pass(arch, shape, output_gradient, weight, bias, input_gradient);
}

fn weight_gradient_on(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    let pass = if is_polyphase(shape) {
        passes::weight_gradient::<Polyphase>
    } else {
        passes::weight_gradient::<UnitStride>
    };
    pass(arch, shape, input, output_gradient, weight_gradient);
}

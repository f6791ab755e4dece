//! The gradient with respect to an input of three channels. Each pixel of a 2 × 2 block sums over 2 × 2 of the 3 × 3 outputs around the block. All
//! twelve sums of a block are accumulated together, so each output is loaded once for all of them.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use std::array::from_fn;

use pulp::{Arch, Simd, WithSimd, bytemuck};

use super::row::{ROW, threads};
use crate::convolution::ConvShape;
use crate::scratch::Scratch;
use crate::uninit::Uninit;

/// Number of channels that this kernel supports; a single channel has too few sums per load.
pub const CHANNELS: usize = 3;

/// The weights between one output and the channels.
type Kernels = [[[f32; 4]; 4]; CHANNELS];

pub fn convolve(
    arch: Arch,
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let [rows, columns] = shape.output_size();
    let layout = PaddedOutputs { rows, columns };
    let kernels: &[Kernels] = bytemuck::cast_slice(weight);
    let bias = bias.unwrap_or(&[0.0; CHANNELS]);
    input_gradient.for_each_chunk(threads(shape), shape.image_len(), |index, image| {
        let outputs = &output_gradient[index * shape.output_image_len()..];
        let outputs = &outputs[..shape.output_image_len()];
        let mut padded = Scratch::take(shape.outputs() * layout.plane());
        arch.dispatch(|| layout.pad(outputs, &mut padded));
        arch.dispatch(InputGradient {
            layout: &layout,
            padded: &padded,
            kernels,
            bias,
            image: image.floats(),
        });
    });
}

/// The outputs of an image with zero padding of 1 around every plane.
struct PaddedOutputs {
    rows: usize,
    columns: usize,
}

impl PaddedOutputs {
    fn width(&self) -> usize {
        self.columns + 2
    }

    /// Elements of an output.
    fn plane(&self) -> usize {
        (self.rows + 2) * self.width()
    }

    /// Index of the first of the 3 × 3 outputs around a position.
    fn corner(&self, position: usize) -> usize {
        position / self.columns * self.width() + position % self.columns
    }

    #[inline(always)]
    fn pad(&self, outputs: &[f32], padded: &mut [f32]) {
        for (output, plane) in outputs
            .chunks_exact(self.rows * self.columns)
            .zip(padded.chunks_exact_mut(self.plane()))
        {
            let (above, rest) = plane.split_at_mut(self.width());
            let (inside, below) = rest.split_at_mut(self.rows * self.width());
            above.fill(0.0);
            below.fill(0.0);
            for (row, into) in output
                .chunks_exact(self.columns)
                .zip(inside.chunks_exact_mut(self.width()))
            {
                into[0] = 0.0;
                let inside = into[1..=self.columns].as_chunks_mut::<ROW>().0;
                for (inside, row) in inside.iter_mut().zip(row.as_chunks::<ROW>().0) {
                    *inside = *row;
                }
                into[self.columns + 1] = 0.0;
            }
        }
    }
}

struct InputGradient<'a> {
    layout: &'a PaddedOutputs,
    /// `[outputs, rows + 2, columns + 2]`
    padded: &'a [f32],
    kernels: &'a [Kernels],
    bias: &'a [f32],
    /// `[channels, 2 · rows, 2 · columns]`
    image: &'a mut [f32],
}

impl WithSimd for InputGradient<'_> {
    type Output = ();

    /// Uses as many accumulators as the registers hold.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F32_LANES == 8 {
            self.run::<S, 1>(simd);
        } else {
            self.run::<S, 2>(simd);
        }
    }
}

impl InputGradient<'_> {
    /// Processes `VECTORS` vectors of positions at a time; each position is a 2 × 2 block of pixels.
    #[inline(always)]
    fn run<S: Simd, const VECTORS: usize>(self, simd: S) {
        let PaddedOutputs { rows, columns } = *self.layout;
        for first in (0..rows * columns).step_by(VECTORS * S::F32_LANES) {
            let positions: [usize; VECTORS] = from_fn(|v| first + v * S::F32_LANES);
            let corners = positions.map(|position| self.layout.corner(position));
            let mut sums = [[[simd.splat_f32s(0.0); VECTORS]; CHANNELS]; 4];
            let planes = self.padded.chunks_exact(self.layout.plane());
            for (plane, kernels) in planes.zip(self.kernels) {
                let mut add = Add {
                    simd,
                    plane,
                    width: self.layout.width(),
                    corners,
                    kernels,
                    sums: &mut sums,
                };
                add.output::<0, 0>();
                add.output::<0, 1>();
                add.output::<0, 2>();
                add.output::<1, 0>();
                add.output::<1, 1>();
                add.output::<1, 2>();
                add.output::<2, 0>();
                add.output::<2, 1>();
                add.output::<2, 2>();
            }
            for (channel, plane) in self.image.chunks_exact_mut(4 * rows * columns).enumerate() {
                let bias = simd.splat_f32s(self.bias[channel]);
                for (v, position) in positions.into_iter().enumerate() {
                    let (row, column) = (position / columns, position % columns);
                    for down in 0..2 {
                        let pair = [0, 1]
                            .map(|right| simd.add_f32s(sums[2 * down + right][channel][v], bias));
                        let start = (2 * row + down) * 2 * columns + 2 * column;
                        interleave::<S>(pair, &mut plane[start..][..2 * S::F32_LANES]);
                    }
                }
            }
        }
    }
}

/// Adds the contributions of one output.
struct Add<'a, S: Simd, const VECTORS: usize> {
    simd: S,
    plane: &'a [f32],
    width: usize,
    corners: [usize; VECTORS],
    kernels: &'a Kernels,
    /// Accumulators of the four pixels of a block.
    sums: &'a mut [[[S::f32s; VECTORS]; CHANNELS]; 4],
}

impl<S: Simd, const VECTORS: usize> Add<'_, S, VECTORS> {
    /// Adds the output in row `DOWN` and column `RIGHT` of the 3 × 3 to every pixel under its kernel.
    #[inline(always)]
    fn output<const DOWN: usize, const RIGHT: usize>(&mut self) {
        let values: [S::f32s; VECTORS] = from_fn(|v| {
            let at = self.corners[v] + DOWN * self.width + RIGHT;
            S::as_simd_f32s(&self.plane[at..at + S::F32_LANES]).0[0]
        });
        for (pixel, sums) in self.sums.iter_mut().enumerate() {
            // A negative index wraps to one far above 3.
            let row = (pixel / 2 + 3).wrapping_sub(2 * DOWN);
            let column = (pixel % 2 + 3).wrapping_sub(2 * RIGHT);
            if row > 3 || column > 3 {
                continue;
            }
            for (sums, kernel) in sums.iter_mut().zip(self.kernels) {
                let weight = self.simd.splat_f32s(kernel[row][column]);
                for (sum, values) in sums.iter_mut().zip(&values) {
                    *sum = self.simd.mul_add_e_f32s(weight, *values, *sum);
                }
            }
        }
    }
}

/// Interleaves the lanes of two vectors.
#[inline(always)]
fn interleave<S: Simd>(pair: [S::f32s; 2], into: &mut [f32]) {
    let [even, odd] = &pair;
    let even: &[f32] = bytemuck::cast_slice(std::slice::from_ref(even));
    let odd: &[f32] = bytemuck::cast_slice(std::slice::from_ref(odd));
    for ((into, even), odd) in into.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
        *into = [*even, *odd];
    }
}

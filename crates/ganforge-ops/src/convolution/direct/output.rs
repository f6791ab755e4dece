//! The forward pass. At stride 2 a tap reads every second pixel of a row, so the rows are first split into even and odd columns. After that, each tap
//! reads a run of positions from contiguous memory.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use std::array::from_fn;

use pulp::{Arch, Simd, WithSimd};

use super::row::{ROW, threads};
use crate::convolution::ConvShape;
use crate::scratch::Scratch;
use crate::uninit::Uninit;

/// Taps of a channel.
const TAPS: usize = 16;

/// Output channels accumulated at a time.
const OUTPUTS: usize = 6;

pub fn convolve(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let layout = DeinterleavedImage::new(shape);
    let taps: Vec<usize> = (0..shape.taps()).map(|tap| layout.start(tap)).collect();
    output.for_each_chunk(threads(shape), shape.output_image_len(), |index, output| {
        let image = &input[index * shape.image_len()..][..shape.image_len()];
        let mut deinterleaved = Scratch::take(shape.inputs() * layout.plane());
        arch.dispatch(|| layout.deinterleave(image, &mut deinterleaved));
        arch.dispatch(Convolve {
            layout: &layout,
            deinterleaved: &deinterleaved,
            taps: &taps,
            weight,
            bias,
            output: output.floats(),
        });
    });
}

/// Layout of a padded image in which each row holds its even columns, then its odd columns.
struct DeinterleavedImage {
    /// `[rows, columns]` of the output.
    size: [usize; 2],
    /// Number of even (or odd) columns of a row.
    half: usize,
}

impl DeinterleavedImage {
    fn new(shape: &ConvShape) -> Self {
        let size = shape.output_size();
        Self {
            size,
            half: size[1] + 1,
        }
    }

    /// Elements of a channel.
    fn plane(&self) -> usize {
        (2 * self.size[0] + 2) * 2 * self.half
    }

    /// Index of the pixel under a tap at the first position.
    fn start(&self, tap: usize) -> usize {
        let (channel, row, column) = (tap / TAPS, tap / 4 % 4, tap % 4);
        channel * self.plane() + (2 * row + column % 2) * self.half + column / 2
    }

    /// Offset of a position from the first position.
    fn position(&self, position: usize) -> usize {
        let (row, column) = (position / self.size[1], position % self.size[1]);
        row * 4 * self.half + column
    }

    #[inline(always)]
    fn deinterleave(&self, image: &[f32], deinterleaved: &mut [f32]) {
        let [rows, columns] = self.size;
        for (pixels, plane) in image
            .chunks_exact(4 * rows * columns)
            .zip(deinterleaved.chunks_exact_mut(self.plane()))
        {
            let width = 2 * self.half;
            let (above, rest) = plane.split_at_mut(width);
            let (inside, below) = rest.split_at_mut(2 * rows * width);
            above.fill(0.0);
            below.fill(0.0);
            for (row, into) in pixels
                .chunks_exact(2 * columns)
                .zip(inside.chunks_exact_mut(width))
            {
                // One column of padding comes first, so an odd column of the image is an even one here.
                let (even, odd) = into.split_at_mut(self.half);
                even[0] = 0.0;
                odd[columns] = 0.0;
                let pairs = row.as_chunks::<ROW>().0.chunks_exact(2);
                let even = even[1..].as_chunks_mut::<ROW>().0;
                for ((pair, even), odd) in pairs.zip(even).zip(odd.as_chunks_mut::<ROW>().0) {
                    let pixels = pair.as_flattened();
                    *odd = from_fn(|at| pixels[2 * at]);
                    *even = from_fn(|at| pixels[2 * at + 1]);
                }
            }
        }
    }
}

struct Convolve<'a> {
    layout: &'a DeinterleavedImage,
    /// `[inputs, rows, 2, half]`
    deinterleaved: &'a [f32],
    taps: &'a [usize],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    output: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F32_LANES == 8 {
            self.run::<S, 2>(simd);
        } else {
            self.run::<S, 4>(simd);
        }
    }
}

impl Convolve<'_> {
    /// Processes `VECTORS` vectors of positions at a time.
    #[inline(always)]
    fn run<S: Simd, const VECTORS: usize>(self, simd: S) {
        let Self {
            layout,
            deinterleaved,
            taps,
            weight,
            bias,
            output,
        } = self;
        let plane = layout.size[0] * layout.size[1];
        for (block, output) in output.chunks_mut(OUTPUTS * plane).enumerate() {
            let first = block * OUTPUTS;
            let count = output.len() / plane;
            for position in (0..plane).step_by(VECTORS * S::F32_LANES) {
                let at = from_fn(|v| layout.position(position + v * S::F32_LANES));
                let view = TapView {
                    deinterleaved,
                    taps,
                    at,
                };
                let into = &mut output[position..];
                let weight = &weight[first * taps.len()..][..count * taps.len()];
                let bias = bias.map(|bias| &bias[first..][..count]);
                match count {
                    1 => tile::<S, 1, VECTORS>(simd, &view, weight, bias, into, plane),
                    2 => tile::<S, 2, VECTORS>(simd, &view, weight, bias, into, plane),
                    3 => tile::<S, 3, VECTORS>(simd, &view, weight, bias, into, plane),
                    4 => tile::<S, 4, VECTORS>(simd, &view, weight, bias, into, plane),
                    5 => tile::<S, 5, VECTORS>(simd, &view, weight, bias, into, plane),
                    _ => tile::<S, OUTPUTS, VECTORS>(simd, &view, weight, bias, into, plane),
                }
            }
        }
    }
}

/// The pixels under the taps at some vectors of positions.
struct TapView<'a, const VECTORS: usize> {
    deinterleaved: &'a [f32],
    taps: &'a [usize],
    at: [usize; VECTORS],
}

/// Computes `COUNT` output channels at `VECTORS` vectors of positions; output planes have `plane` elements.
#[inline(always)]
fn tile<S: Simd, const COUNT: usize, const VECTORS: usize>(
    simd: S,
    view: &TapView<VECTORS>,
    weight: &[f32],
    bias: Option<&[f32]>,
    output: &mut [f32],
    plane: usize,
) {
    let weights: [&[f32]; COUNT] =
        from_fn(|row| &weight[row * view.taps.len()..][..view.taps.len()]);
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; COUNT];
    for (tap, start) in view.taps.iter().enumerate() {
        let pixels_at_tap: [S::f32s; VECTORS] = from_fn(|v| {
            let at = start + view.at[v];
            S::as_simd_f32s(&view.deinterleaved[at..at + S::F32_LANES]).0[0]
        });
        for (sums, weights) in sums.iter_mut().zip(&weights) {
            let weight = simd.splat_f32s(weights[tap]);
            for (sum, pixels_at_tap) in sums.iter_mut().zip(&pixels_at_tap) {
                *sum = simd.mul_add_e_f32s(weight, *pixels_at_tap, *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        let bias = simd.splat_f32s(bias.map_or(0.0, |bias| bias[row]));
        for (v, sum) in sums.iter().enumerate() {
            let at = row * plane + v * S::F32_LANES;
            let output = &mut output[at..at + S::F32_LANES];
            S::as_mut_simd_f32s(output).0[0] = simd.add_f32s(*sum, bias);
        }
    }
}

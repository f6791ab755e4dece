//! The gradient with respect to the weight for few channels: the pixels under the kernel at a position are a row, so that vectors hold neighbouring
//! taps.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::convolution::ConvShape;
use crate::matmul::{LeftOperand, PANEL, ProductSizes, StridedRows, WriteMode, multiply_panel};
use crate::scratch::Scratch;
use crate::simd_planes::LANES;

/// Smallest number of positions of an image; with fewer, unfolding several images together is faster.
const MIN_POSITIONS: usize = 64;

/// Whether the taps fit a panel and an image has enough positions.
pub fn is_profitable(shape: &ConvShape) -> bool {
    shape.taps() <= PANEL && shape.output_plane_len() >= MIN_POSITIONS
}

/// Columns of a sum: the taps, rounded up to whole vectors.
pub fn width(shape: &ConvShape) -> usize {
    shape.taps().next_multiple_of(LANES)
}

/// Writes the gradient of some images to `sum`, `[outputs, width]`, or adds it.
pub fn correlate(
    arch: Arch,
    shape: &ConvShape,
    images: &[f32],
    gradients: &[f32],
    mut write: WriteMode,
    sum: &mut [f32],
) {
    let (positions, width) = (shape.output_plane_len(), width(shape));
    let [height, wide] = padded(shape);
    let mut padded = Scratch::take(shape.inputs() * height * wide);
    padded.fill(0.0);
    let mut rows = Scratch::take(positions * width);
    for (image, gradient) in images
        .chunks_exact(shape.image_len())
        .zip(gradients.chunks_exact(shape.output_image_len()))
    {
        pad_image(shape, image, &mut padded);
        match shape.kernel()[1] {
            3 => unfold_rows::<3>(shape, &padded, &mut rows),
            4 => unfold_rows::<4>(shape, &padded, &mut rows),
            _ => unfold_rows::<1>(shape, &padded, &mut rows),
        }
        arch.dispatch(Correlate {
            rows: &rows,
            width,
            gradient,
            outputs: shape.outputs(),
            write,
            sum: &mut *sum,
        });
        write = WriteMode::Accumulate;
    }
}

/// `[height, width]` of a channel with its padding.
fn padded(shape: &ConvShape) -> [usize; 2] {
    [0, 1].map(|axis| shape.size()[axis] + 2 * shape.padding()[axis])
}

/// Copies an image into its padded frame.
fn pad_image(shape: &ConvShape, image: &[f32], padded: &mut [f32]) {
    let ([height, width], [above, before]) = (shape.size(), shape.padding());
    let [tall, wide] = self::padded(shape);
    for (channel, padded) in image
        .chunks_exact(height * width)
        .zip(padded.chunks_exact_mut(tall * wide))
    {
        let rows = padded[above * wide..].chunks_exact_mut(wide);
        for (pixels, row) in channel.chunks_exact(width).zip(rows) {
            row[before..before + width].copy_from_slice(pixels);
        }
    }
}

/// Copies the pixels under the kernel at every position, in runs of `RUN` pixels; `RUN` divides the kernel width.
///
/// # Shapes
/// `frame` `[inputs, height, width]`, padding included, to `rows` `[positions, width]`.
fn unfold_rows<const RUN: usize>(shape: &ConvShape, padded: &[f32], rows: &mut [f32]) {
    let ([tall, wide], [down, right]) = (shape.kernel(), shape.stride());
    let [height, width] = self::padded(shape);
    let runs: Vec<usize> = (0..shape.taps() / RUN)
        .map(|run| run * RUN)
        .map(|tap| {
            let (channel, row, column) = (tap / (tall * wide), tap / wide % tall, tap % wide);
            (channel * height + row) * width + column
        })
        .collect();
    let columns = shape.output_size()[1];
    for (position, row) in rows.chunks_exact_mut(self::width(shape)).enumerate() {
        let corner = position / columns * down * width + position % columns * right;
        let (taps, beyond) = row.split_at_mut(shape.taps());
        for (run, start) in taps.as_chunks_mut::<RUN>().0.iter_mut().zip(&runs) {
            run.copy_from_slice(&padded[corner + start..][..RUN]);
        }
        beyond.fill(0.0);
    }
}

/// The contribution of one image.
struct Correlate<'a> {
    /// `[positions, width]`
    rows: &'a [f32],
    width: usize,
    /// `[outputs, positions]`
    gradient: &'a [f32],
    outputs: usize,
    write: WriteMode,
    sum: &'a mut [f32],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let positions = self.rows.len() / self.width;
        let left = LeftOperand {
            data: self.gradient,
            row: positions,
            inner: 1,
            segment: 0,
        };
        let right = StridedRows {
            data: self.rows,
            stride: self.width,
        };
        let mut sum = StridedRows {
            data: self.sum,
            stride: self.width,
        };
        let sizes = ProductSizes {
            rows: self.outputs,
            segments: 1,
            inner: positions,
            columns: self.width,
        };
        multiply_panel(simd, self.write, left, &right, &mut sum, sizes);
    }
}

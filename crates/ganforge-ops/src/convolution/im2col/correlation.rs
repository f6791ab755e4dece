//! The gradient by the weight where an image has few channels: what the kernel sees at a position is a row, so that sums run along vectors
//! of taps.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::convolution::ConvShape;
use crate::matmul::{Left, PANEL, Rows, Sizes, Write, multiply_rows};
use crate::scratch::Scratch;
use crate::simd_planes::LANES;

/// Positions of an image below which merging some of them is better.
const ENOUGH: usize = 64;

/// Whether a panel has room for the taps, and an image positions enough.
pub fn pays(shape: &ConvShape) -> bool {
    shape.taps() <= PANEL && shape.output_plane_len() >= ENOUGH
}

/// Columns of a sum: the taps, filled up to whole vectors.
pub fn width(shape: &ConvShape) -> usize {
    shape.taps().next_multiple_of(LANES)
}

/// Writes or adds the gradient of some images to `sum`, `[outputs, width]`.
pub fn correlate(
    arch: Arch,
    shape: &ConvShape,
    images: &[f32],
    gradients: &[f32],
    mut write: Write,
    sum: &mut [f32],
) {
    let (positions, width) = (shape.output_plane_len(), width(shape));
    let [height, wide] = frame(shape);
    let mut frame = Scratch::take(shape.inputs() * height * wide);
    frame.fill(0.0);
    let mut rows = Scratch::take(positions * width);
    for (image, gradient) in images
        .chunks_exact(shape.image_len())
        .zip(gradients.chunks_exact(shape.output_image_len()))
    {
        surround(shape, image, &mut frame);
        match shape.kernel()[1] {
            3 => see::<3>(shape, &frame, &mut rows),
            4 => see::<4>(shape, &frame, &mut rows),
            _ => see::<1>(shape, &frame, &mut rows),
        }
        arch.dispatch(Correlate {
            rows: &rows,
            width,
            gradient,
            outputs: shape.outputs(),
            write,
            sum: &mut *sum,
        });
        write = Write::Add;
    }
}

/// `[height, width]` of a channel with its padding.
fn frame(shape: &ConvShape) -> [usize; 2] {
    [0, 1].map(|axis| shape.size()[axis] + 2 * shape.padding()[axis])
}

/// Copies an image to where its padding leaves it room.
fn surround(shape: &ConvShape, image: &[f32], frame: &mut [f32]) {
    let ([height, width], [above, before]) = (shape.size(), shape.padding());
    let [tall, wide] = self::frame(shape);
    for (channel, frame) in image
        .chunks_exact(height * width)
        .zip(frame.chunks_exact_mut(tall * wide))
    {
        let rows = frame[above * wide..].chunks_exact_mut(wide);
        for (pixels, row) in channel.chunks_exact(width).zip(rows) {
            row[before..before + width].copy_from_slice(pixels);
        }
    }
}

/// Writes down what the kernel sees at every position, in runs of `RUN` pixels, of which its width is a multiple.
///
/// # Shapes
/// `frame` `[inputs, height, width]`, padding included, to `rows` `[positions, width]`.
fn see<const RUN: usize>(shape: &ConvShape, frame: &[f32], rows: &mut [f32]) {
    let ([tall, wide], [down, right]) = (shape.kernel(), shape.stride());
    let [height, width] = self::frame(shape);
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
        let (seen, beyond) = row.split_at_mut(shape.taps());
        for (run, start) in seen.as_chunks_mut::<RUN>().0.iter_mut().zip(&runs) {
            run.copy_from_slice(&frame[corner + start..][..RUN]);
        }
        beyond.fill(0.0);
    }
}

/// The part of one image.
struct Correlate<'a> {
    /// `[positions, width]`
    rows: &'a [f32],
    width: usize,
    /// `[outputs, positions]`
    gradient: &'a [f32],
    outputs: usize,
    write: Write,
    sum: &'a mut [f32],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let positions = self.rows.len() / self.width;
        let left = Left {
            data: self.gradient,
            row: positions,
            inner: 1,
            segment: 0,
        };
        let right = Rows {
            data: self.rows,
            stride: self.width,
        };
        let mut sum = Rows {
            data: self.sum,
            stride: self.width,
        };
        let sizes = Sizes {
            rows: self.outputs,
            segments: 1,
            inner: positions,
            columns: self.width,
        };
        multiply_rows(simd, self.write, left, &right, &mut sum, sizes);
    }
}

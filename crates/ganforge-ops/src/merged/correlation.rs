//! The gradient by the weight where an image has few channels: its columns are turned into rows, so that sums run along vectors of taps.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use super::columns::unfold;
use crate::ConvShape;
use crate::lanes::{LANES, Places};
use crate::product::{Left, PANEL, Rows, Sizes, Write, multiply_rows};
use crate::scratch::Scratch;

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
    let positions = shape.output_plane_len();
    let width = width(shape);
    let mut columns = Scratch::take(shape.taps() * positions);
    let mut rows = Scratch::take(positions * width);
    let size = [positions, 1];
    let places = Places::new(size, size, width / LANES, 0);
    for (image, gradient) in images
        .chunks_exact(shape.image_len())
        .zip(gradients.chunks_exact(shape.output_image_len()))
    {
        unfold(arch, shape, image, &mut columns);
        arch.dispatch(Correlate {
            places: &places,
            columns: &columns,
            rows: &mut rows,
            gradient,
            outputs: shape.outputs(),
            write,
            sum: &mut *sum,
        });
        write = Write::Add;
    }
}

/// The part of one image.
struct Correlate<'a> {
    places: &'a Places,
    /// `[taps, positions]`
    columns: &'a [f32],
    /// Room for `[positions, width]`.
    rows: &'a mut [f32],
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
        let positions = self.places.plane_len();
        let width = self.rows.len() / positions;
        // The last block may be short, and zeroes what stands beside it.
        for (block, columns) in self.columns.chunks(LANES * positions).enumerate().rev() {
            let channels = columns.len() / positions;
            let rows = &mut self.rows[block * LANES..];
            self.places.gather(simd, columns, positions, channels, rows);
        }
        let left = Left {
            data: self.gradient,
            row: positions,
            inner: 1,
            segment: 0,
        };
        let right = Rows {
            data: &*self.rows,
            stride: width,
        };
        let mut sum = Rows {
            data: self.sum,
            stride: width,
        };
        let sizes = Sizes {
            rows: self.outputs,
            segments: 1,
            inner: positions,
            columns: width,
        };
        multiply_rows(simd, self.write, left, &right, &mut sum, sizes);
    }
}

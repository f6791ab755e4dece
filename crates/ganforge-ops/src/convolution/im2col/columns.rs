//! Unfolding of images into columns, one for each position of the kernel (im2col), and its transpose (col2im).

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Arch, Simd, WithSimd};

use crate::convolution::ConvShape;

/// Unfolds images into a matrix of one row per kernel tap and one column per position.
///
/// # Shapes
/// `images` `[count, inputs, height, width]` to `columns` `[inputs · kernel height · kernel width, count · positions]`.
pub fn unfold(arch: Arch, shape: &ConvShape, images: &[f32], columns: &mut [f32]) {
    arch.dispatch(Unfold {
        shape,
        images,
        columns,
    });
}

/// Adds every element of `columns` to its pixel: the transpose of [`unfold`].
///
/// # Shapes
/// `columns` `[inputs · kernel height · kernel width, count · positions]` to `images` `[count, inputs, height, width]`.
pub fn fold(arch: Arch, shape: &ConvShape, columns: &[f32], images: &mut [f32]) {
    arch.dispatch(Fold {
        shape,
        columns,
        images,
    });
}

struct Unfold<'a> {
    shape: &'a ConvShape,
    images: &'a [f32],
    columns: &'a mut [f32],
}

impl WithSimd for Unfold<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let shape = self.shape;
        let positions = shape.output_plane_len();
        let count = self.images.len() / shape.image_len();
        for (tap, row) in self.columns.chunks_exact_mut(count * positions).enumerate() {
            let (channel, window) = Window::of_tap(shape, tap);
            for (image, part) in self
                .images
                .chunks_exact(shape.image_len())
                .zip(row.chunks_exact_mut(positions))
            {
                let plane = &image[channel * shape.plane_len()..][..shape.plane_len()];
                window.read(shape, plane, part);
            }
        }
    }
}

struct Fold<'a> {
    shape: &'a ConvShape,
    columns: &'a [f32],
    images: &'a mut [f32],
}

impl WithSimd for Fold<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let shape = self.shape;
        let positions = shape.output_plane_len();
        let count = self.images.len() / shape.image_len();
        self.images.fill(0.0);
        for (tap, row) in self.columns.chunks_exact(count * positions).enumerate() {
            let (channel, window) = Window::of_tap(shape, tap);
            for (image, part) in self
                .images
                .chunks_exact_mut(shape.image_len())
                .zip(row.chunks_exact(positions))
            {
                let plane = &mut image[channel * shape.plane_len()..][..shape.plane_len()];
                window.add(shape, part, plane);
            }
        }
    }
}

/// The pixels of a plane under one tap of the kernel.
struct Window {
    rows: Axis,
    columns: Axis,
}

impl Window {
    /// The input channel of a tap, and the tap's window on that channel.
    #[inline(always)]
    fn of_tap(shape: &ConvShape, tap: usize) -> (usize, Self) {
        let [tall, wide] = shape.kernel();
        let (channel, row, column) = (tap / (tall * wide), tap / wide % tall, tap % wide);
        let window = Self {
            rows: Axis::new(shape, 0, row),
            columns: Axis::new(shape, 1, column),
        };
        (channel, window)
    }

    /// Copies the pixel under this tap at each position, or zero outside the plane.
    #[inline(always)]
    fn read(&self, shape: &ConvShape, plane: &[f32], positions: &mut [f32]) {
        let (width, wide) = (shape.size()[1], shape.output_size()[1]);
        let Axis {
            first, end, stride, ..
        } = self.columns;
        for (y, positions) in positions.chunks_exact_mut(wide).enumerate() {
            let Some(row) = self.rows.source(y) else {
                positions.fill(0.0);
                continue;
            };
            let row = &plane[row * width..][..width];
            positions[..first].fill(0.0);
            positions[end..].fill(0.0);
            if first == end {
                continue;
            }
            let pixels = &row[self.columns.pixel(first)..];
            let positions = &mut positions[first..end];
            match stride {
                1 => positions.copy_from_slice(&pixels[..positions.len()]),
                2 => copy_strided::<2>(pixels, positions),
                _ => {
                    for (position, pixel) in positions.iter_mut().zip(pixels.iter().step_by(stride))
                    {
                        *position = *pixel;
                    }
                }
            }
        }
    }

    /// Adds the value of each position to the pixel under this tap.
    #[inline(always)]
    fn add(&self, shape: &ConvShape, positions: &[f32], plane: &mut [f32]) {
        let (width, wide) = (shape.size()[1], shape.output_size()[1]);
        let Axis {
            first, end, stride, ..
        } = self.columns;
        if first == end {
            return;
        }
        for (y, positions) in positions.chunks_exact(wide).enumerate() {
            let Some(row) = self.rows.source(y) else {
                continue;
            };
            let pixels = &mut plane[row * width + self.columns.pixel(first)..(row + 1) * width];
            let positions = &positions[first..end];
            match stride {
                1 => {
                    for (pixel, position) in pixels.iter_mut().zip(positions) {
                        *pixel += position;
                    }
                }
                2 => add_every_second(positions, pixels),
                _ => {
                    for (pixel, position) in pixels.iter_mut().step_by(stride).zip(positions) {
                        *pixel += position;
                    }
                }
            }
        }
    }
}

/// Adds to every second pixel and rewrites the others unchanged, which lets the compiler vectorise the loop.
#[inline(always)]
fn add_every_second(positions: &[f32], pixels: &mut [f32]) {
    let (pairs, rest) = pixels.as_chunks_mut::<2>();
    for (pair, position) in pairs.iter_mut().zip(positions) {
        *pair = [pair[0] + position, pair[1]];
    }
    if let ([last], Some(position)) = (rest, positions.get(pairs.len())) {
        *last += position;
    }
}

/// Copies every `STRIDE`th pixel; a constant stride lets the compiler vectorise the loop.
#[inline(always)]
fn copy_strided<const STRIDE: usize>(pixels: &[f32], positions: &mut [f32]) {
    let (last, whole) = positions.split_last_mut().expect("a window holds a pixel");
    let (strides, rest) = pixels.as_chunks::<STRIDE>();
    for (position, stride) in whole.iter_mut().zip(strides) {
        *position = stride[0];
    }
    *last = strides
        .get(whole.len())
        .map_or_else(|| rest[0], |stride| stride[0]);
}

/// The positions of one row or column of the kernel along an axis.
struct Axis {
    /// The positions `first..end` at which it lies on a pixel.
    first: usize,
    end: usize,
    stride: usize,
    padding: usize,
    tap: usize,
}

impl Axis {
    #[inline(always)]
    fn new(shape: &ConvShape, axis: usize, tap: usize) -> Self {
        let (stride, padding) = (shape.stride()[axis], shape.padding()[axis]);
        let positions = shape.output_size()[axis];
        let end = (shape.size()[axis] + padding)
            .saturating_sub(tap)
            .div_ceil(stride)
            .min(positions);
        Self {
            first: padding.saturating_sub(tap).div_ceil(stride).min(end),
            end,
            stride,
            padding,
            tap,
        }
    }

    /// The pixel under a position in `first..end`.
    fn pixel(&self, position: usize) -> usize {
        position * self.stride + self.tap - self.padding
    }

    /// The pixel under any position, or `None` in the padding.
    fn source(&self, position: usize) -> Option<usize> {
        (self.first..self.end)
            .contains(&position)
            .then(|| self.pixel(position))
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small integers are exact")]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_pixels_under_the_taps() {
        let shape = ConvShape::new(1, [1, 1], [2, 3], [2, 2], [1, 2], [0, 1]).unwrap();
        assert_eq!(shape.output_size(), [1, 2]);
        let mut columns = [f32::NAN; 8];
        unfold(
            Arch::new(),
            &shape,
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            &mut columns,
        );
        assert_eq!(columns, [0.0, 2.0, 1.0, 3.0, 0.0, 5.0, 4.0, 6.0]);
    }

    #[test]
    fn folding_ones_counts_the_positions_of_each_pixel() {
        let shape = ConvShape::new(1, [1, 1], [3, 3], [2, 2], [1, 1], [0, 0]).unwrap();
        let mut image = [f32::NAN; 9];
        fold(Arch::new(), &shape, &[1.0; 16], &mut image);
        assert_eq!(image, [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0]);
    }
}

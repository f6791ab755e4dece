//! Convolution of any shape as matrix products over the columns of several images (im2col).
//!
//! One image of a deep layer has few positions (64 at 8 × 8), and a product with so few columns runs far below the machine's peak speed. Unfolding
//! several images together gives it hundreds of columns, which still fit a cache.

mod col2im;
mod columns;
mod correlation;

use pulp::Arch;

use crate::convolution::ConvShape;
use crate::matmul::{Matrix, WriteMode, multiply};
use crate::pool;
use crate::scratch::Scratch;
use crate::uninit::Uninit;
use columns::{fold, unfold};
use correlation::correlate;

/// An image of at least so many positions is processed alone, without copying its outputs.
const MIN_POSITIONS: usize = 256;

/// Positions to which smaller images are merged.
const MERGED_POSITIONS: usize = 512;

/// Largest number of elements of a column matrix; a second-level cache holds part of it.
const MAX_COLUMN_ELEMENTS: usize = 1 << 19;

/// Smallest number of chunks of a batch that is divided among threads, if it has so many images.
const MIN_CHUNKS: usize = 2;

/// Largest number of partial sums of a weight gradient, each over its own images, and the largest number of elements of all partial sums together,
/// unless there are no more of them than [`MIN_CHUNKS`].
const MAX_PARTIAL_SUMS: usize = 16;
const MAX_PARTIAL_SUM_ELEMENTS: usize = 1 << 16;

/// Forward pass; slices as in [`convolve`](crate::convolve).
pub fn convolve(
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let arch = Arch::new();
    let plan = Plan::new(shape);
    let chunk = plan.images * shape.output_image_len();
    let weight = Matrix::new(weight, shape.outputs(), shape.taps());
    output.for_each_chunk(plan.threads, chunk, |index, output| {
        let count = output.len() / shape.output_image_len();
        let input = plan.images_of(shape, input, index, count);
        let positions = count * shape.output_plane_len();
        let mut columns = Scratch::take(shape.taps() * positions);
        unfold(arch, shape, input, &mut columns);
        let columns = Matrix::new(&columns, shape.taps(), positions);
        let output = output.floats();
        if count == 1 {
            multiply(
                output,
                WriteMode::Overwrite,
                weight,
                columns,
                plan.threads_per_product,
            );
        } else {
            let mut channel_major = Scratch::take(output.len());
            multiply(
                &mut channel_major,
                WriteMode::Overwrite,
                weight,
                columns,
                plan.threads_per_product,
            );
            to_image_major(shape, &channel_major, output);
        }
        add_bias(bias, shape.output_plane_len(), output);
    });
}

/// Gradient with respect to the input; slices as in [`convolve_input_gradient`](crate::convolve_input_gradient).
pub fn convolve_input_gradient(
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let arch = Arch::new();
    let plan = Plan::new(shape);
    let chunk = plan.images * shape.image_len();
    let weight = Matrix::new(weight, shape.outputs(), shape.taps());
    input_gradient.for_each_chunk(plan.threads, chunk, |index, input_gradient| {
        let count = input_gradient.len() / shape.image_len();
        let output_gradient = plan.output_images_of(shape, output_gradient, index, count);
        let positions = count * shape.output_plane_len();
        let mut scratch = None;
        let channel_major = to_channel_major(shape, output_gradient, &mut scratch);
        let input_gradient = input_gradient.floats();
        let threads = plan.threads_per_product;
        if col2im::is_profitable(shape, positions) {
            col2im::input_gradient(shape, channel_major, weight, threads, input_gradient);
        } else {
            let mut columns = Scratch::take(shape.taps() * positions);
            let weight = weight.transposed();
            multiply(
                &mut columns,
                WriteMode::Overwrite,
                weight,
                channel_major,
                threads,
            );
            fold(arch, shape, &columns, input_gradient);
        }
        add_bias(bias, shape.plane_len(), input_gradient);
    });
}

/// Gradient with respect to the weight; slices as in [`convolve_weight_gradient`](crate::convolve_weight_gradient).
///
/// The images are summed in ranges, and the partial sums are added in the order of the ranges.
pub fn convolve_weight_gradient(
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    let arch = Arch::new();
    let plan = Plan::new(shape);
    let few_channels = correlation::is_profitable(shape);
    let width = if few_channels {
        correlation::width(shape)
    } else {
        shape.taps()
    };
    let len = shape.outputs() * width;
    let ranges = plan.ranges(len);
    let threads_per_product = plan.threads.div_ceil(ranges);
    let mut sums = Scratch::take(ranges * len);
    pool::for_each_chunk(plan.threads, &mut sums, len, |range, sum| {
        let mut write = WriteMode::Overwrite;
        for index in range * plan.chunks / ranges..(range + 1) * plan.chunks / ranges {
            let count = plan.images.min(shape.batch() - index * plan.images);
            let input = plan.images_of(shape, input, index, count);
            let output_gradient = plan.output_images_of(shape, output_gradient, index, count);
            if few_channels {
                correlate(arch, shape, input, output_gradient, write, sum);
            } else {
                let positions = count * shape.output_plane_len();
                let mut columns = Scratch::take(shape.taps() * positions);
                let mut scratch = None;
                unfold(arch, shape, input, &mut columns);
                let columns = Matrix::new(&columns, shape.taps(), positions).transposed();
                let channel_major = to_channel_major(shape, output_gradient, &mut scratch);
                multiply(sum, write, channel_major, columns, threads_per_product);
            }
            write = WriteMode::Accumulate;
        }
    });
    let weight_gradient = weight_gradient.floats();
    for (range, sum) in sums.chunks_exact(len).enumerate() {
        for (totals, sums) in weight_gradient
            .chunks_exact_mut(shape.taps())
            .zip(sum.chunks_exact(width))
        {
            if range == 0 {
                totals.copy_from_slice(&sums[..totals.len()]);
                continue;
            }
            for (total, value) in totals.iter_mut().zip(sums) {
                *total += value;
            }
        }
    }
}

/// Partition of the batch. Except for the thread counts it depends on the shape alone, so that results do not depend on the number of threads.
struct Plan {
    /// Smallest number of chunks.
    min_chunks: usize,
    /// Images per chunk, unfolded together.
    images: usize,
    /// Number of chunks; the last may have fewer images.
    chunks: usize,
    threads: usize,
    /// Threads per matrix product; more than 1 if there are fewer chunks than threads.
    threads_per_product: usize,
}

impl Plan {
    fn new(shape: &ConvShape) -> Self {
        let operations = shape.operations();
        let threads = pool::matmul_threads(operations);
        let min_chunks = if pool::is_matmul_parallel(operations) {
            MIN_CHUNKS
        } else {
            1
        };
        let positions = shape.output_plane_len();
        let channel_major = if positions < MIN_POSITIONS {
            MERGED_POSITIONS.div_ceil(positions)
        } else {
            1
        };
        let images = channel_major
            .min(MAX_COLUMN_ELEMENTS / (shape.taps() * positions))
            .min(shape.batch().div_ceil(min_chunks))
            .max(1);
        let chunks = shape.batch().div_ceil(images);
        Self {
            min_chunks,
            images,
            chunks,
            threads,
            threads_per_product: threads.div_ceil(chunks),
        }
    }

    /// Number of partial sums of `len` elements in a weight gradient.
    fn ranges(&self, len: usize) -> usize {
        match self.min_chunks {
            1 => 1,
            min_chunks => (MAX_PARTIAL_SUM_ELEMENTS / len)
                .clamp(min_chunks, MAX_PARTIAL_SUMS)
                .min(self.chunks),
        }
    }

    fn images_of<'a>(
        &self,
        shape: &ConvShape,
        input: &'a [f32],
        index: usize,
        count: usize,
    ) -> &'a [f32] {
        &input[index * self.images * shape.image_len()..][..count * shape.image_len()]
    }

    fn output_images_of<'a>(
        &self,
        shape: &ConvShape,
        output: &'a [f32],
        index: usize,
        count: usize,
    ) -> &'a [f32] {
        &output[index * self.images * shape.output_image_len()..]
            [..count * shape.output_image_len()]
    }
}

/// Transposes `[count, outputs, positions]` to `[outputs, count, positions]`; for a single image the two are the same.
fn to_channel_major<'a>(
    shape: &ConvShape,
    images: &'a [f32],
    scratch: &'a mut Option<Scratch>,
) -> Matrix<'a> {
    let positions = shape.output_plane_len();
    let count = images.len() / shape.output_image_len();
    if count == 1 {
        return Matrix::new(images, shape.outputs(), positions);
    }
    let channel_major = scratch.insert(Scratch::take(images.len()));
    for (channel, row) in channel_major
        .chunks_exact_mut(count * positions)
        .enumerate()
    {
        for (image, part) in images
            .chunks_exact(shape.output_image_len())
            .zip(row.chunks_exact_mut(positions))
        {
            part.copy_from_slice(&image[channel * positions..][..positions]);
        }
    }
    Matrix::new(channel_major, shape.outputs(), count * positions)
}

/// Transposes `[outputs, count, positions]` to `[count, outputs, positions]`.
fn to_image_major(shape: &ConvShape, channel_major: &[f32], images: &mut [f32]) {
    let positions = shape.output_plane_len();
    let count = images.len() / shape.output_image_len();
    for (index, image) in images
        .chunks_exact_mut(shape.output_image_len())
        .enumerate()
    {
        for (plane, row) in image
            .chunks_exact_mut(positions)
            .zip(channel_major.chunks_exact(count * positions))
        {
            plane.copy_from_slice(&row[index * positions..][..positions]);
        }
    }
}

/// Adds a bias to every channel while the images are still in a cache.
fn add_bias(bias: Option<&[f32]>, plane: usize, images: &mut [f32]) {
    let Some(bias) = bias else { return };
    for image in images.chunks_exact_mut(bias.len() * plane) {
        for (plane, bias) in image.chunks_exact_mut(plane).zip(bias) {
            for value in plane {
                *value += bias;
            }
        }
    }
}

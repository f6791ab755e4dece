//! The three passes: transform to the Winograd domain, multiply, transform back.

use pulp::Arch;

use super::matmul::{Correlate, Multiply};
use super::panels::Panels;
use super::tiling::{Grid, Tiling};
use super::transform::{ToPixels, ToPoints};
use super::variant::{Transform, Variant};
use super::weight::{self, RightFactor};
use crate::convolution::ConvShape;
use crate::matmul::{PANEL, WriteMode};
use crate::pool;
use crate::scratch::Scratch;
use crate::uninit::Uninit;

/// Tiles multiplied at a time: enough to amortise reading the weights, and few enough for a cache.
const TILES_PER_CHUNK: usize = 64;

/// Tiles of a group in the weight gradient.
const TILES_PER_GROUP: usize = 256;

/// Largest number of elements of transformed images that a weight gradient keeps in memory: 16 MB.
const MAX_TRANSFORMED_ELEMENTS: usize = 1 << 22;

pub fn convolve<F: Variant>(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let plan = Plan::new(shape, tiling.input.count());
    let weights = weight::transform(
        arch,
        shape,
        &tiling,
        RightFactor::Inputs,
        plan.threads,
        weight,
    );
    let (from, to) = (&tiling.input, &tiling.output);
    convolve_images(arch, &plan, from, to, &weights, bias, input, output);
}

pub fn input_gradient<F: Variant>(
    arch: Arch,
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let plan = Plan::new(shape, tiling.input.count());
    let weights = weight::transform(
        arch,
        shape,
        &tiling,
        RightFactor::OutputGradients,
        plan.threads,
        weight,
    );
    let (from, to) = (&tiling.output, &tiling.input);
    convolve_images(
        arch,
        &plan,
        from,
        to,
        &weights,
        bias,
        output_gradient,
        input_gradient,
    );
}

/// Computes images of one side of the convolution from those of the other.
#[expect(
    clippy::too_many_arguments,
    reason = "operands of both sides of the convolution"
)]
fn convolve_images<From: Transform, To: Transform>(
    arch: Arch,
    plan: &Plan,
    from: &Grid<From>,
    to: &Grid<To>,
    (weights, weight): &(Panels, Scratch),
    bias: Option<&[f32]>,
    source: &[f32],
    destination: Uninit,
) {
    let chunk = plan.images * to.image_len;
    destination.for_each_chunk(plan.threads, chunk, |index, images| {
        let count = images.len() / to.image_len;
        let tiles = count * from.count();
        let (input_panels, output_panels) = (from.panels(tiles), to.panels(tiles));
        let mut frame = Scratch::take(from.frame_len);
        frame.fill(0.0);
        let mut transformed = Scratch::take(input_panels.len());
        arch.dispatch(ToPoints {
            grid: from,
            images: &source[index * plan.images * from.image_len..][..count * from.image_len],
            panels: input_panels,
            points: &mut transformed,
            frame: &mut frame,
        });
        let mut products = Scratch::take(output_panels.len());
        // With fewer chunks than threads, the panels of a chunk are divided among threads.
        let panels = if plan.enough_chunks {
            output_panels.count()
        } else {
            1
        };
        let threads = if plan.enough_chunks { 1 } else { plan.threads };
        let len = panels * output_panels.panel_len();
        pool::for_each_chunk(threads, &mut products, len, |index, result| {
            let first = index * panels;
            arch.dispatch(Multiply {
                from: input_panels,
                images: &transformed,
                weights: *weights,
                weight,
                range: first..output_panels.count().min(first + panels),
                result,
            });
        });
        let mut frame = Scratch::take(to.frame_len);
        arch.dispatch(ToPixels {
            grid: to,
            panels: output_panels,
            points: &products,
            bias,
            images: images.floats(),
            frame: &mut frame,
        });
    });
}

pub fn weight_gradient<F: Variant>(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let threads = pool::matmul_threads(shape.operations());
    let (depth, width) = (tiling.input.channels(), tiling.output.channels());
    let sums = Panels {
        products: F::Weight::PRODUCTS,
        rows: width,
        columns: depth,
    };
    let mut sum = Scratch::take(sums.len());
    let plan = WeightGradientPlan::new(shape, &tiling);
    let mut write = WriteMode::Overwrite;
    for start in (0..shape.batch()).step_by(plan.images * plan.groups) {
        let count = (shape.batch() - start).min(plan.images * plan.groups);
        let inputs = plan.to_points(arch, threads, &tiling.input, input, start, count);
        let gradients =
            plan.to_points(arch, threads, &tiling.output, output_gradient, start, count);
        // Each product is a task of its own if all panels have the same width.
        let by_product = depth.is_multiple_of(PANEL);
        let task = if by_product {
            width * PANEL
        } else {
            sums.panel_len()
        };
        pool::for_each_chunk(threads, &mut sum, task, |index, sum| {
            let (panel, first) = if by_product {
                (index / sums.products, index % sums.products)
            } else {
                (index, 0)
            };
            let len = width * sums.width(panel);
            for (product, sum) in sum.chunks_exact_mut(len).enumerate() {
                let mut write = write;
                for group in 0..count.div_ceil(plan.images) {
                    let tiles = plan.tiles(group, count);
                    let (gradients_of, inputs_of) =
                        (tiling.output.panels(tiles), tiling.input.panels(tiles));
                    arch.dispatch(Correlate {
                        write,
                        product: first + product,
                        panel,
                        gradients: gradients_of,
                        gradient: &gradients[group * plan.group_len(&tiling.output)..]
                            [..gradients_of.len()],
                        inputs: inputs_of,
                        input: &inputs[group * plan.group_len(&tiling.input)..][..inputs_of.len()],
                        sum,
                    });
                    write = WriteMode::Accumulate;
                }
            }
        });
        write = WriteMode::Accumulate;
    }
    weight::weight_gradient(arch, shape, &tiling, threads, sums, &sum, weight_gradient);
}

/// Partition of the batch in the forward pass and the input gradient, where images are independent.
struct Plan {
    images: usize,
    threads: usize,
    /// There are at least as many chunks as threads.
    enough_chunks: bool,
}

impl Plan {
    fn new(shape: &ConvShape, tiles: usize) -> Self {
        let threads = pool::matmul_threads(shape.operations());
        let chunks = (shape.batch() * tiles)
            .div_ceil(TILES_PER_CHUNK)
            .next_multiple_of(threads);
        let images = shape.batch().div_ceil(chunks);
        Self {
            images,
            threads,
            enough_chunks: shape.batch().div_ceil(images) >= threads,
        }
    }
}

/// Partition of the batch in the weight gradient, which sums over images. It depends on the shape alone, so that results do not depend on the number
/// of threads.
struct WeightGradientPlan {
    /// Images per group.
    images: usize,
    /// Groups kept in memory at a time.
    groups: usize,
    /// Tiles per image.
    count: usize,
}

impl WeightGradientPlan {
    fn new<F: Variant>(shape: &ConvShape, tiling: &Tiling<F>) -> Self {
        let count = tiling.input.count();
        let images = TILES_PER_GROUP.div_ceil(count).min(shape.batch());
        let channels = tiling.input.channels() + tiling.output.channels();
        let group = F::Weight::PRODUCTS * images * count * channels;
        Self {
            images,
            groups: (MAX_TRANSFORMED_ELEMENTS / group).clamp(1, shape.batch().div_ceil(images)),
            count,
        }
    }

    /// Tiles of a group if `count` images are in memory.
    fn tiles(&self, group: usize, count: usize) -> usize {
        self.images.min(count - group * self.images) * self.count
    }

    /// Elements of a group.
    fn group_len<F: Transform>(&self, grid: &Grid<F>) -> usize {
        grid.panels(self.images * self.count).len()
    }

    /// Transforms the images from `start` on to the Winograd domain, group after group.
    fn to_points<F: Transform>(
        &self,
        arch: Arch,
        threads: usize,
        grid: &Grid<F>,
        images: &[f32],
        start: usize,
        count: usize,
    ) -> Scratch {
        let len = self.group_len(grid);
        let mut points = Scratch::take(count.div_ceil(self.images) * len);
        pool::for_each_chunk(threads, &mut points, len, |group, points| {
            let tiles = self.tiles(group, count);
            let first = start + group * self.images;
            let panels = grid.panels(tiles);
            let mut frame = Scratch::take(grid.frame_len);
            frame.fill(0.0);
            arch.dispatch(ToPoints {
                grid,
                images: &images[first * grid.image_len..][..tiles / self.count * grid.image_len],
                panels,
                points: &mut points[..panels.len()],
                frame: &mut frame,
            });
        });
        points
    }
}

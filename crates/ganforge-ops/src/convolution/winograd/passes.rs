//! The three passes: images enter the domain of products, are multiplied, and leave it.

use pulp::Arch;

use super::form::{Face, Form};
use super::matmul::{Correlate, Multiply};
use super::panels::Panels;
use super::tiling::{Grid, Tiling};
use super::transform::{Enter, Leave};
use super::weight::{self, Factor};
use crate::convolution::ConvShape;
use crate::matmul::{PANEL, Write};
use crate::pool;
use crate::scratch::Scratch;
use crate::uninit::Uninit;

/// Tiles whose products are computed at once: enough to read the weights seldom, and few enough for a cache.
const TILES: usize = 64;

/// Tiles of a group in the gradient by the weight.
const GROUP: usize = 256;

/// Elements of the transformed images that a weight gradient holds at once: 16 MB.
const HELD: usize = 1 << 22;

pub fn convolve<F: Form>(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    output: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let plan = Plan::new(shape, tiling.input.count());
    let weights = weight::enter(arch, shape, &tiling, Factor::Inputs, plan.threads, weight);
    let (from, to) = (&tiling.input, &tiling.output);
    map(arch, &plan, from, to, &weights, bias, input, output);
}

pub fn input_gradient<F: Form>(
    arch: Arch,
    shape: &ConvShape,
    output_gradient: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    input_gradient: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let plan = Plan::new(shape, tiling.input.count());
    let weights = weight::enter(
        arch,
        shape,
        &tiling,
        Factor::OutputGradients,
        plan.threads,
        weight,
    );
    let (from, to) = (&tiling.output, &tiling.input);
    map(
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

/// Images of one side to those of the other.
#[expect(clippy::too_many_arguments, reason = "two sides of each thing")]
fn map<From: Face, To: Face>(
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
        let (entering, leaving) = (from.panels(tiles), to.panels(tiles));
        let mut frame = Scratch::take(from.frame_len);
        frame.fill(0.0);
        let mut entered = Scratch::take(entering.len());
        arch.dispatch(Enter {
            grid: from,
            images: &source[index * plan.images * from.image_len..][..count * from.image_len],
            panels: entering,
            points: &mut entered,
            frame: &mut frame,
        });
        let mut products = Scratch::take(leaving.len());
        // A single chunk has no other parallelism than that of its panels.
        let panels = if plan.busy { leaving.count() } else { 1 };
        let threads = if plan.busy { 1 } else { plan.threads };
        let len = panels * leaving.panel_len();
        pool::for_each_chunk(threads, &mut products, len, |index, result| {
            let first = index * panels;
            arch.dispatch(Multiply {
                from: entering,
                images: &entered,
                weights: *weights,
                weight,
                range: first..leaving.count().min(first + panels),
                result,
            });
        });
        let mut frame = Scratch::take(to.frame_len);
        arch.dispatch(Leave {
            grid: to,
            panels: leaving,
            points: &products,
            bias,
            images: images.floats(),
            frame: &mut frame,
        });
    });
}

pub fn weight_gradient<F: Form>(
    arch: Arch,
    shape: &ConvShape,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: Uninit,
) {
    let tiling = Tiling::<F>::new(shape);
    let threads = pool::threads_of_products(shape.operations());
    let (depth, width) = (tiling.input.channels(), tiling.output.channels());
    let sums = Panels {
        products: F::Weight::PRODUCTS,
        rows: width,
        columns: depth,
    };
    let mut sum = Scratch::take(sums.len());
    let held = Held::new(shape, &tiling);
    let mut write = Write::Over;
    for start in (0..shape.batch()).step_by(held.images * held.groups) {
        let count = (shape.batch() - start).min(held.images * held.groups);
        let inputs = held.enter(arch, threads, &tiling.input, input, start, count);
        let gradients = held.enter(arch, threads, &tiling.output, output_gradient, start, count);
        // Products are tasks of their own where all panels are as long.
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
                for group in 0..count.div_ceil(held.images) {
                    let tiles = held.tiles(group, count);
                    let (gradients_of, inputs_of) =
                        (tiling.output.panels(tiles), tiling.input.panels(tiles));
                    arch.dispatch(Correlate {
                        write,
                        product: first + product,
                        panel,
                        gradients: gradients_of,
                        gradient: &gradients[group * held.group_len(&tiling.output)..]
                            [..gradients_of.len()],
                        inputs: inputs_of,
                        input: &inputs[group * held.group_len(&tiling.input)..][..inputs_of.len()],
                        sum,
                    });
                    write = Write::Add;
                }
            }
        });
        write = Write::Add;
    }
    weight::leave(arch, shape, &tiling, threads, sums, &sum, weight_gradient);
}

/// How the batch is cut for the passes whose images do not meet.
struct Plan {
    images: usize,
    threads: usize,
    /// There are chunks for all threads.
    busy: bool,
}

impl Plan {
    fn new(shape: &ConvShape, tiles: usize) -> Self {
        let threads = pool::threads_of_products(shape.operations());
        let chunks = (shape.batch() * tiles)
            .div_ceil(TILES)
            .next_multiple_of(threads);
        let images = shape.batch().div_ceil(chunks);
        Self {
            images,
            threads,
            busy: shape.batch().div_ceil(images) >= threads,
        }
    }
}

/// How the batch is cut for the weight gradient, where images meet: by shape alone, so that sums are the same for any number of threads.
struct Held {
    /// Images of a group.
    images: usize,
    /// Groups held at once.
    groups: usize,
    /// Tiles of an image.
    count: usize,
}

impl Held {
    fn new<F: Form>(shape: &ConvShape, tiling: &Tiling<F>) -> Self {
        let count = tiling.input.count();
        let images = GROUP.div_ceil(count).min(shape.batch());
        let channels = tiling.input.channels() + tiling.output.channels();
        let group = F::Weight::PRODUCTS * images * count * channels;
        Self {
            images,
            groups: (HELD / group).clamp(1, shape.batch().div_ceil(images)),
            count,
        }
    }

    /// Tiles of a group, when `count` images are held.
    fn tiles(&self, group: usize, count: usize) -> usize {
        self.images.min(count - group * self.images) * self.count
    }

    /// Elements of a group.
    fn group_len<F: Face>(&self, grid: &Grid<F>) -> usize {
        grid.panels(self.images * self.count).len()
    }

    /// The images from `start` in the domain of products, group after group.
    fn enter<F: Face>(
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
            arch.dispatch(Enter {
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

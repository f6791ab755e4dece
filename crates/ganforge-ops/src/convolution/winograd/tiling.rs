//! Partition of images into tiles of 2 × 2 outputs, and of channels into blocks.

use std::marker::PhantomData;

use super::panels::Panels;
use super::variant::{Transform, Variant};
use crate::convolution::ConvShape;
use crate::simd_planes::{LANES, PlaneLayout};

/// The grids of input, output and weight.
pub struct Tiling<F: Variant> {
    pub input: Grid<F::Input>,
    pub output: Grid<F::Output>,
    pub weight: Grid<F::Weight>,
}

impl<F: Variant> Tiling<F> {
    pub fn new(shape: &ConvShape) -> Self {
        let output = shape.output_size();
        let tiles = output.map(|size| size.div_ceil(2));
        // A last odd row or column that no output depends on is not part of the tiles, so that a NaN there has no effect.
        let used = [0, 1].map(|axis| {
            let seen = (output[axis] - 1) * shape.stride()[axis] + shape.kernel()[axis];
            shape.size()[axis].min(seen - shape.padding()[axis])
        });
        Self {
            input: Grid::new(shape.inputs(), shape.size(), used, tiles, 1),
            output: Grid::new(shape.outputs(), output, output, tiles, 0),
            weight: Grid::new(shape.inputs(), shape.kernel(), shape.kernel(), [1, 1], 0),
        }
    }
}

/// Tiles over the images of one tensor.
pub struct Grid<F> {
    rows: usize,
    columns: usize,
    /// Blocks of channels.
    pub blocks: usize,
    /// Positions of a plane in a frame that holds all tiles.
    pub layout: PlaneLayout,
    /// Pixels of a row of the frame.
    pub width: usize,
    pub frame_len: usize,
    pub image_len: usize,
    transform_type: PhantomData<fn() -> F>,
}

impl<F: Transform> Grid<F> {
    fn new(
        channels: usize,
        size: [usize; 2],
        used: [usize; 2],
        [rows, columns]: [usize; 2],
        offset: usize,
    ) -> Self {
        let pixels = |tiles: usize| (2 * tiles + F::TILE - 2) * F::STRIDE;
        Self {
            rows,
            columns,
            blocks: channels.div_ceil(LANES),
            layout: PlaneLayout::new(size, used, pixels(columns), offset),
            width: pixels(columns),
            frame_len: pixels(rows) * pixels(columns) * LANES,
            image_len: channels * size[0] * size[1],
            transform_type: PhantomData,
        }
    }

    /// Tiles of an image.
    pub fn count(&self) -> usize {
        self.rows * self.columns
    }

    /// Channels in the Winograd domain: every phase is one, and blocks are filled up.
    pub fn channels(&self) -> usize {
        self.blocks * F::PHASES * LANES
    }

    /// The layout of `tiles` tiles in the Winograd domain.
    pub fn panels(&self, tiles: usize) -> Panels {
        Panels {
            products: F::PRODUCTS,
            rows: tiles,
            columns: self.channels(),
        }
    }

    /// The index of each tile with its row and column.
    pub fn tiles(&self) -> impl Iterator<Item = (usize, [usize; 2])> {
        let columns = self.columns;
        (0..self.count()).map(move |tile| (tile, [tile / columns, tile % columns]))
    }
}

//! The transforms of images into the Winograd domain and back, tile by tile.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::panels::{Block, Panels};
use super::tiling::Grid;
use super::variant::{MAX_TILE, Transform};
use crate::simd_planes::LANES;

/// Transforms images to the Winograd domain: `Bᵀ d B` for inputs, `A y Aᵀ` for output gradients.
pub struct ToPoints<'a, F> {
    pub grid: &'a Grid<F>,
    /// `[count, channels, height, width]`
    pub images: &'a [f32],
    pub panels: Panels,
    /// Laid out as `panels`.
    pub points: &'a mut [f32],
    pub frame: &'a mut [f32],
}

/// Transforms from the Winograd domain to images: `Aᵀ m A` for outputs, `B m Bᵀ`, summed where tiles overlap, for input gradients.
pub struct ToPixels<'a, F> {
    pub grid: &'a Grid<F>,
    pub panels: Panels,
    /// Laid out as `panels`.
    pub points: &'a [f32],
    /// `[channels]`, added to every pixel.
    pub bias: Option<&'a [f32]>,
    /// `[count, channels, height, width]`
    pub images: &'a mut [f32],
    pub frame: &'a mut [f32],
}

impl<F: Transform> WithSimd for ToPoints<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (grid, frame) = (self.grid, self.frame);
        let (points, _) = S::as_mut_simd_f32s(self.points);
        for (index, image) in self.images.chunks_exact(grid.image_len).enumerate() {
            for (block, planes) in image.chunks(grid.layout.block_len()).enumerate() {
                let plane = grid.layout.plane_len();
                let channels = planes.len() / plane;
                grid.layout.gather(simd, planes, plane, channels, frame);
                let (pixels, _) = S::as_simd_f32s(frame);
                let at = Vectors::<S, F>::new(self.panels.block(block, F::PHASES), grid.width);
                for (tile, [y, x]) in grid.tiles() {
                    let row = index * grid.count() + tile;
                    for phase in 0..F::PHASES {
                        for part in 0..Vectors::<S, F>::PARTS {
                            let corner = at.corner([y, x], phase, part);
                            at.to_points(simd, pixels, corner, points, at.place(row, phase, part));
                        }
                    }
                }
            }
        }
    }
}

impl<F: Transform> WithSimd for ToPixels<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (grid, frame) = (self.grid, self.frame);
        let (points, _) = S::as_simd_f32s(self.points);
        for (index, image) in self.images.chunks_exact_mut(grid.image_len).enumerate() {
            for (block, planes) in image.chunks_mut(grid.layout.block_len()).enumerate() {
                let mut bias = [0.0; LANES];
                if let Some(biases) = self.bias {
                    let biases = biases[block * LANES..].iter();
                    bias.iter_mut()
                        .zip(biases)
                        .for_each(|(lane, bias)| *lane = *bias);
                }
                frame.as_chunks_mut::<LANES>().0.fill(bias);
                let (pixels, _) = S::as_mut_simd_f32s(frame);
                let at = Vectors::<S, F>::new(self.panels.block(block, F::PHASES), grid.width);
                for (tile, [y, x]) in grid.tiles() {
                    let row = index * grid.count() + tile;
                    for phase in 0..F::PHASES {
                        for part in 0..Vectors::<S, F>::PARTS {
                            let corner = at.corner([y, x], phase, part);
                            at.to_pixels(simd, points, at.place(row, phase, part), pixels, corner);
                        }
                    }
                }
                grid.layout.scatter(simd, frame, planes);
            }
        }
    }
}

/// Strides in a frame and among the points of a block of channels, in vectors of `S`.
pub struct Vectors<S, F> {
    start: usize,
    row: usize,
    product: usize,
    /// Between rows of the frame.
    frame_row: usize,
    types: PhantomData<(S, F)>,
}

impl<S: Simd, F: Transform> Vectors<S, F> {
    /// Vectors of a block of channels: one with AVX-512, two with AVX2, four with NEON.
    pub const PARTS: usize = LANES / S::F32_LANES;

    #[inline(always)]
    pub fn new(block: Block, frame_width: usize) -> Self {
        Self {
            start: block.start / S::F32_LANES,
            row: block.row / S::F32_LANES,
            product: block.product / S::F32_LANES,
            frame_row: frame_width * Self::PARTS,
            types: PhantomData,
        }
    }

    /// Index of the first pixel of a tile in the frame.
    #[inline(always)]
    pub fn corner(&self, [y, x]: [usize; 2], phase: usize, part: usize) -> usize {
        let (y, x) = (
            2 * y * F::STRIDE + phase / F::STRIDE,
            2 * x * F::STRIDE + phase % F::STRIDE,
        );
        y * self.frame_row + x * Self::PARTS + part
    }

    /// Index of the first point of a row.
    #[inline(always)]
    pub fn place(&self, row: usize, phase: usize, part: usize) -> usize {
        self.start + row * self.row + phase * Self::PARTS + part
    }

    /// Transforms the pixels of a tile to points.
    #[inline(always)]
    pub fn to_points(
        &self,
        simd: S,
        pixels: &[S::f32s],
        corner: usize,
        points: &mut [S::f32s],
        place: usize,
    ) {
        let zero = simd.splat_f32s(0.0);
        let mut columns = [[zero; MAX_TILE]; MAX_TILE];
        for (j, column) in columns.iter_mut().enumerate().take(F::TILE) {
            let mut tile = [zero; MAX_TILE];
            for (i, pixel) in tile.iter_mut().enumerate().take(F::TILE) {
                *pixel =
                    pixels[corner + i * F::STRIDE * self.frame_row + j * F::STRIDE * Self::PARTS];
            }
            *column = F::to_points(simd, tile);
        }
        for i in 0..F::POINTS {
            let row = [columns[0][i], columns[1][i], columns[2][i], columns[3][i]];
            let row = F::to_points(simd, row);
            for (j, point) in row.into_iter().enumerate().take(F::POINTS) {
                points[place + (i * F::POINTS + j) * self.product] = point;
            }
        }
    }

    /// Transforms the points of a tile and adds the result to its pixels.
    #[inline(always)]
    pub fn to_pixels(
        &self,
        simd: S,
        points: &[S::f32s],
        place: usize,
        pixels: &mut [S::f32s],
        corner: usize,
    ) {
        let zero = simd.splat_f32s(0.0);
        let mut columns = [[zero; MAX_TILE]; MAX_TILE];
        for (j, column) in columns.iter_mut().enumerate().take(F::POINTS) {
            let mut tile = [zero; MAX_TILE];
            for (i, point) in tile.iter_mut().enumerate().take(F::POINTS) {
                *point = points[place + (i * F::POINTS + j) * self.product];
            }
            *column = F::to_pixels(simd, tile);
        }
        let [left, second, third, right] = columns;
        let rows = left.into_iter().zip(second).zip(third).zip(right);
        for (i, (((a, b), c), d)) in rows.enumerate().take(F::TILE) {
            let row = F::to_pixels(simd, [a, b, c, d]);
            for (j, value) in row.into_iter().enumerate().take(F::TILE) {
                let at = corner + i * F::STRIDE * self.frame_row + j * F::STRIDE * Self::PARTS;
                pixels[at] = simd.add_f32s(pixels[at], value);
            }
        }
    }
}

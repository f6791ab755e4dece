//! Conversion between planes (NCHW) and blocks of sixteen channels. In a block every vector holds one pixel of sixteen channels, so the transforms
//! are additions of whole vectors on any machine.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Simd, bytemuck};

use crate::matmul::prefetch;

/// Channels in a block.
pub const LANES: usize = 16;

/// Floats in 128 bits, the vector width that every instruction set has.
const QUAD: usize = 4;

/// Positions of the pixels of a plane in a frame `[pixels, LANES]`, a rectangle with padding around the plane.
pub struct PlaneLayout {
    /// Elements of a plane.
    plane: usize,
    /// For each used pixel, its index in the plane and its index in the frame.
    pixels: Vec<[usize; 2]>,
    /// All pixels of the plane are used, so that runs of them can be read at once.
    full_plane: bool,
}

impl PlaneLayout {
    /// The layout of the first `used` = `[rows, columns]` of a plane of `size`, at `offset` from the top and the left of a frame of width
    /// `frame_width`.
    pub fn new(size: [usize; 2], used: [usize; 2], frame_width: usize, offset: usize) -> Self {
        let pixels = |y| (0..used[1]).map(move |x| [y, x]);
        Self {
            plane: size[0] * size[1],
            pixels: (0..used[0])
                .flat_map(pixels)
                .map(|[y, x]| [y * size[1] + x, (y + offset) * frame_width + x + offset])
                .collect(),
            full_plane: used == size,
        }
    }

    /// Elements of a block of channels in planes; the last block may have fewer channels.
    pub fn block_len(&self) -> usize {
        LANES * self.plane
    }

    /// Elements of a plane.
    pub fn plane_len(&self) -> usize {
        self.plane
    }

    /// Fills a frame from `channels` planes whose starts are `stride` elements apart. With fewer channels than a block has, the whole frame is zeroed
    /// first.
    ///
    /// Frame elements outside the plane are not written: a frame that starts with zeros there keeps them.
    #[inline(always)]
    pub fn gather<S: Simd>(
        &self,
        simd: S,
        planes: &[f32],
        stride: usize,
        channels: usize,
        frame: &mut [f32],
    ) {
        if channels < LANES {
            frame.fill(0.0);
        }
        let mut done = 0;
        if self.quads::<S>(channels) {
            let (quads, _) = frame.as_chunks_mut::<QUAD>();
            let runs = self.pixels.chunks_exact(S::F32_LANES);
            done = self.pixels.len() - runs.remainder().len();
            // A few planes at a time, because the hardware prefetches only a few streams.
            for channels in 0..LANES / QUAD {
                for (run, slots) in runs.clone().enumerate() {
                    let mut rows = [simd.splat_f32s(0.0); QUAD];
                    for (lane, row) in rows.iter_mut().enumerate() {
                        let start = (channels * QUAD + lane) * stride + run * S::F32_LANES;
                        *row = S::as_simd_f32s(&planes[start..start + S::F32_LANES]).0[0];
                        prefetch(planes, start + LANES * stride);
                    }
                    let pixels = simd.deinterleave_shfl_f32s(rows);
                    let pixels: &[[f32; QUAD]] = bytemuck::cast_slice(&pixels);
                    for (at, [_, slot]) in slots.iter().enumerate() {
                        quads[slot * QUAD + channels] =
                            pixels[at % QUAD * (S::F32_LANES / QUAD) + at / QUAD];
                    }
                }
            }
        }
        let (pixels, _) = frame.as_chunks_mut::<LANES>();
        for lane in 0..channels {
            let plane = &planes[lane * stride..][..self.plane];
            for [from, to] in &self.pixels[done..] {
                pixels[*to][lane] = plane[*from];
            }
        }
    }

    /// Writes the pixels of a frame to the planes of a block; unused pixels become zero.
    #[inline(always)]
    pub fn scatter<S: Simd>(&self, simd: S, frame: &[f32], block: &mut [f32]) {
        let mut done = 0;
        if self.quads::<S>(block.len() / self.plane) {
            let (quads, _) = frame.as_chunks::<QUAD>();
            let runs = self.pixels.chunks_exact(S::F32_LANES);
            done = self.pixels.len() - runs.remainder().len();
            for (run, slots) in runs.enumerate() {
                for channels in 0..LANES / QUAD {
                    let mut pixels = [simd.splat_f32s(0.0); QUAD];
                    let parts: &mut [[f32; QUAD]] = bytemuck::cast_slice_mut(&mut pixels);
                    for (at, [_, slot]) in slots.iter().enumerate() {
                        parts[at % QUAD * (S::F32_LANES / QUAD) + at / QUAD] =
                            quads[slot * QUAD + channels];
                    }
                    let rows = simd.deinterleave_shfl_f32s(pixels);
                    for (lane, row) in rows.into_iter().enumerate() {
                        let start = (channels * QUAD + lane) * self.plane + run * S::F32_LANES;
                        S::as_mut_simd_f32s(&mut block[start..start + S::F32_LANES]).0[0] = row;
                    }
                }
            }
        } else if !self.full_plane {
            block.fill(0.0);
        }
        let (pixels, _) = frame.as_chunks::<LANES>();
        for (lane, plane) in block.chunks_exact_mut(self.plane).enumerate() {
            for [to, from] in &self.pixels[done..] {
                plane[*to] = pixels[*from][lane];
            }
        }
    }

    /// Whether planes and frame can be exchanged by 4 × 4 transposes: within each 128 bits, `deinterleave_shfl` of four vectors is a transpose.
    #[inline(always)]
    fn quads<S: Simd>(&self, channels: usize) -> bool {
        S::F32_LANES >= QUAD && self.full_plane && channels == LANES
    }
}

//! Sixteen channels side by side: images come in and go out as planes, and in between every vector holds one pixel of sixteen channels, so
//! that the transforms are additions of whole vectors on any machine.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use pulp::{Simd, bytemuck};

use crate::matmul::prefetch;

/// Channels in a block.
pub const LANES: usize = 16;

/// Floats in the 128-bit parts that every instruction set has.
const QUAD: usize = 4;

/// Where the pixels of a plane stand in a frame: a rectangle with room around it, `[pixels, LANES]`.
pub struct PlaneLayout {
    /// Elements of a plane.
    plane: usize,
    /// For each pixel that takes part, its index in the plane and in the frame.
    pixels: Vec<[usize; 2]>,
    /// All pixels of the plane take part, so that runs of them can be read at once.
    full_plane: bool,
}

impl PlaneLayout {
    /// The first `used` = `[rows, columns]` of a plane of `size`, at `offset` from the top and the left of a frame of `frame_width`.
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

    /// Elements of a block of channels that follow each other, the last of which may be shorter.
    pub fn block_len(&self) -> usize {
        LANES * self.plane
    }

    /// Elements of a plane.
    pub fn plane_len(&self) -> usize {
        self.plane
    }

    /// Fills the places in a frame from as many planes as there are in `channels`, `stride` apart, and zeroes the frame where they
    /// are fewer than a block has.
    ///
    /// What stands around the places stays: a frame that is zero there at first is so after every block.
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
            // A few planes at a time, for the machine foresees only so many places to read from.
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

    /// Writes the pixels of a frame to the planes of a block; pixels that take no part become zero.
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

    /// Whether planes and frame can be exchanged four by four: within each 128 bits, `deinterleave_shfl` of four vectors is a transpose.
    #[inline(always)]
    fn quads<S: Simd>(&self, channels: usize) -> bool {
        S::F32_LANES >= QUAD && self.full_plane && channels == LANES
    }
}

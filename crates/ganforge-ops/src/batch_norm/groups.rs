//! How images are shared out among threads: each takes neighbouring channels of all of them.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into the dispatched function is compiled for its instruction set"
)]

use std::ops::Range;

use rayon::prelude::*;

use crate::pool;

/// Positions of an image that are gone through together: their sums stay in the first cache.
const BLOCK: usize = 512;

/// Numbers that are dealt with at once: whatever vectors a machine has, they are made of these.
pub const LANES: usize = 16;

/// One vector.
pub type Lanes = [f32; LANES];

/// Two sums at each position.
#[derive(Clone, Copy, Default)]
pub struct Sums(pub [f64; LANES], pub [f64; LANES]);

/// Sizes of images, `[batch, channels, …]`.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub batch: usize,
    pub channels: usize,
    /// Positions of a channel in an image.
    pub plane: usize,
}

/// Neighbouring channels.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    extent: Extent,
    /// The first one.
    first: usize,
    /// How many there are.
    pub channels: usize,
}

impl Extent {
    /// # Shapes
    /// - `sizes`: `[batch, channels, …]`
    pub fn of(sizes: &[usize]) -> Self {
        Self {
            batch: sizes[0],
            channels: sizes[1],
            plane: sizes[2..].iter().product(),
        }
    }

    /// Numbers in an image.
    fn image(&self) -> usize {
        self.channels * self.plane
    }

    /// Numbers of one channel in all images.
    pub fn count(&self) -> f64 {
        (self.batch * self.plane) as f64
    }

    /// Calls `task` for every group with its part of the images, image by image, and its part of what there is `per_channel`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, plane]`
    /// - `per_channel`: `[channels]`
    pub fn for_each_group<T: Send>(
        &self,
        images: &mut [f32],
        per_channel: &mut [T],
        task: impl Fn(Group, &mut [&mut [f32]], &mut [T]) + Sync + Send,
    ) {
        if images.is_empty() {
            return;
        }
        // Two sweeps of few operations, which wait for memory.
        let threads = pool::threads(8.0 * images.len() as f64);
        let size = (BLOCK / self.plane)
            .min(self.channels.div_ceil(threads))
            .max(1);
        let mut parts: Vec<Vec<&mut [f32]>> = (0..self.channels.div_ceil(size))
            .map(|_| Vec::with_capacity(self.batch))
            .collect();
        for image in images.chunks_exact_mut(self.image()) {
            for (part, piece) in parts.iter_mut().zip(image.chunks_mut(size * self.plane)) {
                part.push(piece);
            }
        }
        let group = |index, channels| Group {
            extent: *self,
            first: index * size,
            channels,
        };
        let run = |(index, (mut part, per_channel)): (usize, (Vec<&mut [f32]>, &mut [T]))| {
            task(group(index, per_channel.len()), &mut part, per_channel);
        };
        if threads == 1 {
            let parts = parts.into_iter().zip(per_channel.chunks_mut(size));
            parts.enumerate().for_each(run);
        } else {
            pool::inside(threads, || {
                let parts = parts.into_par_iter().zip(per_channel.par_chunks_mut(size));
                parts.enumerate().for_each(run);
            });
        }
    }
}

impl Group {
    /// Its channels.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.channels
    }

    /// Numbers it has in an image.
    pub fn len(&self) -> usize {
        self.channels * self.extent.plane
    }

    /// The sizes of all images.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Its part of each image.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, plane]`
    pub fn parts<'a>(&self, images: &'a [f32]) -> impl Iterator<Item = &'a [f32]> + Clone {
        let (start, len) = (self.first * self.extent.plane, self.len());
        images
            .chunks_exact(self.extent.image())
            .map(move |image| &image[start..start + len])
    }

    /// Its positions in an image, in blocks that begin at a multiple of [`LANES`].
    pub fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let len = self.len();
        (0..len)
            .step_by(BLOCK)
            .map(move |start| start..len.min(start + BLOCK))
    }

    /// Room for what belongs to each position, [`LANES`] of them in a `T`.
    pub fn lanes<T: Clone + Default>(&self) -> Vec<T> {
        vec![T::default(); self.len().div_ceil(LANES)]
    }

    /// Calls `set` with each of its channels and the vector and lane of each position of that.
    pub fn for_each_position(&self, mut set: impl FnMut(usize, [usize; 2])) {
        let plane = self.extent.plane;
        for channel in 0..self.channels {
            for position in channel * plane..(channel + 1) * plane {
                set(channel, [position / LANES, position % LANES]);
            }
        }
    }

    /// The two sums of each channel, from those of each position.
    pub fn totals(&self, sums: &[Sums]) -> Vec<[f64; 2]> {
        let mut totals = vec![[0.0; 2]; self.channels];
        self.for_each_position(|channel, [vector, lane]| {
            let Sums(one, other) = &sums[vector];
            totals[channel][0] += one[lane];
            totals[channel][1] += other[lane];
        });
        totals
    }
}

/// The last vector of a row, filled up with zeros.
#[inline(always)]
pub fn padded(rest: &[f32]) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    lanes
}

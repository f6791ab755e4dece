//! Division of a batch of images among threads: each thread takes neighbouring channels of all images.

use std::ops::Range;

use rayon::prelude::*;

use crate::pool;
use crate::uninit::Uninit;

/// Positions of an image that are processed together: their sums fit the first-level cache.
const BLOCK: usize = 512;

/// Sizes of images, `[batch, channels, …]`.
#[derive(Clone, Copy, Debug)]
pub struct ImageDimensions {
    pub batch: usize,
    pub channels: usize,
    /// Positions of a channel in an image.
    pub plane: usize,
}

/// A range of channels.
#[derive(Clone, Copy, Debug)]
pub struct ChannelGroup {
    dimensions: ImageDimensions,
    /// The first channel.
    first: usize,
    /// Number of channels.
    pub channels: usize,
}

impl ImageDimensions {
    /// # Shapes
    /// - `sizes`: `[batch, channels, …]`
    pub fn of(sizes: &[usize]) -> Self {
        Self {
            batch: sizes[0],
            channels: sizes[1],
            plane: sizes[2..].iter().product(),
        }
    }

    /// Elements of an image.
    fn image(&self) -> usize {
        self.channels * self.plane
    }

    /// Elements of one channel in the whole batch.
    pub fn count(&self) -> f64 {
        (self.batch * self.plane) as f64
    }

    /// Calls `task` for every group with its part of each image and its part of `per_channel`.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, plane]`
    /// - `per_channel`: `[channels]`
    pub fn for_each_group<T: Send>(
        &self,
        images: Uninit,
        per_channel: &mut [T],
        task: impl Fn(ChannelGroup, &mut [&mut [f32]], &mut [T]) + Sync + Send,
    ) {
        if images.len() == 0 {
            return;
        }
        // Two passes of few operations, limited by memory bandwidth.
        let threads = pool::threads(8.0 * images.len() as f64);
        let size = (BLOCK / self.plane)
            .min(self.channels.div_ceil(threads))
            .max(1);
        let mut channel_slices: Vec<Vec<Uninit>> = (0..self.channels.div_ceil(size))
            .map(|_| Vec::with_capacity(self.batch))
            .collect();
        for image in images.chunks(self.image()) {
            for (part, piece) in channel_slices
                .iter_mut()
                .zip(image.chunks(size * self.plane))
            {
                part.push(piece);
            }
        }
        let group = |index, channels| ChannelGroup {
            dimensions: *self,
            first: index * size,
            channels,
        };
        let run = |(index, (part, per_channel)): (usize, (Vec<Uninit>, &mut [T]))| {
            let mut part: Vec<&mut [f32]> = part.into_iter().map(Uninit::floats).collect();
            task(group(index, per_channel.len()), &mut part, per_channel);
        };
        if threads == 1 {
            let channel_slices = channel_slices.into_iter().zip(per_channel.chunks_mut(size));
            channel_slices.enumerate().for_each(run);
        } else {
            pool::install(threads, || {
                let channel_slices = channel_slices
                    .into_par_iter()
                    .zip(per_channel.par_chunks_mut(size));
                channel_slices.enumerate().for_each(run);
            });
        }
    }
}

impl ChannelGroup {
    /// The range of channels.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.channels
    }

    /// Elements of the group in an image.
    pub fn len(&self) -> usize {
        self.channels * self.dimensions.plane
    }

    /// The dimensions of the whole batch.
    pub fn dimensions(&self) -> ImageDimensions {
        self.dimensions
    }

    /// The part of each image that belongs to the group.
    ///
    /// # Shapes
    /// - `images`: `[batch, channels, plane]`
    pub fn channel_slices<'a>(&self, images: &'a [f32]) -> impl Iterator<Item = &'a [f32]> + Clone {
        let (start, len) = (self.first * self.dimensions.plane, self.len());
        images
            .chunks_exact(self.dimensions.image())
            .map(move |image| &image[start..start + len])
    }

    /// The elements of the group in an image, in blocks.
    pub fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let len = self.len();
        (0..len)
            .step_by(BLOCK)
            .map(move |start| start..len.min(start + BLOCK))
    }

    /// Repeats the value of each channel at every position of that channel.
    pub fn broadcast(&self, per_channel: impl Iterator<Item = f32>) -> Vec<f32> {
        let mut broadcast = Vec::with_capacity(self.len());
        for value in per_channel {
            broadcast.resize(broadcast.len() + self.dimensions.plane, value);
        }
        broadcast
    }

    /// The sum over the positions of each channel.
    pub fn sum_per_channel(&self, per_position: &[f64]) -> impl Iterator<Item = f64> {
        per_position
            .chunks_exact(self.dimensions.plane)
            .map(|plane| plane.iter().sum())
    }
}

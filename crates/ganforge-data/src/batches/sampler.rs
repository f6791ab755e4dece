//! The batch of a step: a pure function of the data, the seed and the step.

use ganforge_core::{ImageShape, keyed_rng, permutation, printable};
use rand_chacha::rand_core::Rng;

use crate::dataset::{Batch, Dataset};
use crate::error::DataError;

/// Samples batches without replacement within an epoch.
pub(super) struct BatchSampler {
    dataset: Dataset,
    batch_size: usize,
    seed: u64,
    /// The keys of the random numbers for the order of an epoch and for the flips of a step.
    order_key: String,
    flip_key: String,
}

impl BatchSampler {
    /// Refuses a batch size that the dataset cannot fill. An empty purpose gives the keys `order` and `flip`, any other precedes them.
    pub(super) fn new(
        dataset: Dataset,
        batch_size: usize,
        seed: u64,
        purpose: &str,
    ) -> Result<Self, DataError> {
        if batch_size == 0 || batch_size > dataset.len() {
            return Err(DataError::BatchSize {
                batch: batch_size,
                images: dataset.len(),
            });
        }
        let key = |name: &str| match purpose {
            "" => name.to_owned(),
            purpose => format!("{purpose} {name}"),
        };
        Ok(Self {
            dataset,
            batch_size,
            seed,
            order_key: key("order"),
            flip_key: key("flip"),
        })
    }

    /// The batch of one step. `order` caches the order of the current epoch.
    pub(super) fn batch(&self, step: u64, order: &mut EpochOrder) -> Result<Batch, DataError> {
        let indices = self.indices(step, order);
        let shape = self.dataset.shape();
        let mut flips = self
            .dataset
            .flip()
            .then(|| keyed_rng(self.seed, &self.flip_key, step));
        let mut batch = Batch::zeros(self.batch_size, shape);
        let mut classes = Vec::with_capacity(self.batch_size);
        for (out, &index) in batch.images_mut().zip(indices) {
            classes.extend(self.read_or_replace(index, out)?);
            if flips.as_mut().is_some_and(|rng| rng.next_u32() & 1 == 1) {
                flip_horizontally(out, shape);
            }
        }
        batch.classes = self.dataset.labels().is_some().then_some(classes);
        Ok(batch)
    }

    /// The images of one step.
    fn indices<'a>(&self, step: u64, order: &'a mut EpochOrder) -> &'a [usize] {
        let per_epoch = self.batches_per_epoch();
        let (epoch, position) = (step / per_epoch, step % per_epoch);
        if order.epoch != Some(epoch) {
            let mut rng = keyed_rng(self.seed, &self.order_key, epoch);
            order.indices = permutation(&mut rng, self.dataset.len());
            order.epoch = Some(epoch);
        }
        // The position is below the number of batches, which is a `usize`.
        let position = usize::try_from(position).unwrap_or(0);
        &order.indices[position * self.batch_size..][..self.batch_size]
    }

    /// Reads an image or, if it is unreadable, the next readable one: the same replacement in every run on the same files.
    fn read_or_replace(&self, index: usize, out: &mut [f32]) -> Result<Option<u32>, DataError> {
        const MAX_TRIES: usize = 100;
        let mut tries = 0;
        loop {
            let replacement = (index + tries) % self.dataset.len();
            match self.dataset.read(replacement, out) {
                Err(DataError::Unreadable(skipped)) => {
                    let skipped_file = skipped.to_string();
                    log::warn!(
                        "{}; another image takes its place",
                        printable(&skipped_file)
                    );
                    tries += 1;
                    if tries == MAX_TRIES.min(self.dataset.len()) {
                        return Err(DataError::SourceLost {
                            tries,
                            last: skipped,
                        });
                    }
                }
                result => return result,
            }
        }
    }

    /// Number of batches in an epoch.
    pub(super) fn batches_per_epoch(&self) -> u64 {
        (self.dataset.len() / self.batch_size) as u64
    }

    pub(super) fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    pub(super) fn batch_size(&self) -> usize {
        self.batch_size
    }
}

/// The image order of the epoch used last.
#[derive(Default)]
pub(super) struct EpochOrder {
    epoch: Option<u64>,
    indices: Vec<usize>,
}

/// Mirrors an image `[channels, height, width]` left to right.
fn flip_horizontally(image: &mut [f32], shape: ImageShape) {
    for row in image.chunks_exact_mut(shape.width) {
        row.reverse();
    }
}

//! From a step to its batch: a pure function of the data, the seed and the step.

use rand_chacha::rand_core::Rng;

use crate::random::permutation;
use crate::{Batch, DataError, Dataset, ImageShape, keyed_rng, printable};

/// The function from step to batch.
pub(crate) struct Dealer {
    pub(crate) dataset: Dataset,
    pub(crate) batch: usize,
    pub(crate) seed: u64,
}

impl Dealer {
    /// The batch of one step; `order` is only a memory of the epoch's order.
    pub(crate) fn deal(&self, step: u64, order: &mut Order) -> Result<Batch, DataError> {
        let indices = order.of_step(self, step);
        let shape = self.dataset.shape();
        let mut flips = self
            .dataset
            .flip()
            .then(|| keyed_rng(self.seed, "flip", step));
        let mut batch = Batch::zeros(self.batch, shape);
        let mut classes = Vec::with_capacity(self.batch);
        for (out, &index) in batch.images_mut().zip(indices) {
            classes.extend(self.read_or_replace(index, out)?);
            if flips.as_mut().is_some_and(|rng| rng.next_u32() & 1 == 1) {
                mirror(out, shape);
            }
        }
        batch.classes = self.dataset.labels().is_some().then_some(classes);
        Ok(batch)
    }

    /// Reads an image, or the next one that can be read: the same replacement in every run over the same files.
    fn read_or_replace(&self, index: usize, out: &mut [f32]) -> Result<Option<u32>, DataError> {
        const MOST_TRIES: usize = 100;
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
                    if tries == MOST_TRIES.min(self.dataset.len()) {
                        return Err(DataError::SourceLost {
                            tries,
                            last: skipped,
                        });
                    }
                }
                outcome => return outcome,
            }
        }
    }

    /// How many batches make an epoch.
    pub(crate) fn batches_per_epoch(&self) -> u64 {
        (self.dataset.len() / self.batch) as u64
    }
}

/// Mirrors an image `[channels, height, width]` left to right.
fn mirror(image: &mut [f32], shape: ImageShape) {
    for row in image.chunks_exact_mut(shape.width) {
        row.reverse();
    }
}

/// The order of the epoch last asked for.
#[derive(Default)]
pub(crate) struct Order {
    epoch: Option<u64>,
    indices: Vec<usize>,
}

impl Order {
    /// The images of one step.
    fn of_step(&mut self, dealer: &Dealer, step: u64) -> &[usize] {
        let per_epoch = dealer.batches_per_epoch();
        let (epoch, place) = (step / per_epoch, step % per_epoch);
        if self.epoch != Some(epoch) {
            let mut rng = keyed_rng(dealer.seed, "order", epoch);
            self.indices = permutation(&mut rng, dealer.dataset.len());
            self.epoch = Some(epoch);
        }
        // The place is below the number of batches, which is a `usize`.
        let place = usize::try_from(place).unwrap_or(0);
        &self.indices[place * dealer.batch..][..dealer.batch]
    }
}

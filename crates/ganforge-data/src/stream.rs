//! The order of training batches.

use std::fmt;
use std::sync::Arc;

use crate::dealer::{Dealer, Order};
use crate::workers::Workers;
use crate::{Batch, DataError, Dataset};

/// An endless stream of shuffled training batches.
///
/// Step `n` lies in epoch `n / batches per epoch`; every epoch deals the images in a new random order, and the images left over at its end, too few for a
/// batch, wait for another epoch's order. Order and mirroring are keyed by (seed, purpose, epoch or step), so a stream begun at step `n` gives exactly what an
/// uninterrupted one gives from there on.
///
/// A dataset in memory is dealt on the calling thread; a streamed one by worker threads that each keep one batch ready, and stop when the stream is dropped.
pub struct BatchStream {
    dealer: Arc<Dealer>,
    order: Order,
    first_step: u64,
    step: u64,
    workers: Option<Workers>,
}

impl BatchStream {
    /// A stream of batches of `batch` images, whose first batch is that of step `first_step`.
    ///
    /// # Errors
    ///
    /// [`DataError::BatchSize`] when `batch` is zero or larger than the dataset, [`DataError::Worker`] when the system gives no thread.
    pub fn new(
        dataset: Dataset,
        batch: usize,
        seed: u64,
        first_step: u64,
    ) -> Result<Self, DataError> {
        if batch == 0 || batch > dataset.len() {
            return Err(DataError::BatchSize {
                batch,
                images: dataset.len(),
            });
        }
        let streamed = dataset.is_streamed();
        let dealer = Arc::new(Dealer {
            dataset,
            batch,
            seed,
        });
        let workers = if streamed {
            Some(Workers::start(&dealer, first_step)?)
        } else {
            None
        };
        Ok(Self {
            dealer,
            order: Order::default(),
            first_step,
            step: first_step,
            workers,
        })
    }

    /// The next batch. There always is one.
    ///
    /// An image of a streamed folder that can no longer be read is replaced by the next in the dataset that can, with a warning in the log.
    ///
    /// # Errors
    ///
    /// [`DataError::SourceLost`] when many images in a row can no longer be read, [`DataError::Worker`] when a worker thread has died. Data held in memory
    /// never fail.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator's next has an end, and this stream has none"
    )]
    pub fn next(&mut self) -> Result<Batch, DataError> {
        let batch = match &self.workers {
            Some(workers) => workers.receive(self.step - self.first_step)?,
            None => self.dealer.deal(self.step, &mut self.order)?,
        };
        self.step += 1;
        Ok(batch)
    }

    /// The step of the batch that [`BatchStream::next`] gives.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// How many batches make an epoch.
    #[must_use]
    pub fn batches_per_epoch(&self) -> u64 {
        self.dealer.batches_per_epoch()
    }
}

impl fmt::Debug for BatchStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BatchStream")
            .field("dataset", &self.dealer.dataset)
            .field("batch", &self.dealer.batch)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

//! Streams of shuffled training batches.

mod prefetch;
mod sampler;

use std::fmt;
use std::sync::Arc;

use crate::dataset::{Batch, Dataset};
use crate::error::DataError;
use prefetch::Prefetcher;
use sampler::{BatchSampler, EpochOrder};

/// An endless stream of shuffled training batches.
///
/// Step `n` belongs to epoch `n / batches_per_epoch`. Every epoch visits the images in a new random order; the last images of the order, too few for a batch,
/// are dropped. Order and flips are keyed by (seed, purpose, epoch or step), so a stream that starts at step `n` continues exactly like one that started at 0.
///
/// A dataset in memory is read on the calling thread; a streamed one by worker threads that prefetch one batch each and stop when the stream is dropped.
///
/// ```
/// use ganforge_data::{BatchStream, DataOptions, DataSpec, Dataset};
///
/// let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new().flip(true))?;
/// let mut stream = BatchStream::new(digits.clone(), 64, 7, 0)?;
/// assert_eq!(stream.batches_per_epoch(), 28);
/// let batches = [stream.next()?, stream.next()?, stream.next()?];
///
/// // A run that is resumed at step 2 reads the same batch there.
/// let mut resumed = BatchStream::new(digits, 64, 7, 2)?;
/// assert_eq!(resumed.next()?, batches[2]);
/// # Ok::<(), ganforge_data::DataError>(())
/// ```
pub struct BatchStream {
    sampler: Arc<BatchSampler>,
    order: EpochOrder,
    first_step: u64,
    step: u64,
    prefetcher: Option<Prefetcher>,
}

impl BatchStream {
    /// A stream of batches of `batch_size` images, whose first batch is that of step `first_step`.
    ///
    /// # Errors
    ///
    /// [`DataError::BatchSize`] when `batch_size` is zero or exceeds the dataset, [`DataError::Worker`] when the system refuses a thread.
    pub fn new(
        dataset: Dataset,
        batch_size: usize,
        seed: u64,
        first_step: u64,
    ) -> Result<Self, DataError> {
        Self::with_purpose(dataset, batch_size, seed, "", first_step)
    }

    /// A stream whose order and flips are keyed by `purpose` too, so that it is independent of other streams of the same seed: for a second domain, or for the
    /// labelled part of a dataset. An empty purpose gives the stream of [`BatchStream::new`].
    ///
    /// # Errors
    ///
    /// As [`BatchStream::new`].
    ///
    /// ```
    /// use ganforge_data::{BatchStream, DataOptions, DataSpec, Dataset};
    ///
    /// let digits = Dataset::open(&DataSpec::Digits, &DataOptions::new())?;
    /// let mut source = BatchStream::new(digits.clone(), 16, 7, 0)?;
    /// let mut target = BatchStream::with_purpose(digits, 16, 7, "target", 0)?;
    /// assert_ne!(source.next()?, target.next()?);
    /// # Ok::<(), ganforge_data::DataError>(())
    /// ```
    pub fn with_purpose(
        dataset: Dataset,
        batch_size: usize,
        seed: u64,
        purpose: &str,
        first_step: u64,
    ) -> Result<Self, DataError> {
        let streamed = dataset.is_streamed();
        let sampler = Arc::new(BatchSampler::new(dataset, batch_size, seed, purpose)?);
        let prefetcher = if streamed {
            Some(Prefetcher::start(&sampler, first_step)?)
        } else {
            None
        };
        Ok(Self {
            sampler,
            order: EpochOrder::default(),
            first_step,
            step: first_step,
            prefetcher,
        })
    }

    /// The next batch. The stream never ends.
    ///
    /// An image of a streamed folder that can no longer be read is replaced by the next readable one of the dataset, with a warning in the log.
    ///
    /// # Errors
    ///
    /// [`DataError::SourceLost`] when many images in a row can no longer be read, [`DataError::Worker`] when a worker thread has died. Data held in memory
    /// never fail.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator ends, and this stream does not"
    )]
    pub fn next(&mut self) -> Result<Batch, DataError> {
        let batch = match &self.prefetcher {
            Some(prefetcher) => prefetcher.receive(self.step - self.first_step)?,
            None => self.sampler.batch(self.step, &mut self.order)?,
        };
        self.step += 1;
        Ok(batch)
    }

    /// The step of the batch that [`BatchStream::next`] returns.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Number of batches in an epoch: images / batch size, rounded down.
    #[must_use]
    pub fn batches_per_epoch(&self) -> u64 {
        self.sampler.batches_per_epoch()
    }
}

impl fmt::Debug for BatchStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BatchStream")
            .field("dataset", self.sampler.dataset())
            .field("batch_size", &self.sampler.batch_size())
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

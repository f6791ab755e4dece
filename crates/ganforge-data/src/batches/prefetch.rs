//! Worker threads that prefetch the batches of a streamed dataset.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::sampler::{BatchSampler, EpochOrder};
use crate::dataset::Batch;
use crate::error::DataError;

/// Worker threads that load batches ahead of the training step, round-robin: of `n` workers, worker `k` loads every `n`-th batch, starting with the `k`-th.
///
/// Receiving from the workers in turn gives the batches in order, without a shared queue.
pub(super) struct Prefetcher {
    receivers: Vec<Receiver<Result<Batch, DataError>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Prefetcher {
    /// Starts the threads; the first batch is that of `first_step`.
    pub(super) fn start(sampler: &Arc<BatchSampler>, first_step: u64) -> Result<Self, DataError> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let count = cores.clamp(2, 16);
        let mut prefetcher = Self {
            receivers: Vec::with_capacity(count),
            threads: Vec::with_capacity(count),
        };
        for worker in 0..count as u64 {
            let sampler = Arc::clone(sampler);
            // A channel without a buffer limits memory to one finished batch per worker.
            let (sender, receiver) = sync_channel(0);
            let steps = (first_step + worker..).step_by(count);
            let thread = thread::Builder::new()
                .name(format!("ganforge-data-{worker}"))
                .spawn(move || load_batches(&sampler, steps, &sender))
                .map_err(|error| DataError::Worker {
                    reason: error.to_string(),
                })?;
            prefetcher.receivers.push(receiver);
            prefetcher.threads.push(thread);
        }
        Ok(prefetcher)
    }

    /// Batch number `index`, counted from the first step. Batches must be received in order.
    pub(super) fn receive(&self, index: u64) -> Result<Batch, DataError> {
        let worker = usize::try_from(index % self.receivers.len() as u64).unwrap_or(0);
        self.receivers[worker].recv().unwrap_or_else(|_| {
            Err(DataError::Worker {
                reason: "it ended before its time".to_owned(),
            })
        })
    }
}

impl Drop for Prefetcher {
    fn drop(&mut self) {
        // A worker stops when its receiver is gone, so the receivers are dropped first.
        self.receivers.clear();
        for thread in self.threads.drain(..) {
            // The panic of a worker was reported by `receive`.
            let _ = thread.join();
        }
    }
}

/// Sends the batches of `steps` until one fails or the receiver is dropped.
fn load_batches(
    sampler: &BatchSampler,
    steps: impl Iterator<Item = u64>,
    sender: &SyncSender<Result<Batch, DataError>>,
) {
    let mut order = EpochOrder::default();
    for step in steps {
        let batch = sampler.batch(step, &mut order);
        let failed = batch.is_err();
        if sender.send(batch).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Dataset;
    use crate::options::DataOptions;
    use crate::spec::DataSpec;

    #[test]
    fn batches_arrive_in_order_and_dropping_stops_every_thread() {
        let dataset = Dataset::open(&DataSpec::Digits, &DataOptions::default()).unwrap();
        let sampler = Arc::new(BatchSampler::new(dataset, 50, 3, "").unwrap());
        let prefetcher = Prefetcher::start(&sampler, 30).unwrap();
        for index in 0..40 {
            let expected = sampler
                .batch(30 + index, &mut EpochOrder::default())
                .unwrap();
            assert_eq!(prefetcher.receive(index).unwrap(), expected);
        }
        assert!(Arc::strong_count(&sampler) > 1);
        drop(prefetcher);
        assert_eq!(Arc::strong_count(&sampler), 1);
    }
}

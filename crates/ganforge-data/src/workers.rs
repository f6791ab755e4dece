//! Threads that keep batches of a streamed dataset ready.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::dealer::{Dealer, Order};
use crate::{Batch, DataError};

/// Threads that deal ahead of the step, in lanes: of `n` workers, worker `k` deals every `n`-th batch, beginning with the `k`-th.
///
/// Lanes need no sorting and no shared queue: the batches come in order because they are received lane by lane.
pub(crate) struct Workers {
    lanes: Vec<Receiver<Result<Batch, DataError>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the threads; the first batch is that of `first_step`.
    pub(crate) fn start(dealer: &Arc<Dealer>, first_step: u64) -> Result<Self, DataError> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let count = cores.clamp(2, 16);
        let mut workers = Self {
            lanes: Vec::with_capacity(count),
            threads: Vec::with_capacity(count),
        };
        for lane in 0..count as u64 {
            let dealer = Arc::clone(dealer);
            // Without a buffer a worker holds one finished batch until it is wanted, and memory stays at one batch a worker.
            let (sender, receiver) = sync_channel(0);
            let steps = (first_step + lane..).step_by(count);
            let thread = thread::Builder::new()
                .name(format!("ganforge-data-{lane}"))
                .spawn(move || deal_lane(&dealer, steps, &sender))
                .map_err(|error| DataError::Worker {
                    reason: error.to_string(),
                })?;
            workers.lanes.push(receiver);
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// The batch that was dealt as number `dealt`, counted from the first step.
    pub(crate) fn receive(&self, dealt: u64) -> Result<Batch, DataError> {
        let lane = usize::try_from(dealt % self.lanes.len() as u64).unwrap_or(0);
        self.lanes[lane].recv().unwrap_or_else(|_| {
            Err(DataError::Worker {
                reason: "it ended before its time".to_owned(),
            })
        })
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // A worker stops when nobody receives, so the receivers go first.
        self.lanes.clear();
        for thread in self.threads.drain(..) {
            // A worker that panicked has said so, and its lane has become an error; there is nothing to add while dropping.
            let _ = thread.join();
        }
    }
}

/// Deals the batches of one lane until one fails or nobody wants them.
fn deal_lane(
    dealer: &Dealer,
    steps: impl Iterator<Item = u64>,
    lane: &SyncSender<Result<Batch, DataError>>,
) {
    let mut order = Order::default();
    for step in steps {
        let batch = dealer.deal(step, &mut order);
        let failed = batch.is_err();
        if lane.send(batch).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataOptions, DataSpec, Dataset};

    #[test]
    fn batches_come_in_order_and_dropping_stops_every_thread() {
        let dataset = Dataset::open(&DataSpec::Digits, &DataOptions::default()).unwrap();
        let dealer = Arc::new(Dealer {
            dataset,
            batch: 50,
            seed: 3,
        });
        let workers = Workers::start(&dealer, 30).unwrap();
        for dealt in 0..40 {
            let expected = dealer.deal(30 + dealt, &mut Order::default()).unwrap();
            assert_eq!(workers.receive(dealt).unwrap(), expected);
        }
        assert!(Arc::strong_count(&dealer) > 1);
        drop(workers);
        assert_eq!(Arc::strong_count(&dealer), 1);
    }
}

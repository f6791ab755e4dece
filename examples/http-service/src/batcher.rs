//! Requests that arrive together are computed together.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ganforge::{Images, Sampler};
use tokio::sync::oneshot;

use crate::metrics::Metrics;

/// Which image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    pub seed: u64,
    /// The class; the first of a conditional model by default.
    pub class: Option<usize>,
    /// Factor of every latent coordinate.
    pub truncation: f32,
}

/// What bounds a batch and the queue before it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub batch: usize,
    pub queue: usize,
    /// How long the first request of a batch waits for others.
    pub delay: Duration,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overloaded;

/// An image, or why there is none.
pub type Outcome = Result<Images, String>;

/// The queue to the thread that owns the network.
#[derive(Debug, Clone)]
pub struct Batcher {
    queue: SyncSender<Job>,
    capacity: usize,
    metrics: Arc<Metrics>,
}

#[derive(Debug)]
struct Job {
    request: Request,
    asked: Instant,
    answer: oneshot::Sender<Outcome>,
}

impl Batcher {
    /// Starts the thread, which ends when every clone of the batcher is dropped.
    pub fn start(sampler: Arc<Sampler>, limits: Limits, metrics: Arc<Metrics>) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(limits.queue);
        let batcher = Self {
            queue,
            capacity: limits.queue,
            metrics: Arc::clone(&metrics),
        };
        let work = move || {
            while let Some(batch) = next_batch(&jobs, limits) {
                compute(&sampler, batch, &metrics);
            }
        };
        thread::Builder::new()
            .name("generator".to_owned())
            .spawn(work)?;
        Ok(batcher)
    }

    /// Whether one more request would be refused.
    pub fn is_full(&self) -> bool {
        self.metrics.queued() >= self.capacity
    }

    /// Puts a request into the queue; the receiver gets its image.
    pub fn submit(&self, request: Request) -> Result<oneshot::Receiver<Outcome>, Overloaded> {
        let (answer, receiver) = oneshot::channel();
        let job = Job {
            request,
            asked: Instant::now(),
            answer,
        };
        // Counted before it is sent: the thread may take it at once.
        self.metrics.entered();
        match self.queue.try_send(job) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.metrics.left(1);
                Err(Overloaded)
            }
        }
    }
}

/// Waits for a request, then a moment for others; `None` after the last.
fn next_batch(jobs: &Receiver<Job>, limits: Limits) -> Option<Vec<Job>> {
    let mut batch = vec![jobs.recv().ok()?];
    let end = Instant::now() + limits.delay;
    while batch.len() < limits.batch {
        let left = end.saturating_duration_since(Instant::now());
        match jobs.recv_timeout(left) {
            Ok(job) => batch.push(job),
            Err(_) => break,
        }
    }
    Some(batch)
}

fn compute(sampler: &Sampler, mut batch: Vec<Job>, metrics: &Metrics) {
    metrics.left(batch.len());
    // Nobody waits for a request that timed out, or whose client is gone.
    batch.retain(|job| !job.answer.is_closed());
    if batch.is_empty() {
        return;
    }
    let began = Instant::now();
    for job in &batch {
        metrics.waited(began - job.asked);
    }
    let latents = batch.iter().flat_map(|job| {
        let latent = sampler.latent(job.request.seed, 0);
        latent
            .into_iter()
            .map(|coordinate| coordinate * job.request.truncation)
    });
    let classes = batch.iter().map(|job| job.request.class.unwrap_or(0));
    let classes: Vec<usize> = classes.collect();
    let is_conditional = !sampler.signature().classes.is_empty();
    let images = sampler.generate(
        latents.collect(),
        is_conditional.then_some(classes.as_slice()),
    );
    metrics.computed(batch.len(), began.elapsed());
    for (index, job) in batch.into_iter().enumerate() {
        let outcome = match &images {
            Ok(images) => Ok(images.select([index])),
            Err(error) => Err(error.to_string()),
        };
        // The client may have gone meanwhile.
        let _ = job.answer.send(outcome);
    }
}

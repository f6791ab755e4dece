//! Counters in Prometheus' text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the histograms' buckets, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];

/// What the service has done.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: Mutex<BTreeMap<u16, u64>>,
    images: AtomicU64,
    batches: AtomicU64,
    queue: AtomicUsize,
    waiting: Mutex<Histogram>,
    computing: Mutex<Histogram>,
}

#[derive(Debug, Default, Clone)]
struct Histogram {
    /// Durations up to each bound.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    fn add(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        for (bucket, bound) in self.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        self.count += 1;
        self.sum += seconds;
    }

    fn write(&self, name: &str, help: &str, text: &mut String) {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} histogram");
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {bucket}");
        }
        let Self { count, sum, .. } = self;
        let _ = writeln!(
            text,
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}"
        );
    }
}

impl Metrics {
    /// A request entered the queue.
    pub fn entered(&self) {
        self.queue.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests left the queue.
    pub fn left(&self, count: usize) {
        self.queue.fetch_sub(count, Ordering::Relaxed);
    }

    /// Requests in the queue.
    pub fn queued(&self) -> usize {
        self.queue.load(Ordering::Relaxed)
    }

    /// A request waited before it was computed.
    pub fn waited(&self, duration: Duration) {
        lock(&self.waiting).add(duration);
    }

    /// A batch was computed.
    pub fn computed(&self, images: usize, duration: Duration) {
        self.images.fetch_add(images as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        lock(&self.computing).add(duration);
    }

    /// A request was answered with a status.
    pub fn answered(&self, status: u16) {
        *lock(&self.answers).entry(status).or_default() += 1;
    }

    /// All of it, as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let number = |text: &mut String, name: &str, kind: &str, help: &str, value: u64| {
            let _ = writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
            );
        };
        let _ = writeln!(
            text,
            "# HELP http_requests_total Requests, by status.\n# TYPE http_requests_total counter"
        );
        for (status, count) in &*lock(&self.answers) {
            let _ = writeln!(text, "http_requests_total{{status=\"{status}\"}} {count}");
        }
        let images = self.images.load(Ordering::Relaxed);
        number(
            &mut text,
            "images_total",
            "counter",
            "Images computed.",
            images,
        );
        let batches = self.batches.load(Ordering::Relaxed);
        number(
            &mut text,
            "batches_total",
            "counter",
            "Batches computed.",
            batches,
        );
        let queued = self.queued() as u64;
        number(
            &mut text,
            "queue_length",
            "gauge",
            "Requests that wait for the network.",
            queued,
        );
        lock(&self.waiting).write(
            "request_wait_seconds",
            "Time from a request to its batch.",
            &mut text,
        );
        lock(&self.computing).write(
            "batch_compute_seconds",
            "Time to compute a batch.",
            &mut text,
        );
        text
    }
}

/// Counters stay right where a thread panicked.
fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_counts_add_up() {
        let metrics = Metrics::default();
        metrics.computed(3, Duration::from_millis(2));
        metrics.computed(1, Duration::from_millis(20));
        metrics.answered(200);
        metrics.answered(200);
        metrics.answered(503);
        let text = metrics.text();
        for line in [
            "images_total 4",
            "batches_total 2",
            "batch_compute_seconds_bucket{le=\"0.001\"} 0",
            "batch_compute_seconds_bucket{le=\"0.003\"} 1",
            "batch_compute_seconds_bucket{le=\"0.03\"} 2",
            "batch_compute_seconds_bucket{le=\"+Inf\"} 2",
            "http_requests_total{status=\"200\"} 2",
            "http_requests_total{status=\"503\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}

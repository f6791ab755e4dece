//! Threads: rayon's pool, entered once per operation and only where the work pays for it.
//!
//! How many there are decides who computes an element, and never how: where sums are cut and which way is taken depends on shapes alone.

use rayon::prelude::*;

/// Floating-point operations that one thread does in about the time it takes to wake another.
const MIN_PARALLEL_OPERATIONS: f64 = 2e6;

/// Floating-point operations of matrix products below which a second thread measured slower than none: a convolution of a single image, or a layer of
/// 256 × 256 units at batch 64, is over before the thread is awake.
const MIN_PARALLEL_MATMUL_OPERATIONS: f64 = 3e7;

/// How many threads an operation of so many floating-point operations is spread over.
pub fn threads(operations: f64) -> usize {
    if operations < MIN_PARALLEL_OPERATIONS {
        1
    } else {
        rayon::current_num_threads()
    }
}

/// How many threads a convolution or a fully connected layer of so many floating-point operations is spread over.
pub fn matmul_threads(operations: f64) -> usize {
    if is_matmul_parallel(operations) {
        threads(operations)
    } else {
        1
    }
}

/// Whether a convolution or a fully connected layer of so many floating-point operations is for several threads, where there are any: what
/// depends on this is the same for any number of them.
pub fn is_matmul_parallel(operations: f64) -> bool {
    operations >= MIN_PARALLEL_MATMUL_OPERATIONS
}

/// Runs `operation` inside the pool, so that the parallel loops in it do not each enter it anew.
pub fn install<R: Send>(threads: usize, operation: impl FnOnce() -> R + Send) -> R {
    if threads == 1 || rayon::current_thread_index().is_some() {
        operation()
    } else {
        rayon::join(operation, || ()).0
    }
}

/// Calls `task` with every chunk of `size` elements, the last one perhaps shorter, and its index.
pub fn for_each_chunk<T: Send>(
    threads: usize,
    data: &mut [T],
    size: usize,
    task: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    if threads == 1 || data.len() <= size {
        for (index, chunk) in data.chunks_mut(size).enumerate() {
            task(index, chunk);
        }
    } else {
        data.par_chunks_mut(size)
            .enumerate()
            .for_each(|(index, chunk)| task(index, chunk));
    }
}
